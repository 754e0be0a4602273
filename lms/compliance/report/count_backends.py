"""Where the figures of a question come from: what is prepared, or the facts themselves.

What is known now is prepared: the ledger answers for whole organisations, the intervals under any other filter. A past
moment of knowledge is answered from the facts, and so is what is known now while the prepared standings are being
updated, as long as there are few enough people to wait for.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from lms.compliance.errors import StillUpdating
from lms.compliance.projection import read as intervals
from lms.compliance.projection.counts.snapshots import (
    Counts,
    Kept,
    Scope,
    Totals,
    list_unfinished,
    read_counts,
    read_state,
    read_totals,
)
from lms.compliance.projection.rows import LAPSES, OVERALL, STANDINGS
from lms.compliance.projection.update import is_current
from lms.compliance.report.counts import DayCounts, Figures
from lms.compliance.report.query import Question
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.api import Id, Standing
from lms.people.queries import imports_under_way

MOST_EXACT = 5000
"""People up to whom facts are judged while somebody waits; about a millisecond each."""


def check_whole(organisations: Collection[int]) -> bool:
    """Says whether what is prepared for some organisations is whole; raises StillUpdating where nothing can be told.

    While a list of people is applied the facts themselves are between two states. While standings are prepared anew the
    facts are whole: they answer for few people, and for many nobody waits that long.
    """
    imports = imports_under_way(organisations)
    if imports:
        raise StillUpdating(sum(each.done for each in imports), sum(each.total for each in imports))
    works = list_unfinished(organisations)
    if not works and is_current():
        return True
    if is_large(organisations):
        total = sum(each.total for each in works) or intervals.count_persons(None)
        raise StillUpdating(sum(each.done for each in works), total)
    return False


def is_large(organisations: Collection[int]) -> bool:
    """Says whether nobody should wait while the facts of some organisations are judged."""
    return sum(intervals.count_persons(each) for each in organisations) > MOST_EXACT


def prepared_counts(question: Question, courses: Collection[int]) -> "LedgerCounts | IntervalCounts":
    """Returns where the counts of a question come from once standings are prepared."""
    filters, organisations = question.filters, question.organisation_ids
    if in_ledger(filters):
        return LedgerCounts(organisations, filters, courses)
    return IntervalCounts(organisations, filters)


def in_ledger(filters: Filters) -> bool:
    """Says whether the ledger can answer: it knows sectors and courses, and nothing else of posts."""
    by_post = (filters.station, filters.role, filters.contract, filters.works_with_children)
    return all(each is None for each in by_post)


class LedgerCounts:
    """Counts from the ledger: of whole organisations, of a sector, of a course. Its cost does not grow with people."""

    def __init__(self, organisations: Collection[int], filters: Filters, courses: Collection[int]) -> None:
        """Takes what is looked at, and the courses that may be required; the ledger's state is read once."""
        sector = None if filters.sector is None else str(filters.sector)
        self._scope = Scope(frozenset(organisations), sector)
        self._course = OVERALL if filters.course is None else int(filters.course)
        self._courses = frozenset(courses) if filters.course is None else frozenset({self._course})
        self._kept: Kept | None = None

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day, without cells if they are not wanted."""
        courses = {OVERALL, self._course, *(self._courses if cells else ())}
        return day_counts(read_counts(self._scope, self._state(), day, courses), self._course)

    def totals_on(self, days: Collection[date]) -> Mapping[date, Figures]:
        """Returns the figures of all sectors on several days."""
        totals = read_totals(self._scope, self._state(), days, self._course)
        return {day: figures_of(each) for day, each in totals.items()}

    def _state(self) -> Kept:
        if self._kept is None:
            self._kept = read_state()
        return self._kept


class IntervalCounts:
    """Counts from the intervals of posts, under any filter."""

    def __init__(self, organisations: Collection[int], filters: Filters) -> None:
        """Takes what is looked at."""
        self._organisations = frozenset(organisations)
        self._filters = filters
        self._course = OVERALL if filters.course is None else int(filters.course)

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day; the cells come with them."""
        counts = intervals.count_on(self._organisations, self._filters, day)
        if not cells:
            return day_counts(counts, self._course, {})
        later = [date.fromordinal(day.toordinal() + days) for days in LAPSES]
        lapsing = intervals.count_lapsing(self._organisations, self._filters, day, later)
        return day_counts(counts, self._course, dict(zip(LAPSES, lapsing, strict=True)))

    def totals_on(self, days: Collection[date]) -> Mapping[date, Figures]:
        """Returns the figures of all sectors on several days."""
        totals = intervals.count_totals_on(self._organisations, self._filters, days)
        return {day: figures_of(each) for day, each in totals.items()}


def figures_of(totals: Totals) -> Figures:
    """Turns counts by place into figures; lapses are left out."""
    known = ((place, people) for place, people in totals.items() if place < len(STANDINGS))
    return Figures.added([{STANDINGS[place]: people for place, people in known}])


def day_counts(counts: Counts, course: int, lapsing: Mapping[int, int] | None = None) -> DayCounts:
    """Turns counts by sector, course and place into those of a report; with a course, overall means that course.

    Posts of whom the course is not required are then counted as not_required. Lapses are among the counts, or given.
    """
    overall: dict[str, dict[Standing, int]] = {}
    cells: dict[tuple[str, Id], dict[Standing, int]] = {}
    posts: Counter[str] = Counter()
    lapses: Counter[int] = Counter()
    for (sector, number, place), people in counts.items():
        if place >= len(STANDINGS):
            lapses[place] += people
            continue
        standing = STANDINGS[place]
        if number == OVERALL:
            posts[sector] += people
        elif course in (OVERALL, number):
            cells.setdefault((sector, number), {})[standing] = people
        if number == course:
            overall.setdefault(sector, {})[standing] = people
    if course != OVERALL:
        for sector, people in posts.items():
            here = overall.setdefault(sector, {})
            here[Standing.NOT_REQUIRED] = people - sum(here.values())
    counted = {days: lapses[place] for days, place in LAPSES.items()} if lapsing is None else lapsing
    return DayCounts(overall, cells, counted)
