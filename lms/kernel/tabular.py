"""Tables that people upload and download: CSV in any encoding and delimiter, and XLSX; every cell is text.

Nothing is evaluated: a formula is only text. A file is read row by row and never trusted: sizes are bounded, an archive
is measured before it is unpacked, and a file that cannot be read is refused with one sentence.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import chain, islice
from typing import Any, BinaryIO

from openpyxl import load_workbook
from xlsxwriter import Workbook

from lms.kernel.batches import batched
from lms.kernel.encoding import find_encoding
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

MAX_COLUMNS = 60
"""The number of columns that are read."""

MAX_CELL_LENGTH = 1000
"""The number of characters after which a cell is cut."""

MAX_UNPACKED_BYTES = 300_000_000
"""The size of all parts of an XLSX archive, unpacked."""

MAX_PART_BYTES = 64_000_000
"""The size of each part that must be held in memory, unpacked."""

Cell = str | int | date | datetime | Fraction | None
"""The values of cells in a table to download."""

DELIMITERS = ",;\t"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_ROWS_A_CHUNK = 200
_EMPTY_ROWS = 1000


class Unreadable(Invalid):
    """The file cannot be read as a table."""

    field = "file"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file is read: ``kind`` is csv or xlsx; encoding and delimiter are for CSV."""

    kind: str
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """The top of a table: its format, its headings, and the first rows below them."""

    format: FileFormat
    header: list[str]
    samples: list[list[str]]


def preview_table(file: BinaryIO, encoding: str = "", samples: int = 3) -> TablePreview:
    """Detects the format of a file and reads its top. Raises ``Unreadable``."""
    file_format = detect_format(file, encoding)
    top = list(islice(read_rows(file, file_format), samples + 1))
    if not top or sum(1 for cell in top[0][1] if cell) < 2:
        raise Unreadable(_("The first row has no headings, so the columns cannot be identified."))
    return TablePreview(file_format, top[0][1], [cells for _number, cells in top[1:]])


def detect_format(file: BinaryIO, encoding: str = "") -> FileFormat:
    """Returns the format of a file by its bytes, not by its name. Raises ``Unreadable``."""
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        check_archive(file)
        return FileFormat("xlsx")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV without a password.")
        )
    if not head.strip():
        raise Unreadable(_("The file is empty."))
    encoding = encoding or find_encoding(file)
    if not encoding:
        raise Unreadable(_("This file is not a table. Upload CSV or Excel (.xlsx)."))
    return FileFormat("csv", encoding, find_delimiter(file, encoding))


def check_archive(file: BinaryIO) -> None:
    """Checks the declared sizes of an XLSX archive before it is unpacked. Raises ``Unreadable``.

    Unpacking stops at the declared sizes.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            # Excel writes none, and nested entities can grow without limit. The parser has a limit of its own too.
            declares = any(
                b"<!DOCTYPE" in archive.open(part).read(20_000).replace(b"\0", b"")
                for part in parts[:2000]
                if not part.flag_bits & 1 and part.filename.endswith((".xml", ".rels"))
            )
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, EOFError, zlib.error) as error:
        raise Unreadable(_("The file is damaged and cannot be opened as an Excel file.")) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(_("This is not an Excel file (.xlsx). Save the table as .xlsx or CSV."))
    largest = max((part.file_size for part in parts if "/worksheets/" not in part.filename), default=0)
    if len(parts) > 2000 or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or largest > MAX_PART_BYTES:
        raise Unreadable(_("This Excel file is too large when unpacked. Save the table as CSV and upload that."))
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(_("The file has a password. Save it without one."))
    if declares:
        raise Unreadable(_("This Excel file contains declarations that no table needs. Save it again in Excel."))


def find_delimiter(file: BinaryIO, encoding: str) -> str:
    """Returns the delimiter that splits the first rows into the same number of cells, and into most cells."""
    best = (0, 0, ",")
    for delimiter in DELIMITERS:
        widths = [len(cells) for _n, cells in islice(_csv_rows(file, encoding, delimiter, strict=False), 20)]
        if widths and widths[0] > 1:
            best = max(best, (widths.count(widths[0]), widths[0], delimiter), key=lambda each: each[0] * each[1])
    if best[0] == 0:
        raise Unreadable(_("There is only one column, so this is not a list of people. Upload CSV or Excel (.xlsx)."))
    return best[2]


def read_rows(file: BinaryIO, file_format: FileFormat) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a table: the row number in a spreadsheet, and the cells as text, without empty rows.

    Empty cells at the end are left out. The first row has the headings. Raises ``Unreadable``, also in the middle.
    """
    is_csv = file_format.kind == "csv"
    rows = _csv_rows(file, file_format.encoding, file_format.delimiter) if is_csv else _xlsx_rows(file)
    for number, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Returns a table as CSV text for spreadsheets; see `csv_chunks`."""
    return "".join(csv_chunks(head, rows))


def csv_chunks(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yields a table as CSV, some rows at a time, with a byte order mark and CRLF.

    No cell is run as a formula; days and times are ISO 8601, fractions are per cent with one decimal.
    """
    page = io.StringIO()
    page.write(_BOM)
    writer = csv.writer(page, lineterminator="\r\n")
    for batch in batched(chain([head], rows), _ROWS_A_CHUNK):
        writer.writerows(map(_csv_cell, row) for row in batch)
        yield page.getvalue()
        page.seek(0)
        page.truncate()


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Fraction):
        return f"{float(100 * cell):.1f}"
    return escape_formula(cell.isoformat() if isinstance(cell, date) else str(cell))


def escape_formula(text: str) -> str:
    """Returns text that no spreadsheet runs as a formula: with an apostrophe before a character that starts one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_rows(file: BinaryIO, encoding: str, delimiter: str, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
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
            yield number, [_clean(cell) for cell in cells[:MAX_COLUMNS]]
    except (csv.Error, UnicodeError) as error:
        if strict:
            raise Unreadable(
                _(
                    "The file cannot be read after row %(number)s: a quotation mark there is not closed, "
                    "or a cell is much too long. Correct it and upload the file again.",
                    number=number,
                )
            ) from error
    finally:
        # The wrapper would close the file, which is still used.
        text.detach()


def _clean(cell: str) -> str:
    # PostgreSQL cannot store NUL, and nobody types it.
    text = cell.replace("\0", "").strip()[:MAX_CELL_LENGTH]
    # The apostrophe of ``escape_formula`` is removed again, so that a downloaded list can be uploaded.
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def new_workbook(file: BinaryIO, *, by_row: bool = True) -> Workbook:
    """Opens an XLSX file to write: text stays text, and becomes neither a formula nor a link.

    With ``by_row`` cells must be written row by row, and written rows leave the memory.
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
        raise Unreadable(_("The file is damaged and cannot be opened as an Excel file.")) from error
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise Unreadable(_("This Excel file has no visible sheet."))
    # The declared size of a sheet is often wrong, perhaps on purpose.
    sheet.reset_dimensions()
    number = empty = 0
    try:
        for values in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            number += 1
            cells = [_text_of(value) for value in values]
            empty = 0 if any(cells) else empty + 1
            if empty > _EMPTY_ROWS:
                break
            yield number, cells
    except Exception as error:
        raise Unreadable(_("The Excel file is damaged after row %(number)s.", number=number)) from error
    finally:
        book.close()


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # A formula for several cells is an object; its text is what was written.
    return str(getattr(value, "text", value))[:MAX_CELL_LENGTH]
