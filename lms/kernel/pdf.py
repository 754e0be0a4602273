"""PDF documents, set by Typst from a design in `certificates/` and from text alone.

A design is a pure function of its inputs: the same text gives the same bytes. Every document is archival
(PDF/A-2a) and accessible (PDF/UA-1), with the fonts beside the designs and no others.
"""

import math
import os
import re
import struct
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path

import typst

from lms.kernel.memory import return_free_memory

FOLDER = Path(__file__).resolve().parents[2] / "certificates"
_EMPTY = FOLDER / "fonts" / "families.typ"
"""Names fonts and draws nothing."""
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Typst would start a thread for each processor. Each has megabytes of its own, and one page is set no faster.
os.environ.setdefault("RAYON_NUM_THREADS", "1")
_FORGOTTEN_AFTER = 11
_RETURN_SECONDS = 10
"""Memory is returned to the system at most so often: where many documents are made, the next one needs it."""
_DESIGN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Joiners carry meaning in Persian, Urdu and Kurdish names; other invisible characters only carry risk,
# such as an override that prints a name backwards.
_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))


class PdfError(Exception):
    """A document cannot be rendered; has the design and the reason, never the text of an input."""

    def __init__(self, design: str, reason: str) -> None:
        super().__init__(f"{design}: {reason}")
        self.design = design
        self.reason = reason


class _Compilers:
    """The compilers of this process, one for each design, created at first use; one thread at a time uses them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.by_path: dict[Path, typst.Compiler] = {}
        self.returned_at = -math.inf
        self.forked_after_use = False

    def compile(self, design: str, inputs: dict[str, str], moment: datetime) -> bytes:
        """Compiles a design with printable text; raises PdfError where there is none, and Typst's own errors."""
        if self.forked_after_use:
            # Typst would wait for ever for threads that only the parent has; an error can be seen and fixed.
            raise PdfError(design, "the parent process rendered a PDF before it forked; only workers may render PDFs")
        with self.lock:
            path = FOLDER / f"{design}.typ"
            if not _DESIGN_NAME.fullmatch(design) or not path.is_file():
                raise PdfError(design, "there is no such design in certificates/")
            pdf = self._compiler_of(path).compile(
                format="pdf", sys_inputs=inputs, pdf_standards=["a-2a", "ua-1"], timestamp=moment
            )
            self._give_back()
        if not isinstance(pdf, bytes):
            raise PdfError(design, "Typst returned no document")
        return pdf

    def _compiler_of(self, path: Path) -> typst.Compiler:
        if path not in self.by_path:
            self.by_path[path] = typst.Compiler(input=path, root=FOLDER, font_paths=_fonts())
        return self.by_path[path]

    def _give_back(self) -> None:
        """Lets Typst forget what it keeps of a document, some megabytes that serve no other; it has no call for that.

        What ten compilations have not used is forgotten, and those of an empty document take nothing.
        """
        for _ in range(_FORGOTTEN_AFTER):
            self._compiler_of(_EMPTY).compile(format="svg")
        if time.monotonic() > self.returned_at + _RETURN_SECONDS:
            return_free_memory()
            self.returned_at = time.monotonic()

    def after_fork(self) -> None:
        """Records in a forked child whether the parent used Typst, whose threads do not survive a fork."""
        self.forked_after_use = self.forked_after_use or bool(self.by_path)
        # Another thread of the parent may have held the lock.
        self.lock = threading.Lock()


_compilers = _Compilers()
os.register_at_fork(after_in_child=_compilers.after_fork)


def render(design: str, inputs: Mapping[str, str]) -> bytes:
    """Renders the design ``certificates/<design>.typ`` with the inputs and returns the PDF's bytes.

    ``inputs["issued_at"]`` (ISO 8601, UTC where it has no zone) is the document's time, so that nothing depends on when
    it is rendered. Characters that no bundled font has are printed as U+FFFD, see ``unprintable``. Raises ``PdfError``
    for an unknown design, a missing or unknown input and any other error of Typst.
    """
    moment = _document_time(design, inputs)
    cleaned = {key: printable(value) for key, value in inputs.items()}
    try:
        return _compilers.compile(design, cleaned, moment)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise PdfError(design, error.message) from error
    # The fonts have every character but not this combination of a letter and its marks: the letters alone
    # are always printable, and a certificate without an accent is better than none.
    letters = {
        key: "".join(char for char in value if not unicodedata.category(char).startswith(("M", "Cf")))
        for key, value in cleaned.items()
    }
    try:
        return _compilers.compile(design, letters, moment)
    except typst.TypstError as error:
        raise PdfError(design, error.message) from error


def printable(text: str) -> str:
    """Returns the text composed (NFC), without controls, and with U+FFFD for what no bundled font has."""
    if text.isascii() and text.isprintable():
        # Every font of ours has these, and a QR code's picture is ten thousand of them.
        return text
    return "".join(map(_printable_character, unicodedata.normalize("NFC", text)))


def unprintable(text: str) -> frozenset[str]:
    """Returns the characters of the text that a PDF would show as U+FFFD, so that HR can be warned before."""
    composed = unicodedata.normalize("NFC", text)
    return frozenset(char for char in composed if _printable_character(char) == REPLACEMENT != char)


def unprintable_characters(text: str) -> str:
    """Returns the same in order and as one text, to name them in a sentence; empty where all can be printed."""
    return "".join(sorted(unprintable(text)))


@lru_cache(4096)
def _printable_character(char: str) -> str:
    """Returns what is printed for one character: itself, a space, nothing or U+FFFD."""
    category = unicodedata.category(char)
    if char.isspace():
        return char if char == "\N{NO-BREAK SPACE}" else " "
    if char in _JOINERS:
        return char
    if category in {"Cc", "Cf"} or char in _VARIATION_SELECTORS:
        return ""
    # PDF/A forbids private-use characters even where a font has them.
    return char if category != "Co" and ord(char) in _covered() else REPLACEMENT


def _document_time(design: str, inputs: Mapping[str, str]) -> datetime:
    """Returns the document's time from its inputs; a missing one is an error, for now() would not be repeatable."""
    try:
        # Typst counts in whole seconds and refuses anything finer.
        moment = datetime.fromisoformat(inputs["issued_at"]).replace(microsecond=0)
    except (KeyError, ValueError) as error:
        raise PdfError(design, "the input issued_at must be an ISO 8601 date or time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@cache
def _fonts() -> typst.Fonts:
    """Returns the bundled fonts alone: a system's own fonts would make the PDF differ between machines."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER / "fonts"])


@cache
def _covered() -> frozenset[int]:
    """Returns the code points that at least one bundled font has."""
    files = sorted(path for path in (FOLDER / "fonts").iterdir() if path.suffix in {".ttf", ".otf", ".ttc"})
    return frozenset(point for path in files for point in _code_points(path.read_bytes()))


def _code_points(font: bytes) -> Iterator[int]:
    """Yields the code points that lead to a glyph in a font or the first of a collection (`cmap` formats 4 and 12)."""
    (start,) = struct.unpack_from(">L", font, 12) if font.startswith(b"ttcf") else (0,)
    (table_count,) = struct.unpack_from(">H", font, start + 4)
    tables = (struct.unpack_from(">4s4xL", font, start + 12 + 16 * number) for number in range(table_count))
    (cmap,) = (offset for tag, offset in tables if tag == b"cmap")
    (subtable_count,) = struct.unpack_from(">H", font, cmap + 2)
    for number in range(subtable_count):
        (offset,) = struct.unpack_from(">4xL", font, cmap + 4 + 8 * number)
        (kind,) = struct.unpack_from(">H", font, cmap + offset)
        if kind == 4:
            yield from _code_points_of_segments(font, cmap + offset)
        elif kind == 12:
            (group_count,) = struct.unpack_from(">L", font, cmap + offset + 12)
            for group in range(group_count):
                first, last = struct.unpack_from(">LL", font, cmap + offset + 16 + 12 * group)
                yield from range(first, last + 1)


def _code_points_of_segments(font: bytes, start: int) -> Iterator[int]:
    """Yields what a `cmap` subtable of format 4 covers; a segment may have holes, which lead to glyph 0."""
    (doubled,) = struct.unpack_from(">H", font, start + 6)
    # Four arrays of equal length follow each other; after the first, two bytes are padding.
    ends, firsts, deltas, jumps = (
        struct.unpack_from(f">{doubled // 2}H", font, start + 14 + (2 if array else 0) + array * doubled)
        for array in range(4)
    )
    jumps_start = start + 16 + 3 * doubled
    for segment, (first, last, delta, jump) in enumerate(zip(firsts, ends, deltas, jumps, strict=True)):
        for point in range(first, min(last, 0xFFFE) + 1):
            if jump:
                # The jump is counted in bytes from its own place in its array.
                where = jumps_start + 2 * segment + jump + 2 * (point - first)
                (glyph,) = struct.unpack_from(">H", font, where)
            else:
                glyph = (point + delta) % 0x10000
            if glyph:
                yield point
