"""Makes an uploaded picture one that learners can afford: turned upright, cut, small, without camera data."""

import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from lms.authoring.pictures.rules import Crop, PreparedPicture
from lms.catalogue.api import find_picture_problems
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

MOST_BYTES = 12_000_000
"""The largest file that is accepted, in bytes: what a phone's camera writes."""
MOST_PIXELS = 60_000_000
"""The largest picture that is unpacked."""
WIDTHS = (960, 800, 640, 480)
"""The widths in pixels that are tried until it is small enough; on a phone it is shown at 320 to 400."""
QUALITIES = (80, 70, 60, 50)
FEW_COLOURS = 64
"""Pictures with at most so many colours are drawings: they are written as PNG."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

_UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError)


def prepare_picture(data: bytes, crop: Crop | None = None) -> PreparedPicture:
    """Returns an uploaded picture as it is stored. Raises ``Invalid`` for what is no picture, or is not safe.

    Drawings (SVG) are checked and stay byte for byte. Others are written anew, so that nothing of the file remains but
    what can be seen: JPEG for photographs, PNG for few colours or see-through parts.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(_("This file is larger than %(size)s MB.", size=MOST_BYTES // 1_000_000), field="file")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        problems = find_picture_problems("picture.svg", data)
        if problems:
            raise Invalid("; ".join(problems), field="file")
        return PreparedPicture(data, "svg", 0, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _smallest(_cut(_upright(data), crop or Crop()))
        except UnidentifiedImageError as error:
            raise Invalid(
                _("This is not a picture. Choose a PNG, JPEG, WebP, GIF or SVG file."), field="file"
            ) from error
        except _UNREADABLE as error:
            raise Invalid(_("This picture is damaged or too large. Save it again, smaller."), field="file") from error


def _upright(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError
        if getattr(opened, "is_animated", False):
            raise Invalid(
                _("This picture moves. Nothing in a course may move by itself: choose another."), field="file"
            )
        # A photograph is unpacked no larger than it is needed.
        opened.draft("RGB", (2 * WIDTHS[0], 2 * WIDTHS[0]))
        upright = ImageOps.exif_transpose(opened)
        transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        return upright.convert("RGBA" if transparent else "RGB")


def _cut(picture: Image.Image, crop: Crop) -> Image.Image:
    if crop.left + crop.right >= 95 or crop.top + crop.bottom >= 95:
        raise Invalid(_("Nothing would be left of the picture: cut off less."), field="left")
    width, height = picture.size
    box = (
        width * crop.left // 100, height * crop.top // 100,
        width - width * crop.right // 100, height - height * crop.bottom // 100,
    )  # fmt: skip
    return picture.crop(box)


def _smallest(picture: Image.Image) -> PreparedPicture:
    """Returns the largest version within the budget, or the smallest of all."""
    tried = None
    for tried in _versions(picture):
        if tried.is_within_budget:
            return tried
    if tried is None:
        raise ValueError
    return tried


def _versions(picture: Image.Image) -> Iterator[PreparedPicture]:
    as_png = picture.mode == "RGBA" or picture.getcolors(FEW_COLOURS) is not None
    for width in dict.fromkeys(min(width, picture.width) for width in WIDTHS):
        size = (width, max(1, round(picture.height * width / picture.width)))
        scaled = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        if as_png:
            few = scaled.quantize(256) if picture.mode == "RGBA" else scaled.quantize(256, dither=Image.Dither.NONE)
            yield PreparedPicture(_written(few, "PNG", optimize=True), "png", *size)
            continue
        for quality in QUALITIES:
            yield PreparedPicture(_written(scaled, "JPEG", quality=quality, optimize=True), "jpg", *size)


def _written(picture: Image.Image, format_name: str, **options: object) -> bytes:
    picture.info.clear()
    written = BytesIO()
    picture.save(written, format_name, **options)
    return written.getvalue()
