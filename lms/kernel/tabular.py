"""Tables that people upload and download: CSV in any encoding and delimiter, and XLSX; every cell is text.

Nothing is evaluated. A file is read row by row and never trusted: sizes are bounded, cells that are no data are marked
with the reason, and a file that cannot be read is refused with one sentence.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from lms.kernel.batches import batched
from lms.kernel.cells import FORMULA_STARTS, Unreadable, clean_text, clean_typed_text
from lms.kernel.encoding import find_encoding
from lms.kernel.i18n import gettext as _
from lms.kernel.workbook import Row, read_tops, read_worksheet
from lms.kernel.workbook_program import MAX_COLUMNS, MAX_ROWS

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Cell = str | int | date | datetime | Fraction | None
"""The values of cells in a table to download."""

DELIMITERS = ",;\t"
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
MAX_ROW_CHARACTERS = 200_000
"""The characters of a row of CSV."""
_ROWS_A_CHUNK = 200
_TOP_ROWS = 20
_SAMPLES = 3

KnownHeadings = Callable[[Sequence[str]], int]
"""Says how many cells of a row are headings that are known."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file is read: ``kind`` is csv or xlsx; encoding and delimiter are for CSV, worksheets for Excel.

    The headings are in the row ``heading_row``; with ``repair`` letters broken by a wrong encoding are put right.
    """

    kind: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    worksheets: Sequence[str] = ()
    heading_row: int = 0
    repair: bool = False


@dataclass(frozen=True, slots=True)
class TablePreview:
    """The top of a table: its format, its headings, and the first rows below them."""

    format: FileFormat
    header: list[str]
    samples: list[list[str]]


def preview_table(
    file: BinaryIO, chosen: FileFormat | None = None, known: KnownHeadings = lambda _cells: 0
) -> TablePreview:
    """Detects the format of a file and reads its top. Raises ``Unreadable``.

    Sheet and row of the headings are proposed by the headings that are known, unless they are chosen.
    """
    file_format = detect_format(file, chosen or FileFormat(), known)
    top = list(islice(read_rows(file, file_format), _SAMPLES + 1))
    if not top or sum(1 for cell in top[0][1] if cell) < 2:
        raise Unreadable(_("No row has headings, so the columns cannot be identified."))
    return TablePreview(file_format, top[0][1], [cells for _number, cells in top[1:]])


def detect_format(file: BinaryIO, chosen: FileFormat, known: KnownHeadings) -> FileFormat:
    """Returns the format of a file by its bytes, not by its name. Raises ``Unreadable``."""
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        return _propose_worksheet(file, replace(chosen, kind="xlsx"), known)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV without a password.")
        )
    if not head.strip():
        raise Unreadable(_("The file is empty."))
    encoding = chosen.encoding or find_encoding(file)
    if not encoding:
        raise Unreadable(_("This file is not a table. Upload CSV or Excel (.xlsx)."))
    delimiter = find_delimiter(file, encoding, known)
    top = islice(_csv_rows(file, encoding, delimiter, strict=False), _TOP_ROWS)
    heading_row = chosen.heading_row or propose_heading_row(top, known)[1]
    return replace(chosen, kind="csv", encoding=encoding, delimiter=delimiter, heading_row=heading_row)


def _propose_worksheet(file: BinaryIO, chosen: FileFormat, known: KnownHeadings) -> FileFormat:
    tops = read_tops(file)
    names = [chosen.sheet] if chosen.sheet in tops else list(tops)
    proposed = {name: propose_heading_row(tops[name], known) for name in names}
    sheet = max(names, key=lambda name: proposed[name][0])
    row = chosen.heading_row or proposed[sheet][1]
    return replace(chosen, sheet=sheet, worksheets=tuple(tops), heading_row=row)


def propose_heading_row(top: Iterable[Row], known: KnownHeadings) -> tuple[tuple[int, bool], int]:
    """Returns how sure it is, to compare worksheets, and the number of the row that has the headings; 0 is none.

    It is the row with most headings that are known or, where hardly any is, the first as wide as most of the table.
    """
    rows = [(number, cells) for number, cells in top if sum(map(bool, cells)) > 1]
    if not rows:
        return (0, False), 0
    best = max(known(cells) for _number, cells in rows)
    widest = max(sum(map(bool, cells)) for _number, cells in rows)
    if best > 1:
        return (best, True), next(number for number, cells in rows if known(cells) == best)
    return (0, True), next(number for number, cells in rows if 2 * sum(map(bool, cells)) > widest)


def find_delimiter(file: BinaryIO, encoding: str, known: KnownHeadings) -> str:
    """Returns the delimiter by which headings are known, else the one that splits most rows alike into most cells."""
    found = []
    for delimiter in DELIMITERS:
        rows = [cells for _n, cells in islice(_csv_rows(file, encoding, delimiter, strict=False), _TOP_ROWS)]
        widths = Counter(len(cells) for cells in rows if len(cells) > 1)
        if widths:
            alike = max(width * times for width, times in widths.items())
            found.append((max(map(known, rows)), len(rows[0]) > 1, alike, delimiter))
    if not found:
        raise Unreadable(_("There is only one column, so this is not a list of people. Upload CSV or Excel (.xlsx)."))
    return max(found, key=lambda each: each[:3])[3]


def read_rows(file: BinaryIO, file_format: FileFormat, hidden: set[int] | None = None) -> Iterator[Row]:
    """Yields the rows of a table from its headings on: the row number in a spreadsheet, and the cells as text.

    Empty rows, and empty cells at the end, are left out; a cell that is no data is a ``NoData``. The numbers of hidden
    rows are added to ``hidden``. Raises ``Unreadable``, also in the middle.
    """
    for number, cells in _all_rows(file, file_format, set() if hidden is None else hidden):
        while cells and not cells[-1]:
            cells.pop()
        if cells and number >= file_format.heading_row:
            yield number, cells


def _all_rows(file: BinaryIO, file_format: FileFormat, hidden: set[int]) -> Iterator[Row]:
    if file_format.kind == "csv":
        yield from _csv_rows(file, file_format.encoding, file_format.delimiter, repair=file_format.repair)
    else:
        yield from read_worksheet(file, file_format.sheet, hidden, repair=file_format.repair)


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
        writer.writerows(
            # Most cells are texts that stay as they are: a call for each of them takes longer than writing it.
            # Nothing is written as nothing.
            [
                cell if cell is None or (type(cell) is str and not cell.startswith(FORMULA_STARTS)) else _csv_cell(cell)
                for cell in row
            ]
            for row in batch
        )
        yield page.getvalue()
        page.seek(0)
        page.truncate()


def _csv_cell(cell: str | int | date | Fraction) -> str:
    # To ask whether something is a fraction takes longer than all the rest, so that comes last.
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{float(100 * cell):.1f}" if isinstance(cell, Fraction) else escape_formula(str(cell))


def escape_formula(text: str) -> str:
    """Returns text that no spreadsheet runs as a formula: with an apostrophe before a character that starts one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class _Lines:
    """The lines of a text file; those of one row have no more than ``MAX_ROW_CHARACTERS``, so it stays small."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARACTERS + 1)
        self.characters += len(line)
        if self.characters > MAX_ROW_CHARACTERS:
            raise csv.Error
        if not line:
            raise StopIteration
        return line


def _csv_rows(
    file: BinaryIO, encoding: str, delimiter: str, *, strict: bool = True, repair: bool = False
) -> Iterator[Row]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    number = 0
    try:
        lines = _Lines(text)
        for cells in csv.reader(lines, delimiter=delimiter, strict=strict):
            number += 1
            lines.characters = 0
            if number > MAX_ROWS:
                raise Unreadable(
                    _(
                        "There are more than %(rows)s rows, most of them probably empty. "
                        "Remove the empty ones and upload the file again.",
                        rows=MAX_ROWS,
                    )
                )
            if number == 1:
                if re.fullmatch(r"sep=.?", delimiter.join(cells).strip(_BOM).lower()):
                    continue
                cells[:1] = [cell.strip(_BOM) for cell in cells[:1]]
            yield number, [clean_typed_text(clean_text(cell, repair=repair)) for cell in cells[:MAX_COLUMNS]]
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


def new_workbook(file: BinaryIO, *, by_row: bool = True) -> "Workbook":
    """Opens an XLSX file to write: text stays text, and becomes neither a formula nor a link.

    With ``by_row`` cells must be written row by row, and written rows leave the memory.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - few requests write one

    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    return Workbook(file, {"constant_memory" if by_row else "in_memory": True, **plain})
