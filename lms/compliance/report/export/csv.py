"""The report, its people, people by course and what changed as rows of CSV files."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from lms.compliance.report.changes import ChangesPage
from lms.compliance.report.counts import MatrixColumn
from lms.compliance.report.export.tables import COUNTED, figure_cells, signed_by
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import ExplainedLine, PersonLine, ReportPage
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel import clock
from lms.kernel.tabular import Cell

REPORT_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "sector", "course", "counted", "people", "compliant",
    "in_time", "late", "rate_percent", "rate_without_exempt_percent", *(str(each) for each in COUNTED), "report",
    "signed_off_by",
)  # fmt: skip
PEOPLE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisation", "staff_number", "name", "sector", "station", "role",
    "overall", "course", "status", "due_on", "valid_through", "certificate", "reason",
)  # fmt: skip
MATRIX_HEAD = PEOPLE_HEAD[: PEOPLE_HEAD.index("course")]
"""Followed by two columns for each course: its status, and the last valid day or the day it is due."""
CHANGES_HEAD = (
    "first_day", "second_day", "known_as_of", "organisation", "staff_number", "name", "sector", "was_in", "now_in",
    "changes", "status_before", "status_after", "reason",
)  # fmt: skip


def report_rows(page: ReportPage) -> Iterator[Sequence[Cell]]:
    """Returns the figures of a report as rows of `REPORT_HEAD`: all sectors first, then sector by sector."""
    report, query, report_id = page.report, page.query, str(page.id)
    signed = "; ".join(signed_by(page.id))
    slugs = {each.course_id: each.slug for each in page.courses}
    groups = [("(all sectors)", report.total, report.course_totals)]
    groups += [(query.labels.sector(line.sector), line.figures, line.cells) for line in page.lines]
    for sector, total, cells in groups:
        by_course = [(slugs[int(course)], cells[course]) for course in report.courses if course in cells]
        for course, figures in [("(every required course)", total), *by_course]:
            yield (
                query.as_of, page.known_at.isoformat(timespec="seconds"), DEFINITIONS_VERSION,
                "; ".join(each.name for each in query.organisations), sector, course,
                "posts" if query.of_posts else "people", *figure_cells(figures), report_id, signed,
            )  # fmt: skip


def people_rows(query: ReportQuery, known_at: datetime, lines: Iterable[ExplainedLine]) -> Iterator[Sequence[Cell]]:
    """Returns people as rows of `PEOPLE_HEAD`: one for each requirement, people and requirements worst first."""
    first = query.as_of.isoformat(), known_at.isoformat(timespec="seconds"), DEFINITIONS_VERSION
    for line in lines:
        about = (
            *first, line.organisation, line.named.staff_number, line.named.name, line.sector_name, line.station,
            line.role, line.overall.value,
        )  # fmt: skip
        for row in line.rows:
            yield (
                *about, row.course_slug, row.status.value, row.due_on, row.valid_through, row.award, row.sentence
            )  # fmt: skip


def matrix_head(columns: Sequence[MatrixColumn]) -> Sequence[str]:
    """Returns the headings of people by course."""
    slugs = [column.course.slug for column in columns]
    return (*MATRIX_HEAD, *(f"{slug}_{name}" for slug in slugs for name in ("status", "day")))


def matrix_rows(
    query: ReportQuery, known_at: datetime, columns: Sequence[MatrixColumn], lines: Iterable[PersonLine]
) -> Iterator[Sequence[Cell]]:
    """Returns people by course as rows of `matrix_head`: one for each person, worst first."""
    for line in lines:
        yield (
            query.as_of, known_at.isoformat(timespec="seconds"), DEFINITIONS_VERSION, line.organisation,
            line.named.staff_number, line.named.name, line.sector_name, line.station, line.role, line.overall.value,
            *(cell for status, day in line.cells(columns) for cell in (status.value, day)),
        )  # fmt: skip


def changes_rows(page: ChangesPage) -> Iterator[Sequence[Cell]]:
    """Returns what changed as rows of `CHANGES_HEAD`."""
    known_at = page.query.known_as_of or clock.now()
    for line in page.items:
        yield (
            page.first, page.second, known_at.isoformat(timespec="seconds"), line.organisation,
            line.named.staff_number, line.named.name, line.sector_name, line.was_in, line.now_in,
            " ".join(line.changes), line.before.value if line.before else None,
            line.after.value if line.after else None, line.reason,
        )  # fmt: skip
