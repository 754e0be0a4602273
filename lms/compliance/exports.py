"""Tables as CSV: UTF-8 with a byte order mark, and no cell that a spreadsheet would run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction
from io import StringIO

Cell = str | int | date | datetime | Fraction | None
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_ROWS_AT_ONCE = 200


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Returns a table as CSV text with CRLF line ends; shares become per cent with one decimal."""
    return "".join(csv_pieces(head, rows))


def csv_pieces(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yields the same text some rows at a time, as they are read."""
    page = StringIO()
    page.write(_BOM)
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(head)
    for count, row in enumerate(rows, 1):
        writer.writerow([_cell(value) for value in row])
        if count % _ROWS_AT_ONCE == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return f"{float(100 * value):.1f}"
    text = value.isoformat() if isinstance(value, date) else str(value)
    # A spreadsheet takes a cell that begins like this for a formula; an apostrophe makes it text.
    return f"'{text}" if text.startswith(_STARTS) else text
