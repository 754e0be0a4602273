"""Pictures of courses: what they are, how large, and whether they are safe to show and to hand on."""

import hashlib
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

SVG = "image/svg+xml"

ELEMENTS = frozenset(
    {
        "svg",
        "title",
        "desc",
        "g",
        "defs",
        "style",
        "symbol",
        "use",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
    }
    | {"polyline", "polygon", "text", "tspan", "marker", "clipPath"}
)
"""What a drawing is made of here; anything that runs, loads, moves or embeds is left out."""

_NAMESPACE = "http://www.w3.org/2000/svg"
_ATTRIBUTE = re.compile(r"[a-z][a-zA-Z0-9-]*")
_OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|javascript:|\\|https?:|//", re.IGNORECASE)
_MOVES = re.compile(r"animation|transition|@keyframes", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,5}(?:\.\d+)?)(?:px)?")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was read: its bytes, their SHA-256, its type and its size in CSS pixels."""

    media_type: str
    data: bytes
    sha256: str
    width: int
    height: int


def read_picture(name: str, data: bytes) -> tuple[Picture | None, list[str]]:
    """Returns a picture by its name and bytes, and every reason against it; no picture where there is one."""
    ending = name.rpartition(".")[2].lower()
    reader = _READERS.get(ending)
    if reader is None:
        return None, [f"only pictures belong here ({', '.join(f'.{word}' for word in _READERS)})"]
    media_type, width, height, faults = reader(data)
    if faults:
        return None, faults
    return Picture(media_type, data, hashlib.sha256(data).hexdigest(), width, height), []


def _read_svg(data: bytes) -> tuple[str, int, int, list[str]]:
    """Reads a drawing by an allow-list: no script, no event, no address outside, no entity, no movement."""
    drawing = _Drawing()
    try:
        drawing.parser.Parse(data, True)
    except expat.ExpatError as fault:
        drawing.faults.append(f"this is not SVG: {expat.errors.messages[fault.code]}, line {fault.lineno}")
    if not drawing.faults and not (drawing.width and drawing.height):
        drawing.faults.append("this drawing does not say its size: write width, height and viewBox")
    return SVG, drawing.width, drawing.height, list(dict.fromkeys(drawing.faults))


class _Drawing:
    """Follows the elements of a drawing and notes what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[str] = []
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
        self.faults.append("a document type is not read here; take the line <!DOCTYPE …> out")

    def instruction(self, *_words: object) -> None:
        self.faults.append("a processing instruction (<?…?>) is not read here; take it out")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _blank, word = name.rpartition(" ")
        if space != _NAMESPACE or word not in ELEMENTS:
            self.faults.append(f"a drawing here has no <{word}>; draw with {', '.join(sorted(ELEMENTS))}")
        if not self.inside:
            self.root(word, attributes)
        self.inside.append(word)
        for key, value in attributes.items():
            self.attribute(key.rpartition(" ")[2], value)

    def root(self, word: str, attributes: dict[str, str]) -> None:
        sizes = [_NUMBER.fullmatch(attributes.get(side, "")) for side in ("width", "height")]
        if word != "svg":
            self.faults.append("this is not SVG: it does not begin with <svg>")
        elif all(sizes) and "viewBox" in attributes:
            self.width, self.height = (round(float(size[1])) for size in sizes if size)

    def attribute(self, key: str, value: str) -> None:
        if key.lower().startswith("on") or not _ATTRIBUTE.fullmatch(key):
            self.faults.append(f"the attribute {key} is not read here")
        elif (key == "href" and not value.startswith("#")) or _OUTSIDE.search(value):
            self.faults.append(f"{key}=“{value[:40]}” leads out of the drawing")

    def text(self, words: str) -> None:
        if self.inside and self.inside[-1] == "style":
            self.style += words

    def end(self, _name: str) -> None:
        if self.inside.pop() == "style":
            if _OUTSIDE.search(self.style):
                self.faults.append("the style of this drawing leads out of it")
            if _MOVES.search(self.style):
                self.faults.append("the style of this drawing moves; nothing here moves by itself")
            self.style = ""


def _read_png(data: bytes) -> tuple[str, int, int, list[str]]:
    faults = []
    width = height = 0
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 24:
        faults.append("this is not a PNG picture")
    else:
        width, height = struct.unpack(">II", data[16:24])
        if b"acTL" in data[:200]:
            faults.append("this picture moves; nothing here moves by itself")
        if b"eXIf" in data:
            faults.append(TELLS_MORE)
    return "image/png", width, height, faults


def _read_jpeg(data: bytes) -> tuple[str, int, int, list[str]]:
    if data[:3] != b"\xff\xd8\xff":
        return "image/jpeg", 0, 0, ["this is not a JPEG picture"]
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if mark == 0xE1:
            return "image/jpeg", 0, 0, [TELLS_MORE]
        if mark in {0xC0, 0xC1, 0xC2}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "image/jpeg", width, height, []
        at += 2 + length
    return "image/jpeg", 0, 0, ["the size of this picture cannot be read; save it anew"]


TELLS_MORE = "this picture carries notes of its camera, a place perhaps; save it without them (Exif, XMP)"

_READERS: dict[str, Callable[[bytes], tuple[str, int, int, list[str]]]] = {
    "svg": _read_svg,
    "png": _read_png,
    "jpg": _read_jpeg,
    "jpeg": _read_jpeg,
}
