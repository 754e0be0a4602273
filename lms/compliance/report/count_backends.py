"""Where the counts of a report come from: the projection, or the facts themselves.

With today's data, the count tables answer for whole organisations and the intervals under any other filter. With data
as of a past moment the facts answer; also with today's data while the projection is being updated, as long as there
are few enough people to wait for.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from datetime import date, datetime

from lms.compliance.errors import StillUpdating
from lms.compliance.projection import read as intervals
from lms.compliance.projection.computed_rows import interval_rows
from lms.compliance.projection.counts import snapshots
from lms.compliance.projection.counts.snapshots import CountScope
from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.progress import UpdateProgress, read_progress
from lms.compliance.projection.rows import LAPSES, OVERALL, CountDeltas, StatusTotals, StatusTotalsBySector, add_deltas
from lms.compliance.report.counts import CountBackend
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.scope import Scope
from lms.kernel.batches import batched
from lms.kernel.memory import gc_paused
from lms.people.api import list_running_imports

MOST_COMPUTED_INLINE = 5000
"""Up to this many people, facts are evaluated while the page waits; about a millisecond each."""

BATCH = 500


def require_up_to_date(organisations: Collection[int], *, while_importing: bool = False) -> bool:
    """Says whether the prepared statuses of some organisations are up to date, so that they can answer.

    False where the facts must answer instead: statuses are being updated, and there are few enough people to compute
    them at once. Raises StillUpdating where there are too many, or while a list of people is being imported; not for
    who can answer `while_importing`, from counts that are held, or saying that more is to come.
    """
    imports, known = list_running_imports(organisations), snapshots.list_held(organisations)
    partial = {each.organisation_id for each in imports if each.done} | known.keys()
    if partial and not (while_importing and partial <= known.keys()):
        raise StillUpdating(sum(each.done for each in imports), sum(each.total for each in imports))
    if is_up_to_date(organisations):
        return True
    if partial or too_many_to_compute_inline(organisations):
        progress = read_progress(organisations) or UpdateProgress(0, 0)
        raise StillUpdating(progress.done, progress.total or intervals.count_persons(None), progress.failure)
    return False


def held_since(organisations: Collection[int]) -> datetime | None:
    """Returns since when counts of some organisations are held because a list is being imported; None where none is."""
    return min(snapshots.list_held(organisations).values(), default=None)


def too_many_to_compute_inline(organisations: Collection[int]) -> bool:
    """Returns whether some organisations have too many people to evaluate their facts while a page waits."""
    return sum(intervals.count_persons([each]) for each in organisations) > MOST_COMPUTED_INLINE


def snapshots_can_answer(filters: Filters) -> bool:
    """Returns whether the count tables can answer: they have sectors and courses, and nothing else of posts."""
    by_post = (filters.station, filters.role, filters.contract, filters.works_with_children)
    return all(each is None for each in by_post)


class SnapshotCounts(CountBackend):
    """Counts of organisations, a sector or a course from the count tables; the cost does not grow with people."""

    def __init__(self, organisations: Collection[int], filters: Filters, courses: Collection[int]) -> None:
        """Takes the scope and the courses that may be required; reads the state of the projection once."""
        super().__init__(organisations, filters)
        known = snapshots.list_held(self.organisations)
        here = frozenset(-each if each in known else each for each in self.organisations)
        self._scope = CountScope(here, None if filters.sector is None else str(filters.sector))
        self._state = snapshots.read_state()
        self._subjects = {OVERALL, self.subject, *(map(str, courses) if filters.course is None else ())}

    def read_version(self) -> Hashable:
        """Returns what is another value whenever any count is another."""
        return snapshots.read_version(self.organisations)

    def read_counts(self, day: date, *, cells: bool) -> StatusTotalsBySector:
        """Reads the counts of a day."""
        subjects = self._subjects if cells else {OVERALL, self.subject}
        return snapshots.read_counts(self._scope, self._state, day, subjects)

    def read_totals(self, days: Collection[date]) -> Mapping[date, StatusTotals]:
        """Reads the counts of several days."""
        return snapshots.read_totals(self._scope, self._state, days, self.subject)


class IntervalCounts(CountBackend):
    """Counts from the intervals of posts, under any filter."""

    def read_counts(self, day: date, *, cells: bool) -> StatusTotalsBySector:
        """Reads the counts of a day; those by course come with the others."""
        counts = intervals.count_on(self.organisations, self.filters, day)
        if cells:
            later = [date.fromordinal(day.toordinal() + days) for days in LAPSES]
            lapsing = intervals.count_lapsing(self.organisations, self.filters, day, later)
            counts.update({("", OVERALL, code): people for code, people in zip(LAPSES.values(), lapsing, strict=True)})
        return counts

    def read_totals(self, days: Collection[date]) -> Mapping[date, StatusTotals]:
        """Reads the counts of several days."""
        return intervals.count_totals_on(self.organisations, self.filters, days)


class FactsCounts(CountBackend):
    """Counts from the facts as known at any moment: each post is evaluated once, whatever days are counted.

    That is done on construction, some tenths of a millisecond a person. People are read and evaluated some hundred
    at a time, and only what they count for stays in memory.
    """

    def __init__(self, organisations: Collection[int], filters: Filters, known_as_of: datetime | None) -> None:
        """Reads and evaluates everybody."""
        super().__init__(organisations, filters)
        self._deltas: CountDeltas = Counter()
        done: set[int] = set()
        with gc_paused():  # The deltas grow to millions of keys.
            for batch in batched(intervals.next_persons(self.organisations), BATCH):
                facts = load_facts(Scope(self.organisations, frozenset(batch)), known_as_of).facts
                posts, _ = interval_rows(facts, filters)
                # Merged persons come with each other, and count once.
                add_deltas(self._deltas, [row for row in posts if row.person_id not in done])
                done.update(batch, (row.person_id for row in posts))

    def read_counts(self, day: date, *, cells: bool) -> Mapping[tuple[str, str, str], int]:
        """Adds the counts of a day up."""
        counts: StatusTotalsBySector = Counter()
        for (on_day, _organisation, subject, sector, status), people in self._deltas.items():
            if on_day <= day and (cells or subject in (OVERALL, self.subject)):
                counts[sector, subject, status] += people
        return {key: people for key, people in counts.items() if people}

    def read_totals(self, days: Collection[date]) -> Mapping[date, StatusTotals]:
        """Adds the counts of several days up."""
        changes: dict[date, StatusTotals] = {}
        for (on_day, _organisation, subject, _sector, status), people in self._deltas.items():
            if subject == self.subject:
                changes.setdefault(on_day, Counter())[status] += people
        return intervals.cumulated(changes, days)
