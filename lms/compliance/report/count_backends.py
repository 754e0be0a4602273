"""Where the counts of a report come from: the projection, or the facts themselves.

With today's data, the count tables answer for whole organisations and the intervals under any other filter. With data
as of a past moment the facts answer; also with today's data while the projection is being updated, as long as there
are few enough people to wait for.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from lms.compliance.errors import StillUpdating
from lms.compliance.projection import read as intervals
from lms.compliance.projection.counts.snapshots import (
    CountScope,
    CountState,
    StatusTotals,
    StatusTotalsBySector,
    list_unfinished,
    read_counts,
    read_state,
    read_totals,
)
from lms.compliance.projection.rows import LAPSES, OVERALL
from lms.compliance.projection.update import is_up_to_date
from lms.compliance.report.counts import DayCounts, StatusCounts
from lms.compliance.report.query import ReportQuery
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.api import Id, TrainingStatus
from lms.people.api import list_running_imports

MOST_COMPUTED_INLINE = 5000
"""Up to this many people, facts are evaluated while the page waits; about a millisecond each."""


def require_up_to_date(organisations: Collection[int]) -> bool:
    """Says whether the prepared statuses of some organisations are up to date, so that they can answer.

    False where the facts must answer instead: statuses are being updated, and there are few enough people to compute
    them at once. Raises StillUpdating where there are too many, or while a list of people is being imported.
    """
    imports = list_running_imports(organisations)
    if imports:
        raise StillUpdating(sum(each.done for each in imports), sum(each.total for each in imports))
    if is_up_to_date(organisations):
        return True
    if too_many_to_compute_inline(organisations):
        works = list_unfinished(organisations)
        total = sum(each.total for each in works) or intervals.count_persons(None)
        raise StillUpdating(sum(each.done for each in works), total)
    return False


def too_many_to_compute_inline(organisations: Collection[int]) -> bool:
    """Returns whether some organisations have too many people to evaluate their facts while a page waits."""
    return sum(intervals.count_persons(each) for each in organisations) > MOST_COMPUTED_INLINE


def count_backend_for(query: ReportQuery, courses: Collection[int]) -> "SnapshotCounts | IntervalCounts":
    """Returns the backend for a report's counts once the projection is up to date."""
    filters, organisations = query.filters, query.organisation_ids
    if snapshots_can_answer(filters):
        return SnapshotCounts(organisations, filters, courses)
    return IntervalCounts(organisations, filters)


def snapshots_can_answer(filters: Filters) -> bool:
    """Returns whether the count tables can answer: they have sectors and courses, and nothing else of posts."""
    by_post = (filters.station, filters.role, filters.contract, filters.works_with_children)
    return all(each is None for each in by_post)


class SnapshotCounts:
    """Counts of organisations, a sector or a course from the count tables; the cost does not grow with people."""

    def __init__(self, organisations: Collection[int], filters: Filters, courses: Collection[int]) -> None:
        """Takes the scope of the report and the courses that may be required; the projection's state is read once."""
        sector = None if filters.sector is None else str(filters.sector)
        self._scope = CountScope(frozenset(organisations), sector)
        self._subject = OVERALL if filters.course is None else str(filters.course)
        self._courses = frozenset(map(str, courses)) if filters.course is None else frozenset({self._subject})
        self._state_once: CountState | None = None

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day, without cells if they are not wanted."""
        subjects = {OVERALL, self._subject, *(self._courses if cells else ())}
        return day_counts(read_counts(self._scope, self._state(), day, subjects), self._subject)

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""
        totals = read_totals(self._scope, self._state(), days, self._subject)
        return {day: status_counts_of(each) for day, each in totals.items()}

    def _state(self) -> CountState:
        if self._state_once is None:
            self._state_once = read_state()
        return self._state_once


class IntervalCounts:
    """Counts from the intervals of posts, under any filter."""

    def __init__(self, organisations: Collection[int], filters: Filters) -> None:
        """Takes what is looked at."""
        self._organisations = frozenset(organisations)
        self._filters = filters
        self._subject = OVERALL if filters.course is None else str(filters.course)

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day; the cells come with them."""
        counts = intervals.count_on(self._organisations, self._filters, day)
        if not cells:
            return day_counts(counts, self._subject, {})
        later = [date.fromordinal(day.toordinal() + days) for days in LAPSES]
        lapsing = intervals.count_lapsing(self._organisations, self._filters, day, later)
        return day_counts(counts, self._subject, dict(zip(LAPSES, lapsing, strict=True)))

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""
        totals = intervals.count_totals_on(self._organisations, self._filters, days)
        return {day: status_counts_of(each) for day, each in totals.items()}


def status_counts_of(totals: StatusTotals) -> StatusCounts:
    """Turns totals into counts by status; lapses are left out."""
    lapses = set(LAPSES.values())
    return StatusCounts.added(
        [{TrainingStatus(status): people for status, people in totals.items() if status not in lapses}]
    )


def day_counts(counts: StatusTotalsBySector, subject: str, lapsing: Mapping[int, int] | None = None) -> DayCounts:
    """Turns totals by sector, subject and status into those of a report; with a course, overall means that course.

    Posts of whom the course is not required are then counted as not_required. Lapses are among the counts, or given.
    """
    overall: dict[str, dict[TrainingStatus, int]] = {}
    cells: dict[tuple[str, Id], dict[TrainingStatus, int]] = {}
    posts: Counter[str] = Counter()
    lapses: Counter[str] = Counter()
    for (sector, about, code), people in counts.items():
        if code in LAPSES.values():
            lapses[code] += people
            continue
        status = TrainingStatus(code)
        if about == OVERALL:
            posts[sector] += people
        elif subject in (OVERALL, about):
            cells.setdefault((sector, int(about)), {})[status] = people
        if about == subject:
            overall.setdefault(sector, {})[status] = people
    if subject != OVERALL:
        for sector, people in posts.items():
            here = overall.setdefault(sector, {})
            here[TrainingStatus.NOT_REQUIRED] = people - sum(here.values())
    counted = {days: lapses[code] for days, code in LAPSES.items()} if lapsing is None else lapsing
    return DayCounts(overall, cells, counted)
