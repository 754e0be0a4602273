"""Pictures of courses: their type and size, and whether they are safe to publish."""

import hashlib
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from lms.kernel.i18n import gettext as _

_ELEMENT_NAMES = """
svg title desc g defs style symbol use path rect circle ellipse line polyline polygon text tspan marker clipPath
"""
ELEMENTS = frozenset(_ELEMENT_NAMES.split())
"""The elements a drawing may have; none runs, loads, moves or embeds anything."""

_NAMESPACE = "http://www.w3.org/2000/svg"
_ATTRIBUTE = re.compile(r"[a-z][a-zA-Z0-9-]*")
_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|javascript:|\\|https?:|//", re.IGNORECASE)
_MOVES = re.compile(r"animation|transition|@keyframes", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,5}(?:\.\d+)?)(?:px)?")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its bytes, their SHA-256, its media type and its size in CSS pixels."""

    media_type: str
    data: bytes
    sha256: str
    width: int
    height: int


def read_picture(name: str, data: bytes) -> tuple[Picture | None, list[str]]:
    """Returns a picture from its name and bytes, and what is wrong with it; None where anything is."""
    ending = name.rpartition(".")[2].lower()
    media_type, reader = _READERS[ending]
    width, height, problems = reader(data)
    if problems:
        return None, problems
    return Picture(media_type, data, hashlib.sha256(data).hexdigest(), width, height), []


def _read_svg(data: bytes) -> tuple[int, int, list[str]]:
    """Reads a drawing by an allow-list: no script, event, external address, entity or movement."""
    drawing = _Drawing()
    try:
        drawing.parser.Parse(data, True)
    except expat.ExpatError as fault:
        reason = expat.errors.messages[fault.code]
        drawing.problems.append(_("this is not SVG: %(reason)s, line %(line)s", reason=reason, line=fault.lineno))
    if not drawing.problems and not (drawing.width and drawing.height):
        drawing.problems.append(_("this drawing has no size: write width, height and viewBox"))
    return drawing.width, drawing.height, list(dict.fromkeys(drawing.problems))


class _Drawing:
    """The state of reading a drawing: its elements, its size, and what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.width = self.height = 0
        self.inside: list[str] = []
        self.style = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.ProcessingInstructionHandler = self.instruction

    def doctype(self, *_words: object) -> None:
        self.problems.append(_("a document type is not allowed: remove the line <!DOCTYPE …>"))

    def instruction(self, *_words: object) -> None:
        self.problems.append(_("a processing instruction (<?…?>) is not allowed: remove it"))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _separator, word = name.rpartition(" ")
        if space != _NAMESPACE or word not in ELEMENTS:
            allowed = ", ".join(sorted(ELEMENTS))
            self.problems.append(
                _("<%(element)s> is not allowed in a drawing: use %(allowed)s", element=word, allowed=allowed)
            )
        if not self.inside:
            self.root(word, attributes)
        self.inside.append(word)
        for key, value in attributes.items():
            self.attribute(key.rpartition(" ")[2], value)

    def root(self, word: str, attributes: dict[str, str]) -> None:
        sizes = [_NUMBER.fullmatch(attributes.get(side, "")) for side in ("width", "height")]
        if word != "svg":
            self.problems.append(_("this is not SVG: it does not begin with <svg>"))
        elif all(sizes) and "viewBox" in attributes:
            self.width, self.height = (round(float(size[1])) for size in sizes if size)

    def attribute(self, key: str, value: str) -> None:
        if key.lower().startswith("on") or not _ATTRIBUTE.fullmatch(key):
            self.problems.append(_("the attribute %(name)s is not allowed", name=key))
        elif (key == "href" and not value.startswith("#")) or _OUTSIDE.search(value):
            self.problems.append(
                _("%(name)s=“%(value)s” refers to something outside the drawing", name=key, value=value[:40])
            )

    def text(self, words: str) -> None:
        if self.inside and self.inside[-1] == "style":
            self.style += words

    def end(self, _name: str) -> None:
        if self.inside.pop() == "style":
            if _OUTSIDE.search(self.style):
                self.problems.append(_("the style of this drawing refers to something outside it"))
            if _MOVES.search(self.style):
                self.problems.append(_("the style of this drawing is animated; nothing may move by itself"))
            self.style = ""


def _read_png(data: bytes) -> tuple[int, int, list[str]]:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 24:
        return 0, 0, [_("this is not a PNG picture")]
    problems = [_("this picture is animated; nothing may move by itself")] if b"acTL" in data[:200] else []
    if b"eXIf" in data:
        problems.append(_metadata_problem())
    width, height = struct.unpack(">II", data[16:24])
    return width, height, problems


def _read_jpeg(data: bytes) -> tuple[int, int, list[str]]:
    if data[:3] != b"\xff\xd8\xff":
        return 0, 0, [_("this is not a JPEG picture")]
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if mark == 0xE1:
            return 0, 0, [_metadata_problem()]
        if mark in {0xC0, 0xC1, 0xC2}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height, []
        at += 2 + length
    return 0, 0, [_("the size of this picture cannot be read; save it again")]


def _metadata_problem() -> str:
    return _("this picture has camera data, perhaps a location; save it without (Exif, XMP)")


_READERS: dict[str, tuple[str, Callable[[bytes], tuple[int, int, list[str]]]]] = {
    "svg": ("image/svg+xml", _read_svg),
    "png": ("image/png", _read_png),
    "jpg": ("image/jpeg", _read_jpeg),
    "jpeg": ("image/jpeg", _read_jpeg),
}

MEDIA_TYPES = {ending: media_type for ending, (media_type, _read) in _READERS.items()}
"""The media types of pictures by the ending of their names."""


def find_picture_problems(name: str, data: bytes) -> list[str]:
    """Returns what is wrong with a picture, by its name and bytes."""
    return read_picture(name, data)[1]
