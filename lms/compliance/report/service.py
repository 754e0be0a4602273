"""Builds the per-sector report and its CSV rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.compliance.report.count_backends import count_backend_for, require_up_to_date
from lms.compliance.report.counts import CountBackend, StatusCounts
from lms.compliance.report.counts_from_facts import FactsCounts
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import Report, SectorLine, make_report, sorted_lines
from lms.compliance.source_data.load import CourseTitle, required_courses
from lms.compliance.status import api as rules
from lms.kernel import clock
from lms.kernel.tabular import Cell


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report with the names it shows; `lines` are sorted as requested."""

    report: Report
    lines: Sequence[SectorLine]
    courses: Sequence[CourseTitle]
    known_at: datetime
    query: ReportQuery

    @property
    def lapsing(self) -> Mapping[date, int]:
        """Returns by the days ahead how many comply on the day and will not any more by then, if nothing is done."""
        return {self.report.as_of + timedelta(days=days): count for days, count in self.report.lapsing.items()}


def build_report(query: ReportQuery, sort: str = "rate") -> ReportPage:
    """Builds a report from the projection, or for a past moment of knowledge from the facts.

    Raises StillUpdating.
    """
    exact = query.known_as_of is not None or not require_up_to_date(query.organisation_ids)
    courses = required_courses(query.organisation_ids)
    backend: CountBackend = count_backend_for(query, courses)
    if exact:
        backend = FactsCounts(query.organisation_ids, query.filters, query.known_as_of)
    report = make_report(
        backend,
        query.as_of,
        query.filters,
        sectors=list(query.labels.sectors),
        courses=[each.course_id for each in sorted(courses.values(), key=lambda each: each.title)],
    )
    return ReportPage(
        report=report,
        lines=sorted_lines(report.lines, sort),
        courses=[courses[int(course)] for course in report.courses],
        known_at=query.known_as_of or clock.now(),
        query=query,
    )


REPORT_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "sector", "course", "counted", "people", "compliant",
    "in_time", "late", "rate_percent", *(str(each) for each in rules.SEVERITY if each.group),
)  # fmt: skip


def report_rows(page: ReportPage) -> Iterable[Sequence[Cell]]:
    """Returns the figures of a report as rows of `REPORT_HEAD`: all sectors first, then sector by sector."""
    report, labels = page.report, page.query.labels
    courses = {each.course_id: each.slug for each in page.courses}
    groups = [("(all sectors)", report.total, report.course_totals)]
    groups += [(labels.sectors.get(line.sector, line.sector), line.figures, line.cells) for line in page.lines]
    for sector, figures, cells in groups:
        yield _figure_row(page, sector, "(every required course)", figures)
        for course in report.courses:
            if course in cells:
                yield _figure_row(page, sector, courses[int(course)], cells[course])


def _figure_row(page: ReportPage, sector: str, course: str, figures: StatusCounts) -> Sequence[Cell]:
    query = page.query
    return (
        query.as_of,
        page.known_at.isoformat(timespec="seconds"),
        rules.DEFINITIONS_VERSION,
        "; ".join(each.name for each in query.organisations),
        sector,
        course,
        "posts" if query.of_posts else "people",
        figures.people,
        figures.compliant,
        figures.in_time,
        figures.late,
        figures.rate,
        *(figures.by_status.get(each, 0) for each in rules.SEVERITY if each.group),
    )
