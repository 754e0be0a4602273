"""Tables as CSV: UTF-8 with a byte order mark, and no cell that a spreadsheet would run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from io import StringIO

Cell = str | int | date | datetime | Fraction | None
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Returns a table as CSV text with CRLF line ends; shares become per cent with one decimal."""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return _BOM + page.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return f"{float(100 * value):.1f}"
    text = value.isoformat() if isinstance(value, date) else str(value)
    # A spreadsheet takes a cell that begins like this for a formula; an apostrophe makes it text.
    return f"'{text}" if text.startswith(_STARTS) else text
