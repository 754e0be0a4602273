"""What becomes of uploaded pictures, read back with the library and with the check of course files."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lms.authoring.pictures.prepare import MOST_BYTES, prepare_picture
from lms.authoring.pictures.rules import BUDGET_BYTES, Crop
from lms.catalogue.api import find_picture_problems
from lms.kernel.errors import Invalid

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def photograph(size: tuple[int, int] = (1600, 1200), kind: str = "JPEG", **options: object) -> bytes:
    picture = Image.merge("RGB", [Image.effect_noise(size, 250) for _channel in range(3)])
    return written(picture, kind, **options)


def written(picture: Image.Image, kind: str, **options: object) -> bytes:
    data = BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_a_photograph_becomes_small_and_has_no_camera_data() -> None:
    exif = Image.Exif()
    exif[0x010E] = "At the well of North River"
    exif[0x0112] = 6  # held upright
    smooth = Image.linear_gradient("L").resize((1600, 1200)).convert("RGB")
    data = written(smooth, "JPEG", exif=exif, comment=b"secret place")
    assert b"North River" in data
    assert find_picture_problems("a.jpg", data)
    found = prepare_picture(data)
    assert found.ending == "jpg"
    assert found.is_within_budget
    assert (found.width, found.height) == (960, 1280)
    assert opened(found.data).size == (960, 1280)
    for word in (b"North River", b"secret", b"Exif"):
        assert word not in found.data
    assert find_picture_problems("a.jpg", found.data) == []


def test_a_picture_that_stays_large_is_the_smallest_of_all() -> None:
    found = prepare_picture(photograph((960, 3840)))
    assert found.width == 480
    assert not found.is_within_budget
    assert found.data[:3] == b"\xff\xd8\xff"


def test_a_drawing_of_few_colours_stays_sharp() -> None:
    drawing = Image.new("RGB", (600, 400), "white")
    drawing.paste((11, 92, 99), (100, 100, 300, 300))
    found = prepare_picture(written(drawing, "PNG"))
    assert found.ending == "png"
    assert opened(found.data).convert("RGB").getpixel((200, 200)) == (11, 92, 99)
    assert find_picture_problems("a.png", found.data) == []


def test_what_is_see_through_stays_so() -> None:
    found = prepare_picture(written(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "WEBP", lossless=True))
    assert found.ending == "png"
    assert opened(found.data).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_metadata_of_png_is_gone() -> None:
    info = PngInfo()
    info.add_text("Location", "North River")
    found = prepare_picture(written(Image.new("RGB", (40, 40), "red"), "PNG", pnginfo=info))
    assert b"North River" not in found.data


@given(st.tuples(*(st.integers(0, 45) for _side in range(4))), st.integers(20, 900), st.integers(20, 900))
def test_cutting_leaves_what_was_not_cut(sides: tuple[int, int, int, int], width: int, height: int) -> None:
    left, top, right, bottom = sides
    found = prepare_picture(written(Image.new("RGB", (width, height)), "PNG"), Crop(left, top, right, bottom))
    assert found.width == width - width * right // 100 - width * left // 100
    assert found.height == height - height * bottom // 100 - height * top // 100


def test_drawings_are_stored_as_they_are() -> None:
    assert prepare_picture(SVG).data == SVG
    assert prepare_picture(b"\xef\xbb\xbf\n" + SVG).ending == "svg"


def bomb() -> bytes:
    """Returns a PNG of 60 000 × 60 000 pixels in 100 bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a picture"), (b"hello", "not a picture"), (b"%PDF-1.7", "not a picture"), (bomb(), "too large"),
        (photograph((300, 300))[:2000], "damaged"), (b"x" * (MOST_BYTES + 1), "larger than 12 MB"),
        (SVG.replace(b"<path", b"<script>alert(1)</script><path"), "<script> is not allowed"),
        (SVG.replace(b"<path", b'<path onclick="x()"'), "onclick"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "document type"),
        (b"<html><img src=x onerror=alert(1)></html>", "not allowed"),
    ],
)  # fmt: skip
def test_what_is_no_safe_picture_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        prepare_picture(data)


def test_pictures_that_move_are_refused() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    data = BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(Invalid, match="moves"):
        prepare_picture(data.getvalue())


def test_cutting_everything_is_refused() -> None:
    with pytest.raises(Invalid, match="Nothing would be left"):
        prepare_picture(written(Image.new("RGB", (20, 20)), "PNG"), Crop(50, 0, 50, 0))


def test_a_small_picture_is_not_made_larger() -> None:
    found = prepare_picture(written(Image.new("RGB", (30, 20)), "PNG"))
    assert (found.width, found.height) == (30, 20)
    assert len(found.data) < BUDGET_BYTES
