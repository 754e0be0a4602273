"""What the files of a report share: workbooks of typed cells with headings that stay, figures, and definitions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from flask_babel import gettext as _

from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.report_id import ReportId
from lms.compliance.report.signoff.queries import list_signatures
from lms.compliance.status.definitions import SEVERITY
from lms.kernel.config import current_settings
from lms.kernel.tabular import Cell, new_workbook
from lms.web.formatting import moment

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

COUNTED = [each for each in SEVERITY if each.group]
"""The statuses that are counted, one column for each."""

MOST_ROWS = 1_000_000
"""So many rows are written on one sheet; a spreadsheet program takes 1 048 576."""

_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CELL_LENGTH = 32_000


_FORMATS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "day": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
    "share": {"num_format": "0.0%"},
    "count": {"num_format": "#,##0"},
    "text": {"text_wrap": True, "valign": "top"},
}


class Book:
    """A workbook that is written row by row: what is written leaves the memory."""

    def __init__(self, file: BinaryIO) -> None:
        self.book: Any = new_workbook(file)
        self._formats = {name: self.book.add_format(look) for name, look in _FORMATS.items()}
        self._names: set[str] = set()

    def sheet(self, name: str) -> "Worksheet":
        """Adds a sheet; a name that is taken, too long or not allowed becomes one that is not."""
        plain = " ".join(name.translate(_FORBIDDEN).split()).strip("'")[:_LONGEST_NAME].strip() or "-"
        chosen, number = plain, 1
        while chosen.casefold() in self._names:
            number += 1
            chosen = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        self._names.add(chosen.casefold())
        return self.book.add_worksheet(chosen)

    def table(
        self, name: str, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]], frozen: int = 1
    ) -> None:
        """Adds a table with headings that can filter; what is too long goes on on another sheet.

        Headings stay in view, as do the first columns, as many as are frozen.
        """
        remaining, last = iter(rows), MOST_ROWS
        while last == MOST_ROWS:
            sheet, last = self.sheet(name), 0
            sheet.freeze_panes(1, frozen)
            for column, (word, width) in enumerate(zip(head, widths, strict=True)):
                sheet.set_column(column, column, width)
                sheet.write_string(0, column, word, self._formats["head"])
            for last, row in enumerate(islice(remaining, MOST_ROWS), 1):
                for column, value in enumerate(row):
                    self.cell(sheet, last, column, value)
            sheet.autofilter(0, 0, last, len(head) - 1)

    def cell(self, sheet: "Worksheet", row: int, column: int, value: Cell, look: str = "") -> None:
        """Writes one value as what it is: a day, a moment, a share, a whole number, or text."""
        formats = self._formats
        if isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), formats["moment"])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, formats["day"])
        elif isinstance(value, Fraction):
            sheet.write_number(row, column, float(value), formats["share"])
        elif isinstance(value, int):
            sheet.write_number(row, column, value, formats["count"])
        elif value:
            sheet.write_string(row, column, str(value)[:_CELL_LENGTH], formats.get(look))

    def facts(self, name: str, pairs: Iterable[tuple[str, Cell]]) -> None:
        """Adds a sheet of terms and what they mean."""
        sheet = self.sheet(name)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 100)
        for row, (word, meaning) in enumerate(pairs):
            self.cell(sheet, row, 0, word, "bold")
            self.cell(sheet, row, 1, meaning, "text")


def address_of(report_id: ReportId) -> str:
    """Returns the address that works a report out again, as it is printed."""
    return f"{current_settings().public_address}/compliance/reports/{report_id}"


def signed_by(report_id: ReportId) -> list[str]:
    """Returns who signed a report off, each in a line: name, role, moment and remark."""
    return [
        f"{each.name}, {each.role}, {moment(each.signed_at)}" + (f": {each.remark}" if each.remark else "")
        for each in list_signatures(str(report_id))
    ]


def figure_cells(figures: StatusCounts) -> Sequence[Cell]:
    """Returns figures as cells: people, compliant, in time, late, two rates, and how many have each status."""
    return (
        figures.people, figures.compliant, figures.in_time, figures.late, figures.rate, figures.rate_without_exempt,
        *(figures.by_status.get(each, 0) for each in COUNTED),
    )  # fmt: skip


def definitions() -> dict[str, str]:
    """Returns the terms of a report, each with what it means."""
    return {
        _("Compliant"): _(
            "Valid, due for renewal, or exempt, for everything required of a person. "
            "If there are several requirements, the worst status counts."
        ),
        _("Not yet due"): _("Not started, in progress, or in grace after the end of a certificate."),
        _("Overdue"): _("Overdue, expired or revoked."),
        _("Rate"): _(
            "The share of compliant people among those with at least one requirement; "
            "never derived from the rates of courses. Exempt people count as compliant; the rate without "
            "the exempt leaves them out of both."
        ),
        _("Where people count"): _(
            "Everyone counts in the main sector of their placement on the day of the report, once in each "
            "organisation. People who leave no longer count from the next day, but stay in earlier reports."
        ),
        _("Projected"): _(
            "Days after the moment of the data: expected figures without further training, under the recorded "
            "requirements and placements. Earlier days show what happened."
        ),
        _("Two dates"): _(
            "The report has two dates: the day it is about, and the moment its data is from. Data "
            "recorded later can change today’s figures for that day, but never the earlier report."
        ),
    }
