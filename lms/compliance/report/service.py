"""Answers to questions about statuses: the facts are loaded once, and every figure of a page comes from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.compliance.report.count_backends import count_backend_for, require_up_to_date
from lms.compliance.report.counts import CountBackend, PostStatus, StatusCounts
from lms.compliance.report.counts_from_facts import FactsCounts
from lms.compliance.report.people import BATCH, list_all, list_page
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import Report, SectorLine, make_report, sorted_lines
from lms.compliance.source_data.load import CourseWords, LoadedFacts, required_courses
from lms.compliance.source_data.names import NamedPerson, name_people
from lms.compliance.source_data.person_status import StatusRow, status_row
from lms.compliance.status import api as rules
from lms.kernel import clock
from lms.kernel.tabular import Cell


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report with the words it is written with; `lines` are sorted as asked."""

    report: Report
    lines: Sequence[SectorLine]
    courses: Sequence[CourseWords]
    known_at: datetime
    question: ReportQuery

    @property
    def lapsing(self) -> Mapping[date, int]:
        """Returns by the days ahead how many comply on the day and will not any more by then, if nothing is done."""
        return {
            self.report.as_of + timedelta(days=days): count for days, count in self.report.lapsing.items()
        }


def build_report(question: ReportQuery, sort: str = "rate") -> ReportPage:
    """Makes the report that is asked for; from what is prepared, or for a past moment from the facts.

    Raises StillUpdating.
    """
    exact = question.known_as_of is not None or not require_up_to_date(question.organisation_ids)
    courses = required_courses(question.organisation_ids)
    counting: CountBackend = count_backend_for(question, courses)
    if exact:
        counting = FactsCounts(question.organisation_ids, question.filters, question.known_as_of)
    report = make_report(
        counting,
        question.as_of,
        question.filters,
        sectors=list(question.words.sectors),
        courses=[each.course_id for each in sorted(courses.values(), key=lambda each: each.title)],
    )
    return ReportPage(
        report=report,
        lines=sorted_lines(report.lines, sort),
        courses=[courses[int(course)] for course in report.courses],
        known_at=question.known_as_of or clock.now(),
        question=question,
    )


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of the report: who and where, the requirement that stands worst, and how many more are not in order."""

    named: NamedPerson
    organisation: str
    sector: str
    sector_name: str
    station: str
    role: str
    overall: rules.TrainingStatus
    worst: StatusRow
    also: int
    rows: tuple[StatusRow, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people, shaped as the pagination macro reads it."""

    lines: Sequence[PersonLine]
    total: int
    page: int
    pages: int
    known_at: datetime
    question: ReportQuery

    @property
    def has_prev(self) -> bool:
        """Says whether a page comes before."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Says whether a page follows."""
        return self.page < self.pages


def build_people(
    question: ReportQuery, statuses: Iterable[rules.TrainingStatus] | None, page: int | None = 1
) -> PeoplePage:
    """Lists the people who are asked for, worst first: one page of fifty, or all of them where `page` is None.

    All of them come as they are read, some hundred at a time. Raises StillUpdating.
    """
    known_at = question.known_as_of or clock.now()
    if page is None:
        wanted = None if statuses is None else frozenset(statuses)
        lines = list(all_lines(question, wanted))
        return PeoplePage(lines, len(lines), 1, 1, known_at, question)
    listed = list_page(question, statuses, page)
    return PeoplePage(
        lines=_lines(question, listed.loaded, listed.stood),
        total=listed.total,
        page=listed.page,
        pages=listed.pages,
        known_at=known_at,
        question=question,
    )


def all_lines(question: ReportQuery, statuses: Iterable[rules.TrainingStatus] | None) -> Iterator[PersonLine]:
    """Gives everybody who is asked for, worst first, read some hundred at a time. Raises StillUpdating."""
    for loaded, stood in list_all(question, statuses):
        yield from _lines(question, loaded, stood)


def _lines(question: ReportQuery, loaded: LoadedFacts, stood: Sequence[PostStatus]) -> list[PersonLine]:
    names = _names(question, stood)
    return [_person_line(question, loaded, each, names) for each in stood]


def _names(
    question: ReportQuery, stood: Sequence[PostStatus]
) -> Mapping[tuple[rules.Id, rules.Id], NamedPerson]:
    persons = {int(each.post.person) for each in stood} if len(stood) <= BATCH else None
    named = name_people(question.organisation_ids, persons)
    return {(each.person_id, each.organisation_id): each for each in named}


def _person_line(
    question: ReportQuery,
    loaded: LoadedFacts,
    stood: PostStatus,
    names: Mapping[tuple[rules.Id, rules.Id], NamedPerson],
) -> PersonLine:
    words, post, placement = question.words, stood.post, stood.placement
    organisation = int(post.organisation)
    worst = stood.worst
    rows = {
        asked.requirement.id: status_row(asked, explained, organisation, loaded.courses, loaded.serials)
        for asked, explained in stood.required
    }
    not_in_order = [
        explained
        for _asked, explained in stood.required
        if explained.status.group is not rules.StatusGroup.COMPLIANT
    ]
    return PersonLine(
        named=names[post.person, post.organisation],
        organisation=words.organisations[organisation],
        sector=str(placement.sector),
        sector_name=words.sectors.get(str(placement.sector), str(placement.sector)),
        station=words.stations.get(int(placement.station), ""),
        role=str(placement.role),
        overall=stood.overall,
        worst=rows[worst[0].requirement.id],
        also=max(0, len(not_in_order) - 1),
        rows=tuple(sorted(rows.values(), key=lambda row: rules.SEVERITY[row.status])),
    )


REPORT_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "sector", "course", "counted", "people", "compliant",
    "in_time", "late", "rate_percent", *(str(each) for each in rules.SEVERITY if each.group),
)  # fmt: skip


def report_rows(page: ReportPage) -> Iterable[Sequence[Cell]]:
    """Returns the figures of a report as rows of `REPORT_HEAD`: all sectors first, then sector by sector."""
    report, words = page.report, page.question.words
    courses = {each.course_id: each.slug for each in page.courses}
    groups = [("(all sectors)", report.total, report.course_totals)]
    groups += [(words.sectors.get(line.sector, line.sector), line.figures, line.cells) for line in page.lines]
    for sector, figures, cells in groups:
        yield _figure_row(page, sector, "(every required course)", figures)
        for course in report.courses:
            if course in cells:
                yield _figure_row(page, sector, courses[int(course)], cells[course])


def _figure_row(page: ReportPage, sector: str, course: str, figures: StatusCounts) -> Sequence[Cell]:
    question = page.question
    return (
        question.as_of,
        page.known_at.isoformat(timespec="seconds"),
        rules.DEFINITIONS_VERSION,
        "; ".join(each.name for each in question.organisations),
        sector,
        course,
        "posts" if question.of_posts else "people",
        figures.people,
        figures.compliant,
        figures.in_time,
        figures.late,
        figures.rate,
        *(figures.by_status.get(each, 0) for each in rules.SEVERITY if each.group),
    )


PEOPLE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisation", "staff_number", "name", "sector", "station", "role",
    "overall", "course", "status", "due_on", "valid_through", "certificate", "reason",
)  # fmt: skip


def people_rows(page: PeoplePage) -> Iterable[Sequence[Cell]]:
    """Returns people as rows of `PEOPLE_HEAD`: one for each requirement, people and requirements worst first."""
    for line in page.lines:
        for row in line.rows:
            yield (
                page.question.as_of,
                page.known_at.isoformat(timespec="seconds"),
                rules.DEFINITIONS_VERSION,
                line.organisation,
                line.named.staff_number,
                line.named.name,
                line.sector_name,
                line.station,
                line.role,
                line.overall.value,
                row.course_slug,
                row.status.value,
                row.due_on,
                row.valid_through,
                row.award,
                row.sentence,
            )
