"""The report and its people as XLSX: typed cells, headings that stay, and a sheet that says what the figures mean."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, BinaryIO

from flask_babel import gettext as _
from xlsxwriter.worksheet import Worksheet

from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.glossary import definitions, query_labels, status_labels
from lms.compliance.report.people import PersonLine
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.service import ReportPage
from lms.compliance.status import api as rules
from lms.kernel.tabular import Cell, new_workbook

MOST_ROWS = 1_000_000
"""So many rows are written on one sheet; a spreadsheet program takes 1 048 576."""

_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CELL_LENGTH = 32_000


@dataclass
class Book:
    """A workbook that is written row by row: what is written leaves the memory."""

    file: BinaryIO
    book: Any = field(init=False)
    _formats: dict[str, Any] = field(init=False)
    _names: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.book = new_workbook(self.file)
        self._formats = {
            "head": self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "bold": self.book.add_format({"bold": True}),
            "day": self.book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "share": self.book.add_format({"num_format": "0.0%"}),
            "count": self.book.add_format({"num_format": "#,##0"}),
            "text": self.book.add_format({"text_wrap": True, "valign": "top"}),
        }

    def sheet(self, name: str) -> Worksheet:
        """Adds a sheet; a name that is taken, too long or not allowed becomes one that is not."""
        plain = " ".join(name.translate(_FORBIDDEN).split()).strip("'")[:_LONGEST_NAME].strip() or "-"
        chosen, number = plain, 1
        while chosen.casefold() in self._names:
            number += 1
            chosen = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        self._names.add(chosen.casefold())
        return self.book.add_worksheet(chosen)

    def table(self, name: str, head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]]) -> None:
        """Adds a table with headings that stay in view and can filter; what is too long goes on on another sheet."""
        sheet, place = self._headed(name, head, widths), 0
        for row in rows:
            if place == MOST_ROWS:
                sheet.autofilter(0, 0, place, len(head) - 1)
                sheet, place = self._headed(name, head, widths), 0
            place += 1
            for column, value in enumerate(row):
                self.cell(sheet, place, column, value)
        sheet.autofilter(0, 0, place, len(head) - 1)

    def _headed(self, name: str, head: Sequence[str], widths: Sequence[int]) -> Worksheet:
        sheet = self.sheet(name)
        sheet.freeze_panes(1, 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for column, word in enumerate(head):
            sheet.write_string(0, column, word, self._formats["head"])
        return sheet

    def cell(self, sheet: Worksheet, row: int, column: int, value: Cell, look: str = "") -> None:
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

    def close(self) -> None:
        """Puts the file together."""
        self.book.close()


def write_report(file: BinaryIO, page: ReportPage, report_id: str, address: str) -> None:
    """Writes a report: all sectors, the matrix, trend and forecast, a sheet for each sector, definitions."""
    book, report, labels = Book(file), page.report, page.query.labels
    titles = {each.course_id: each.title for each in page.courses}
    heads = (_("What is required"), *_figure_heads(page.query))
    widths = (44, *(12 for _each in heads[1:]))

    def rows_of(figures: StatusCounts, cells: Any) -> Iterable[Sequence[Cell]]:
        yield (_("Everything that is required"), *_figure_cells(figures))
        for course in report.courses:
            if course in cells:
                yield (titles[int(course)], *_figure_cells(cells[course]))

    book.table(
        _("All sectors"),
        (_("Sector"), *_figure_heads(page.query)),
        widths,
        (
            (_("All sectors"), *_figure_cells(report.total)),
            *((labels.sectors.get(line.sector, line.sector), *_figure_cells(line.figures)) for line in page.lines),
        ),
    )
    book.table(
        _("Matrix"),
        (_("Sector"), *(titles[int(course)] for course in report.courses)),
        (44, *(16 for _course in report.courses)),
        [
            *(
                (
                    labels.sectors.get(line.sector, line.sector),
                    *(line.cells[course].rate if course in line.cells else None for course in report.courses),
                )
                for line in page.lines
                if line.figures.people
            ),
            (_("All sectors"), *(report.course_totals[course].rate for course in report.courses)),
        ],
    )
    book.table(
        _("Trend"),
        (_("Day"), _("Type"), *_figure_heads(page.query)),
        (12, 34, *(12 for _each in heads[1:])),
        [
            (point.day, said, *_figure_cells(point.figures))
            for said, points in ((_("actual"), report.trend), (_("projected"), report.forecast))
            for point in points
        ],
    )
    for line in page.lines:
        name = labels.short.get(line.sector, line.sector)
        book.table(name, heads, widths, rows_of(line.figures, line.cells))
    book.facts(_("Definitions"), _about(page.query, page.known_at, report_id, address))
    book.close()


def write_people(
    file: BinaryIO,
    query: ReportQuery,
    known_at: datetime,
    lines: Iterable[PersonLine],
    step: Callable[[], None] = lambda: None,
) -> None:
    """Writes people, one row for each requirement; `step` is called after every person."""
    book, said = Book(file), status_labels()
    head = (
        _("Name"), _("Staff number"), _("Organisation"), _("Main sector"), _("Station"), _("Role"), _("Overall"),
        _("Course"), _("Status"), _("Due on"), _("Valid through"), _("Certificate"), _("Why"),
    )  # fmt: skip

    def rows() -> Iterable[Sequence[Cell]]:
        for line in lines:
            for row in line.rows:
                yield (
                    line.named.name, line.named.staff_number, line.organisation, line.sector_name, line.station,
                    line.role, said[line.overall], row.course_title, said[row.status], row.due_on,
                    row.valid_through, row.award, row.sentence,
                )  # fmt: skip
            step()

    book.table(_("People"), head, (28, 14, 24, 28, 20, 20, 18, 40, 18, 12, 14, 18, 90), rows())
    book.facts(_("Definitions"), _about(query, known_at, "", ""))
    book.close()


def _figure_heads(query: ReportQuery) -> Sequence[str]:
    said = status_labels()
    return (
        _("Posts") if query.of_posts else _("People"), _("Compliant"), _("Not yet due"), _("Overdue"), _("Rate"),
        *(_("Status: %(status)s", status=said[each]) for each in rules.SEVERITY if each.group),
    )  # fmt: skip


def _figure_cells(figures: StatusCounts) -> Sequence[Cell]:
    return (
        figures.people, figures.compliant, figures.in_time, figures.late, figures.rate,
        *(figures.by_status.get(each, 0) for each in rules.SEVERITY if each.group),
    )  # fmt: skip


def _about(query: ReportQuery, known_at: datetime, report_id: str, address: str) -> Iterable[tuple[str, Cell]]:
    yield _("Day of the report"), query.as_of
    yield _("Data as of (UTC)"), known_at
    yield _("Organisations"), "; ".join(each.name for each in query.organisations)
    yield from query_labels(query)
    if report_id:
        yield _("Report id"), report_id
        yield _("Verify"), address
    yield _("Definitions version"), rules.DEFINITIONS_VERSION
    yield from definitions()
