"""Excel files that people upload: visible worksheets, and their rows as text the way the sheet shows it.

Nothing is evaluated: of a formula the stored value is read. An archive is measured before it is unpacked.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from lms.kernel.cells import MAX_CELL_LENGTH, MAX_DIGITS, NoData, Unreadable, clean_text
from lms.kernel.i18n import gettext as _

MAX_COLUMNS = 60
"""The number of columns that are read."""

MAX_UNPACKED_BYTES = 300_000_000
"""The size of all parts of an XLSX archive, unpacked."""

MAX_PART_BYTES = 64_000_000
"""The size of each part that must be held in memory, unpacked."""

_EMPTY_ROWS = 1000
_FIRST_OWN_FORMAT = 164
_FORMAT_PART = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<digits>[0#?]+)|(?P<sign>[-/ ()])|(?P<other>.)')


class _StoredValues(WorkSheetParser):
    """Reads the stored values of a sheet, and marks formulas that have none."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Reads a cell; a formula that results in an empty text is stored as such."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = "f"
        return cell


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


@contextmanager
def open_worksheets(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """Opens an Excel file: its visible worksheets by name, the first one first. Raises ``Unreadable``."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        # The library raises whatever a damaged part makes it raise.
        raise Unreadable(_("The file is damaged and cannot be opened as an Excel file.")) from error
    try:
        worksheets = {sheet.title: sheet for sheet in book.worksheets if sheet.sheet_state == "visible"}
        if not worksheets:
            raise Unreadable(_("This Excel file has no visible sheet."))
        yield worksheets
    finally:
        book.close()


def read_worksheet(sheet: Any, hidden: set[int], *, repair: bool) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows of a sheet as text; adds the numbers of hidden rows to ``hidden``. Raises ``Unreadable``."""
    book = sheet.parent
    shapes: dict[int, str] = {}
    number = empty = 0
    try:
        with sheet._get_source() as source:
            reader = _StoredValues(
                source, sheet._shared_strings, True, book.epoch, book._date_formats, book._timedelta_formats
            )
            for place, cells in reader.parse():
                attributes = reader.row_dimensions.pop(str(place), {})
                # The numbers may be wrong, perhaps on purpose.
                if place <= number:
                    continue
                number = place
                texts = [""] * min(max((cell["column"] for cell in cells), default=0), MAX_COLUMNS)
                for cell in cells:
                    if cell["column"] <= MAX_COLUMNS:
                        texts[cell["column"] - 1] = _text_of(cell, book, shapes, repair=repair)
                empty = 0 if any(texts) else empty + 1
                if empty > _EMPTY_ROWS:
                    break
                if attributes.get("hidden") in ("1", "true"):
                    hidden.add(number)
                yield number, texts
    except Exception as error:
        raise Unreadable(_("The Excel file is damaged after row %(number)s.", number=number)) from error


def _text_of(cell: dict[str, Any], book: Any, shapes: dict[int, str], *, repair: bool) -> str:
    value = cell["value"]
    match value:
        case None if cell["data_type"] == "f":
            return NoData("=", "cell_formula")
        case str():
            text = clean_text(value, repair=repair)
        case bool():
            text = "yes" if value else "no"
        case date():
            text = value.isoformat()[:10]
        case int() | float() if value == int(value):
            text = _whole_number(int(value), cell["style_id"], book, shapes)
        case _:
            # A formula that shows an empty cell as a day stores the day nought.
            text = "" if value in (None, time()) else str(value)[:MAX_CELL_LENGTH]
    return text


def _whole_number(value: int, style: int, book: Any, shapes: dict[int, str]) -> str:
    if abs(value) >= 10**MAX_DIGITS:
        return NoData(str(value), "cell_rounded")
    if style not in shapes:
        number = book._cell_styles[style].numFmtId
        shapes[style] = BUILTIN_FORMATS.get(number) or str(book._number_formats[number - _FIRST_OWN_FORMAT])
    return show_number(value, shapes[style])


def show_number(value: int, shape: str) -> str:
    """Writes a whole number as its format shows it where that fills it up: 731 as 000731, and as R-0731.

    Formats for amounts, parts and days leave it as it is.
    """
    parts = list(_FORMAT_PART.finditer(re.sub(r"\[[^]]*\]", "", shape.partition(";")[0])))
    if value < 0 or any(part["other"] for part in parts) or not any("0" in (part["digits"] or "") for part in parts):
        return str(value)
    rest, shown = str(value), []
    filled = [part for part in parts if part["digits"]]
    for part in reversed(parts):
        if not part["digits"]:
            shown.append(part["quoted"] or part["escaped"] or part["sign"] or "")
            continue
        size = len(rest) if part is filled[0] else len(part["digits"])
        figures, rest = rest[max(len(rest) - size, 0) :], rest[: max(len(rest) - size, 0)]
        shown.append(figures.rjust(part["digits"].count("0"), "0"))
    return "".join(reversed(shown)).strip()
