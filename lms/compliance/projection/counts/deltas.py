"""Writing the ledger: entries beside the intervals, and the fold that adds them up into days and checkpoints.

Writers only insert. One fold at a time takes entries away and adds them to `ledger_day` and `ledger_checkpoint` in key
order, so writers and the fold never wait for each other in a circle.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from operator import itemgetter

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite

from lms.compliance.projection.counts.snapshots import (
    THE_ONLY,
    lock_state,
    oldest_entries,
    read_checkpoint,
    read_folded,
)
from lms.compliance.projection.models import LedgerCheckpoint, LedgerDay, LedgerEntry, LedgerState
from lms.compliance.projection.rows import EVERY_SECTOR, Ledger, LedgerKey
from lms.compliance.status.days import checkpoint_after
from lms.kernel.bulk import add_rows
from lms.kernel.days import first_of_month
from lms.kernel.db import session

MONTHS_AHEAD = 26
"""Months after this one that get checkpoints; later days are added up from the last of them."""
FIRST_CHECKPOINT = date(2000, 1, 1)
"""No report asks about earlier days: what happened before is in this checkpoint."""
BATCH = 20_000

_EVE = date(1, 1, 1)
_CHECKPOINT = ("before_on", "organisation_id", "course_id", "sector", "standing")
_DAY = ("on_day", "organisation_id", "course_id", "sector", "standing")


def write_entries(ledger: Ledger) -> None:
    """Adds what changed to the ledger; what cancels out is left away."""
    rows = [dict(zip(_DAY, key, strict=True), people=people) for key, people in ledger.items() if people]
    if rows:
        session.execute(insert(LedgerEntry), rows)


def held_state() -> LedgerState:
    """Returns the ledger's state, held until the transaction ends; makes it where it is missing."""
    state = lock_state()
    if state is None:
        state = LedgerState(id=THE_ONLY, basis="")
        session.add(state)
        session.flush()
    return state


def fold(today: date) -> int:
    """Folds the oldest entries into days and checkpoints and returns how many; zero when there is nothing to do."""
    state = held_state()
    rows = session.execute(
        delete(LedgerEntry)
        .where(LedgerEntry.id.in_(oldest_entries(BATCH)))
        .returning(
            LedgerEntry.on_day,
            LedgerEntry.organisation_id,
            LedgerEntry.course_id,
            LedgerEntry.sector,
            LedgerEntry.standing,
            LedgerEntry.people,
        ),
        execution_options={"synchronize_session": False},
    ).all()
    ledger: Ledger = Counter()
    for *key, people in rows:
        ledger[tuple(key)] += people  # type: ignore[index]  # five columns, as the key has
    # Checkpoints that are opened are added up from the days folded before; then both learn of these.
    open_checkpoints(state, today, min((key[0] for key in ledger), default=None))
    add_to_days(ledger)
    add_to_checkpoints(ledger, state)
    return len(rows)


def fill(ledger: Ledger, state: LedgerState) -> None:
    """Writes days and checkpoints where there are none yet, as after everything was cleared."""
    _fill(LedgerDay, _DAY, ledger)
    if state.first_checkpoint is not None and state.last_checkpoint is not None:
        _fill(
            LedgerCheckpoint, _CHECKPOINT, checkpoints(ledger, state.first_checkpoint, state.last_checkpoint)
        )


def _fill(
    table: type[LedgerDay] | type[LedgerCheckpoint],
    columns: tuple[str, ...],
    changes: Mapping[LedgerKey, int],
) -> None:
    rows = [(*key, people) for key, people in changes.items() if people]
    # Course and day first, as the table's key: the rows that a report reads then lie together on the disk.
    rows.sort(key=itemgetter(2, 0))
    add_rows(table, (*columns, "people"), rows)


def add_to_days(ledger: Ledger) -> None:
    """Adds changes to the days, in key order."""
    _add(LedgerDay, _DAY, ledger)


def add_to_checkpoints(ledger: Ledger, state: LedgerState) -> None:
    """Adds changes to every open checkpoint after their day, in key order."""
    if state.first_checkpoint is not None and state.last_checkpoint is not None:
        _add(
            LedgerCheckpoint, _CHECKPOINT, checkpoints(ledger, state.first_checkpoint, state.last_checkpoint)
        )


def checkpoints(ledger: Ledger, first_checkpoint: date, last_checkpoint: date) -> Counter[LedgerKey]:
    """Returns by how much changes move the checkpoints from one to another: each counts in all after its day.

    Checkpoints are kept for each sector, and for all sectors together.
    """
    by_key: defaultdict[tuple[int, int, str, int], Counter[date]] = defaultdict(Counter)
    for (on_day, organisation, course, sector, place), people in ledger.items():
        since = max(checkpoint_after(on_day), first_checkpoint)
        by_key[organisation, course, sector, place][since] += people
        if sector != EVERY_SECTOR:
            by_key[organisation, course, EVERY_SECTOR, place][since] += people
    moved: Counter[LedgerKey] = Counter()
    for key, changes in by_key.items():
        total, before_on = 0, min(changes)
        while before_on <= last_checkpoint:
            total += changes.get(before_on, 0)
            if total:
                moved[before_on, *key] = total
            before_on = checkpoint_after(before_on)
    return moved


def open_checkpoints(state: LedgerState, today: date, earliest: date | None) -> None:
    """Makes the checkpoints reach from the earliest day to some months after today.

    Before the first nothing is folded yet; after the last one, they are added up from it and the days since.
    """
    if earliest is not None:
        first = max(earliest.replace(day=1), FIRST_CHECKPOINT)
        state.first_checkpoint = (
            first if state.first_checkpoint is None else min(state.first_checkpoint, first)
        )
    if state.first_checkpoint is None:
        return
    wanted = max(first_of_month(today, MONTHS_AHEAD), state.first_checkpoint)
    if state.last_checkpoint is not None and state.last_checkpoint < wanted:
        since = state.last_checkpoint
        # What the last checkpoint holds counts from before it on.
        held = ((key, people) for *key, people in read_checkpoint(since) if key[2] != EVERY_SECTOR)
        days: Ledger = Counter({(_EVE, *key): people for key, people in held})
        for *key, people in read_folded(since, wanted):
            days[tuple(key)] += people
        _add(LedgerCheckpoint, _CHECKPOINT, checkpoints(days, checkpoint_after(since), wanted))
    if state.last_checkpoint is None or state.last_checkpoint < wanted:
        state.last_checkpoint = wanted
    session.flush()


def _add(
    table: type[LedgerDay] | type[LedgerCheckpoint],
    columns: tuple[str, ...],
    changes: Mapping[LedgerKey, int],
) -> None:
    rows = [
        dict(zip(columns, key, strict=True), people=people)
        for key, people in sorted(changes.items())
        if people
    ]
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(columns), set_={"people": table.people + statement.excluded.people}
        ),
        rows,
    )
