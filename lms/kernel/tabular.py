"""Tables that people send and take away: CSV in any encoding and delimiter, and XLSX; every cell is text.

Nothing is evaluated: a formula is the text it is written with. A file is read row by row and never taken at its word:
sizes are bounded, an archive is measured before it is unpacked, and what cannot be read says so in one sentence.
"""

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import islice
from typing import Any, BinaryIO

from charset_normalizer import from_bytes
from openpyxl import load_workbook
from xlsxwriter import Workbook

from lms.kernel.errors import Invalid

MOST_COLUMNS = 60
"""More columns than this are no list of people; further ones are not read."""

MOST_LETTERS = 1000
"""A longer cell is cut here."""

MOST_UNPACKED = 300_000_000
"""An XLSX archive may unpack to so many bytes."""

MOST_SHARED = 64_000_000
"""Its parts that must be held in memory may unpack to so many bytes each."""

ENCODINGS = (
    "utf-8", "cp1252", "cp1256", "cp1250", "cp1251", "cp1254", "iso8859_15", "mac_roman", "cp850", "utf-16",
)  # fmt: skip
"""The encodings offered; the first that fits is taken, in the order of how often they are met."""

Cell = str | int | date | datetime | Fraction | None
"""What a table that is taken away may hold."""

DELIMITERS = ",;\t"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_PIECE = 1_000_000
_ROWS_AT_ONCE = 200
_EMPTY_ROWS = 1000


class Unreadable(Invalid):
    """The file cannot be read as a table."""

    field = "file"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is to be read: ``kind`` is csv or xlsx; encoding and delimiter are those of CSV."""

    kind: str
    encoding: str = ""
    delimiter: str = ""

    def as_dict(self) -> dict[str, str]:
        """Returns the same as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Look:
    """The top of a table: how it is read, its headings, and the first rows below them."""

    shape: Shape
    header: list[str]
    samples: list[list[str]]


def look(file: BinaryIO, encoding: str = "", samples: int = 3) -> Look:
    """Finds out how a file is read, and reads its top. Raises ``Unreadable``."""
    shape = find_shape(file, encoding)
    top = list(islice(read_rows(file, shape), samples + 1))
    if not top or sum(1 for cell in top[0][1] if cell) < 2:
        raise Unreadable(
            "There are no headings in the first row, so it cannot be said what the columns hold."
        )
    return Look(shape, top[0][1], [cells for _number, cells in top[1:]])


def find_shape(file: BinaryIO, encoding: str = "") -> Shape:
    """Finds out by its bytes, not by its name, how a file is read. Raises ``Unreadable``."""
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        check_archive(file)
        return Shape("xlsx")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV without a password."
        )
    if not head.strip():
        raise Unreadable("The file is empty.")
    encoding = encoding or find_encoding(file)
    return Shape("csv", encoding, find_delimiter(file, encoding))


def check_archive(file: BinaryIO) -> None:
    """Measures an XLSX archive before anything is unpacked. Raises ``Unreadable``.

    What an archive says of its sizes bounds what is read: unpacking stops there.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            declares = any(_declares_entities(archive, part) for part in parts[:2000])
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, EOFError, zlib.error) as error:
        raise Unreadable("The file is damaged: it cannot be opened as an Excel file.") from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable("This is not an Excel file (.xlsx). Save the table as .xlsx or CSV.")
    held = max((part.file_size for part in parts if "/worksheets/" not in part.filename), default=0)
    if len(parts) > 2000 or sum(part.file_size for part in parts) > MOST_UNPACKED or held > MOST_SHARED:
        raise Unreadable("Unpacked, this Excel file is too large. Save the table as CSV and send that.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("The file has a password. Save it without one.")
    if declares:
        raise Unreadable("This Excel file holds declarations that no table needs. Save it again from Excel.")


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    # Excel writes none; entities that stand for entities grow without end. The parser has a limit of its own too.
    if part.flag_bits & 1 or not part.filename.endswith((".xml", ".rels")):
        return False
    with archive.open(part) as opened:
        return b"<!DOCTYPE" in opened.read(20_000).replace(b"\0", b"")


def find_encoding(file: BinaryIO) -> str:
    """Returns the encoding of a text file: UTF-8 where all of it fits, else the likeliest of the offered ones."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > len(zeros) * 0.5:
                return encoding
        raise Unreadable("This is not a table of text. Send CSV or Excel (.xlsx).")
    if _is_utf8(file):
        return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    likely = from_bytes(_telling_lines(file), cp_isolation=list(ENCODINGS[1:-1]))
    # Several may read equally well: then the one that is met most often.
    ranked = sorted(
        (round(match.chaos, 2), -round(match.coherence, 2), ENCODINGS.index(match.encoding))
        for match in likely
    )
    return ENCODINGS[ranked[0][2]] if ranked else "cp1252"


def find_delimiter(file: BinaryIO, encoding: str) -> str:
    """Returns the sign between the cells: the one that parts the first rows into the same number of most cells."""
    best = (0, 0, ",")
    for delimiter in DELIMITERS:
        widths = [len(cells) for _n, cells in islice(_csv_rows(file, encoding, delimiter, strict=False), 20)]
        if widths and widths[0] > 1:
            best = max(
                best, (widths.count(widths[0]), widths[0], delimiter), key=lambda each: each[0] * each[1]
            )
    if best[0] == 0:
        raise Unreadable(
            "There is only one column, so this is not a list of people. Send CSV or Excel (.xlsx)."
        )
    return best[2]


def read_rows(file: BinaryIO, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Reads a table row by row: the number a spreadsheet shows, and the cells as text. Empty rows are left out.

    So are empty cells at the end. The first row is that of the headings. Raises ``Unreadable``, also in the middle.
    """
    rows = _xlsx_rows(file) if shape.kind == "xlsx" else _csv_rows(file, shape.encoding, shape.delimiter)
    for number, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Returns a table as CSV text for spreadsheets; see `csv_pieces`."""
    return "".join(csv_pieces(head, rows))


def csv_pieces(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yields a table as CSV, some rows at a time as they are read: with a byte order mark, and lines that end in CRLF.

    No cell can be taken for a formula; days and moments are written as ISO 8601, shares as per cent with one decimal.
    """
    page = io.StringIO()
    page.write(_BOM)
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(head)
    for count, row in enumerate(rows, 1):
        writer.writerow([_written(cell) for cell in row])
        if count % _ROWS_AT_ONCE == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Fraction):
        return f"{float(100 * cell):.1f}"
    return escape_formula(cell.isoformat() if isinstance(cell, date) else str(cell))


def escape_formula(text: str) -> str:
    """Returns text that no spreadsheet takes for a formula: an apostrophe stands before a sign that begins one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_lines(file: BinaryIO) -> bytes:
    # Only lines with letters beyond ASCII say anything about the encoding.
    file.seek(0)
    found = bytearray()
    for line in file:
        if not line.isascii():
            found += line[:1000]
            if len(found) > 20_000:
                break
    return bytes(found)


def _csv_rows(
    file: BinaryIO, encoding: str, delimiter: str, *, strict: bool = True
) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    number = 0
    try:
        reader = csv.reader(text, delimiter=delimiter, strict=strict)
        for cells in reader:
            number += 1
            if number == 1:
                if re.fullmatch(r"sep=.?", delimiter.join(cells).strip(_BOM).lower()):
                    continue
                cells[:1] = [cell.strip(_BOM) for cell in cells[:1]]
            yield number, [_kept(cell) for cell in cells[:MOST_COLUMNS]]
    except (csv.Error, UnicodeError) as error:
        if strict:
            raise Unreadable(
                f"The file cannot be read after row {number}: a quotation mark there is not closed, "
                "or a cell is far too long. Correct it and send the file again."
            ) from error
    finally:
        # The wrapper would close the file that others still read.
        text.detach()


def _kept(cell: str) -> str:
    # No database keeps a NUL, and nobody has typed one.
    text = cell.replace("\0", "").strip()[:MOST_LETTERS]
    # What ``escape_formula`` put before a sign comes off again, so that a list taken away here can come back.
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def new_workbook(file: BinaryIO, *, by_row: bool = True) -> Workbook:
    """Opens an XLSX file to write: text is text whatever it begins with, nothing is run and nothing becomes a link.

    With `by_row` cells are written in the order of their rows, and what is written leaves the memory.
    """
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    return Workbook(file, {"constant_memory" if by_row else "in_memory": True, **plain})


def _xlsx_rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:
        # The library raises whatever a damaged part makes it raise.
        raise Unreadable("The file is damaged: it cannot be opened as an Excel file.") from error
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise Unreadable("There is no sheet to be seen in this Excel file.")
    sheet = sheets[0]
    # What a sheet says of its own size is often wrong, and may be meant to be.
    sheet.reset_dimensions()
    number = empty = 0
    try:
        for values in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            number += 1
            cells = [_text_of(value) for value in values]
            empty = 0 if any(cells) else empty + 1
            if empty > _EMPTY_ROWS:
                break
            yield number, cells
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"The Excel file is damaged after row {number}.") from error
    finally:
        book.close()


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _kept(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # A formula that fills several cells is an object; its text is what was written.
    return str(getattr(value, "text", value))[:MOST_LETTERS]
