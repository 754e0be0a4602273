"""Counts from the facts, as known at any moment: each post is evaluated once, whatever days are counted.

People are read and evaluated some hundred at a time, and only what they count
for is kept.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from lms.compliance.projection import read as intervals
from lms.compliance.projection.counts.snapshots import StatusTotals, StatusTotalsBySector
from lms.compliance.projection.rows import OVERALL, CountDeltas, add_deltas, interval_rows
from lms.compliance.report.count_backends import day_counts, status_counts_of
from lms.compliance.report.counts import DayCounts, StatusCounts
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.person_status import load_facts
from lms.compliance.source_data.scope import Scope
from lms.kernel.batches import batched
from lms.kernel.memory import gc_paused

BATCH = 500


class FactsCounts:
    """Counts from the facts of organisations, evaluated on construction; some tenths of a millisecond a person."""

    def __init__(
        self,
        organisations: Collection[int],
        filters: Filters,
        known_as_of: datetime | None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Reads and evaluates everybody; `progress` is called with how many are done."""
        self._subject = OVERALL if filters.course is None else str(filters.course)
        self._deltas: CountDeltas = Counter()
        with gc_paused():  # The deltas grow to millions of keys.
            self._evaluate(frozenset(organisations), filters, known_as_of, progress)

    def _evaluate(
        self,
        within: frozenset[int],
        filters: Filters,
        known_as_of: datetime | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        done: set[int] = set()
        # All at once: to find the next ones of some organisations goes through those organisations.
        persons = intervals.list_persons(within)
        for batch in batched(persons, BATCH):
            facts = load_facts(Scope(within, frozenset(batch)), known_as_of).facts
            posts, _ = interval_rows(facts, requirements=False)
            # Merged persons come with each other, and count once.
            add_deltas(self._deltas, [row for row in posts if row.person_id not in done and filters.match(row)])
            done.update(batch, (row.person_id for row in posts))
            if progress:
                progress(len(done))

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day."""
        counts: StatusTotalsBySector = Counter()
        for (on_day, _organisation, subject, sector, status), people in self._deltas.items():
            if on_day <= day and (cells or subject in (OVERALL, self._subject)):
                counts[sector, subject, status] += people
        return day_counts(Counter({key: people for key, people in counts.items() if people}), self._subject)

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""
        changes: dict[date, StatusTotals] = {}
        for (on_day, _organisation, subject, _sector, status), people in self._deltas.items():
            if subject == self._subject:
                changes.setdefault(on_day, Counter())[status] += people
        return {day: status_counts_of(each) for day, each in intervals.cumulated(changes, days).items()}
