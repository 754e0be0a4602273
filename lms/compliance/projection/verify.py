"""Checking what is prepared: the intervals against the facts, the ledger against the intervals."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.compliance.projection import read as intervals
from lms.compliance.projection.counts import deltas as ledgers
from lms.compliance.projection.counts.snapshots import hold_still, read_checkpoints, read_ledger, read_state
from lms.compliance.projection.rows import Ledger, LedgerKey, ObligationRow, PostRow, enter, rows_of
from lms.compliance.source_data.person_status import load
from lms.compliance.source_data.scope import Reach

BATCH = 500
"""People read at a time: PostgreSQL goes through a whole table for a list of two thousand, by the index for this."""
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found: persons and rows looked at, persons whose rows differ, and keys of the ledger that do.

    `differing` names the first persons by number; `days` and `checkpoints` count differing keys of the ledger.
    """

    persons: int
    rows: int
    wrong: int
    differing: Sequence[int]
    days: int
    checkpoints: int

    @property
    def clean(self) -> bool:
        """Says whether all agrees."""
        return not (self.wrong or self.days or self.checkpoints)


def verify(progress: Callable[[int], None] | None = None) -> Verified:
    """Compares everything prepared with the facts, all read as of one moment, whatever is written meanwhile.

    Begin with a fresh transaction.
    """
    hold_still()
    ledger: Ledger = Counter()
    differing: list[int] = []
    persons = rows = wrong = 0
    batch = intervals.next_persons(None, 0, BATCH)
    done: set[int] = set()
    while batch:
        posts, standings = rows_of(load(Reach(persons=frozenset(batch))).facts)
        # Somebody who stands for another comes with them, and is compared once.
        asked = ({*batch} | {row.person_id for row in posts}) - done
        done |= asked
        stored_posts = [row for _, row in intervals.list_post_rows(asked)]
        stored_standings = [row for _, row in intervals.list_standing_rows(asked)]
        found: Counter[PostRow | ObligationRow] = Counter([*stored_posts, *stored_standings])
        expected: list[PostRow | ObligationRow] = [*posts, *standings]
        wanted = Counter(row for row in expected if row.person_id in asked)
        bad = sorted({row.person_id for row in (found - wanted) + (wanted - found)})
        wrong += len(bad)
        differing += bad[: MOST_NAMED - len(differing)]
        enter(ledger, stored_posts)
        persons, rows = persons + len(asked), rows + len(stored_posts) + len(stored_standings)
        if progress:
            progress(persons)
        batch = intervals.next_persons(None, batch[-1], BATCH)
    days, checkpoints = _check_ledger(ledger)
    return Verified(persons, rows, wrong, differing, days, checkpoints)


def _check_ledger(wanted: Ledger) -> tuple[int, int]:
    """Compares the ledger with what the intervals count for; returns the differing keys of days and of checkpoints."""
    found: Ledger = Counter()
    folded: Ledger = Counter()
    for is_folded, *key, people in read_ledger():
        found[_key(key)] += people
        if is_folded:
            folded[_key(key)] += people
    days = _differing(wanted, found)
    state = read_state()
    if state.first_checkpoint is None or state.last_checkpoint is None:
        return days, 0
    kept: Ledger = Counter()
    for *key, people in read_checkpoints():
        kept[_key(key)] += people
    return days, _differing(ledgers.checkpoints(folded, state.first_checkpoint, state.last_checkpoint), kept)


def _key(parts: Sequence[object]) -> LedgerKey:
    return tuple(parts)  # type: ignore[return-value]  # the five columns of a key


def _differing(one: Counter[LedgerKey], other: Counter[LedgerKey]) -> int:
    return sum(one[key] != other[key] for key in one.keys() | other.keys())
