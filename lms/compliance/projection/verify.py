"""Verifies the projection: status intervals against the facts, count tables against the intervals."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.compliance.projection import read as intervals
from lms.compliance.projection.computed_rows import interval_rows
from lms.compliance.projection.counts import deltas as count_deltas
from lms.compliance.projection.counts.snapshots import freeze_snapshot, read_count_tables, read_snapshots, read_state
from lms.compliance.projection.rows import CountDeltas, CountKey, ObligationRow, PostRow, add_deltas
from lms.compliance.projection.update import BATCH
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.scope import Scope

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class ProjectionCheck:
    """The result: persons and rows compared, persons whose rows differ, and differing keys of the count tables.

    `differing` names the first persons by number; `days` and `snapshots` count differing keys of the count tables.
    """

    persons: int
    rows: int
    wrong: int
    differing: Sequence[int]
    days: int
    snapshots: int

    @property
    def clean(self) -> bool:
        """Says whether all agrees."""
        return not (self.wrong or self.days or self.snapshots)


def verify(progress: Callable[[int], None] | None = None) -> ProjectionCheck:
    """Compares the whole projection with the facts, all read as of one moment, whatever is written meanwhile.

    Begin with a fresh transaction.
    """
    freeze_snapshot()
    deltas: CountDeltas = Counter()
    differing: list[int] = []
    persons = rows = wrong = 0
    done: set[int] = set()
    batch = intervals.next_persons(None, limit=BATCH)
    while batch:
        posts, statuses = interval_rows(load_facts(Scope(persons=frozenset(batch))).facts)
        # A merged person comes with the surviving record, and is compared once.
        compared = ({*batch} | {row.person_id for row in posts}) - done
        done |= compared
        stored_posts = [row for _, row in intervals.list_rows(PostRow, compared)]
        stored_statuses = [row for _, row in intervals.list_rows(ObligationRow, compared)]
        found: Counter[PostRow | ObligationRow] = Counter([*stored_posts, *stored_statuses])
        computed: Counter[PostRow | ObligationRow] = Counter([*posts, *statuses])
        computed = Counter({row: number for row, number in computed.items() if row.person_id in compared})
        bad = sorted({row.person_id for row in (found - computed) + (computed - found)})
        wrong += len(bad)
        differing += bad[: MOST_NAMED - len(differing)]
        add_deltas(deltas, stored_posts)
        persons, rows = persons + len(compared), rows + found.total()
        if progress:
            progress(persons)
        batch = intervals.next_persons(None, batch[-1], BATCH)
    days, snapshots = _check_counts(deltas)
    return ProjectionCheck(persons, rows, wrong, differing, days, snapshots)


def _check_counts(computed: CountDeltas) -> tuple[int, int]:
    """Compares the count tables with the intervals; returns the numbers of differing keys of days and of snapshots."""
    found: CountDeltas = Counter()
    compacted: CountDeltas = Counter()
    for is_compacted, *key, people in read_count_tables():
        found[_key(key)] += people
        if is_compacted:
            compacted[_key(key)] += people
    days, state = _differing(computed, found), read_state()
    if state.first_snapshot is None or state.last_snapshot is None:
        return days, 0
    stored: CountDeltas = Counter({_key(key): people for *key, people in read_snapshots() if key[1] > 0})
    moved = count_deltas.snapshots_between(compacted, state.first_snapshot, state.last_snapshot)
    return days, _differing(moved, stored)


def _key(parts: Sequence[object]) -> CountKey:
    return tuple(parts)  # type: ignore[return-value]  # the five columns of a key


def _differing(one: Counter[CountKey], other: Counter[CountKey]) -> int:
    return sum(one[key] != other[key] for key in one.keys() | other.keys())
