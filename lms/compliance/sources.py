"""Where the figures of a question come from: what is prepared, or the facts themselves.

What is known now is prepared: the ledger answers for whole organisations, the intervals under any other filter. A past
moment of knowledge is answered from the facts, and so is what is known now while the prepared standings are being
updated, as long as there are few enough people to wait for.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from lms.compliance.asking import Question
from lms.compliance.errors import StillUpdating
from lms.compliance.interval_rows import OVERALL, STANDINGS
from lms.compliance.projecting import is_current
from lms.compliance.queries import intervals
from lms.compliance.queries.ledger import Counts, Kept, Scope, list_unfinished, read_counts, read_state
from lms.compliance.report import DayCounts, Filters
from lms.compliance.rules import Id, Standing
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
    if sum(intervals.count_persons(each) for each in organisations) > MOST_EXACT:
        total = sum(each.total for each in works) or intervals.count_persons(None)
        raise StillUpdating(sum(each.done for each in works), total)
    return False


def prepared_counts(question: Question) -> "LedgerCounts | IntervalCounts":
    """Returns where the counts of a question come from once standings are prepared."""
    filters, organisations = question.filters, question.organisation_ids
    by_post = (filters.station, filters.role, filters.contract, filters.works_with_children)
    if any(each is not None for each in by_post):
        return IntervalCounts(organisations, filters)
    return LedgerCounts(organisations, filters)


class LedgerCounts:
    """Counts from the ledger: of whole organisations, of a sector, of a course. Its cost does not grow with people."""

    def __init__(self, organisations: Collection[int], filters: Filters) -> None:
        """Takes what is looked at; the state of the ledger is read once."""
        sector = None if filters.sector is None else str(filters.sector)
        self._scope = Scope(frozenset(organisations), sector)
        self._course = OVERALL if filters.course is None else int(filters.course)
        self._read: dict[date, DayCounts] = {}
        self._kept: Kept | None = None

    def on(self, day: date) -> DayCounts:
        """Returns the counts of a day."""
        return self.several([day], [])[day]

    def overall_on(self, days: Collection[date]) -> Mapping[date, DayCounts]:
        """Returns the counts of several days without their cells."""
        return self.several([], days)

    def several(self, detailed: Collection[date], days: Collection[date]) -> dict[date, DayCounts]:
        """Returns the counts of days, of some with their cells."""
        self._kept = self._kept or read_state()
        counts = read_counts(self._scope, self._kept, detailed=detailed, overall=days, course=self._course)
        return {day: day_counts(each, self._course) for day, each in counts.items()}


class IntervalCounts:
    """Counts from the intervals of posts, under any filter."""

    def __init__(self, organisations: Collection[int], filters: Filters) -> None:
        """Takes what is looked at."""
        self._organisations = frozenset(organisations)
        self._filters = filters
        self._course = OVERALL if filters.course is None else int(filters.course)

    def on(self, day: date) -> DayCounts:
        """Returns the counts of a day."""
        counts = intervals.count_on(self._organisations, self._filters, day)
        return day_counts(counts, self._course)

    def overall_on(self, days: Collection[date]) -> Mapping[date, DayCounts]:
        """Returns the counts of several days without their cells."""
        counts = intervals.count_overall_on(self._organisations, self._filters, days)
        course = self._course
        return {
            day: day_counts(Counter({(s, course, p): n for (s, _, p), n in each.items()}), course)
            for day, each in counts.items()
        }


def day_counts(counts: Counts, course: int) -> DayCounts:
    """Turns counts by sector, course and place into those of a report; with a course, overall means that course.

    Posts of whom the course is not required are then counted as not_required.
    """
    overall: dict[str, dict[Standing, int]] = {}
    cells: dict[tuple[str, Id], dict[Standing, int]] = {}
    posts: Counter[str] = Counter()
    for (sector, number, place), people in counts.items():
        standing = STANDINGS[place]
        if number == OVERALL:
            posts[sector] += people
        if number == course:
            overall.setdefault(sector, {})[standing] = people
        if number not in (OVERALL,) and course in (OVERALL, number):
            cells.setdefault((sector, number), {})[standing] = people
    if course != OVERALL:
        for sector, people in posts.items():
            here = overall.setdefault(sector, {})
            here[Standing.NOT_REQUIRED] = people - sum(here.values())
    return DayCounts(overall, cells)
