"""Count deltas: written beside the intervals, and compacted into daily counts and snapshots by a job.

Writers only insert. One compaction at a time removes deltas and adds them to `daily_count` and `count_snapshot` in key
order, so writers and the compaction never deadlock.
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
    oldest_deltas,
    read_compacted,
    read_snapshot,
)
from lms.compliance.projection.models import CountDelta, CountSnapshot, DailyCount, ProjectionState
from lms.compliance.projection.rows import ALL_SECTORS, CountDeltas, CountKey
from lms.compliance.status.days import snapshot_day_after
from lms.kernel.bulk import add_rows
from lms.kernel.days import first_of_month
from lms.kernel.db import session

MONTHS_AHEAD = 26
"""Months after this one that get snapshots; later days are added up from the last of them."""
FIRST_SNAPSHOT = date(2000, 1, 1)
"""No report shows earlier days: everything before is in this snapshot."""
BATCH = 20_000

_EVE = date(1, 1, 1)
_SNAPSHOT = ("before_on", "organisation_id", "subject", "sector", "status")
_DAY = ("on_day", "organisation_id", "subject", "sector", "status")


def write_deltas(deltas: CountDeltas) -> None:
    """Writes the deltas that do not cancel out."""
    rows = [dict(zip(_DAY, key, strict=True), people=people) for key, people in deltas.items() if people]
    if rows:
        session.execute(insert(CountDelta), rows)


def locked_state() -> ProjectionState:
    """Returns the projection's state, locked until the transaction ends; creates it where it is missing."""
    state = lock_state()
    if state is None:
        state = ProjectionState(id=THE_ONLY, inputs="")
        session.add(state)
        session.flush()
    return state


def compact(today: date) -> int:
    """Compacts the oldest deltas into days and snapshots and returns how many; zero when there is nothing to do."""
    state = locked_state()
    rows = session.execute(
        delete(CountDelta)
        .where(CountDelta.id.in_(oldest_deltas(BATCH)))
        .returning(
            CountDelta.on_day,
            CountDelta.organisation_id,
            CountDelta.subject,
            CountDelta.sector,
            CountDelta.status,
            CountDelta.people,
        ),
        execution_options={"synchronize_session": False},
    ).all()
    deltas: CountDeltas = Counter()
    for *key, people in rows:
        deltas[tuple(key)] += people  # type: ignore[index]  # five columns, as the key has
    # New snapshots are added up from the days compacted before; then both get these deltas.
    open_snapshots(state, today, min((key[0] for key in deltas), default=None))
    add_to_days(deltas)
    add_to_snapshots(deltas, state)
    return len(rows)


def fill(deltas: CountDeltas, state: ProjectionState) -> None:
    """Writes days and snapshots where there are none yet, as after everything was cleared."""
    _fill(DailyCount, _DAY, deltas)
    if state.first_snapshot is not None and state.last_snapshot is not None:
        _fill(CountSnapshot, _SNAPSHOT, snapshots_between(deltas, state.first_snapshot, state.last_snapshot))


def _fill(
    table: type[DailyCount] | type[CountSnapshot], columns: tuple[str, ...], changes: Mapping[CountKey, int]
) -> None:
    rows = [(*key, people) for key, people in changes.items() if people]
    # Subject and day first, as the table's key: the rows that a report reads then lie together on the disk.
    rows.sort(key=itemgetter(2, 0))
    add_rows(table, (*columns, "people"), rows)


def add_to_days(deltas: CountDeltas) -> None:
    """Adds changes to the days, in key order."""
    _add(DailyCount, _DAY, deltas)


def add_to_snapshots(deltas: CountDeltas, state: ProjectionState) -> None:
    """Adds changes to every open snapshot after their day, in key order."""
    if state.first_snapshot is not None and state.last_snapshot is not None:
        _add(CountSnapshot, _SNAPSHOT, snapshots_between(deltas, state.first_snapshot, state.last_snapshot))


def snapshots_between(deltas: CountDeltas, first_snapshot: date, last_snapshot: date) -> Counter[CountKey]:
    """Returns by how much changes move the snapshots from one to another: each counts in all after its day.

    Snapshots are kept for each sector, and for all sectors together.
    """
    by_key: defaultdict[tuple[int, str, str, str], Counter[date]] = defaultdict(Counter)
    for (on_day, organisation, subject, sector, status), people in deltas.items():
        since = max(snapshot_day_after(on_day), first_snapshot)
        by_key[organisation, subject, sector, status][since] += people
        if sector != ALL_SECTORS:
            by_key[organisation, subject, ALL_SECTORS, status][since] += people
    moved: Counter[CountKey] = Counter()
    for key, changes in by_key.items():
        total, before_on = 0, min(changes)
        while before_on <= last_snapshot:
            total += changes.get(before_on, 0)
            if total:
                moved[before_on, *key] = total
            before_on = snapshot_day_after(before_on)
    return moved


def open_snapshots(state: ProjectionState, today: date, earliest: date | None) -> None:
    """Extends the snapshots from the earliest day to some months after today.

    Nothing is compacted before the first one; later ones are added up from the last one and the days since.
    """
    if earliest is not None:
        first = max(earliest.replace(day=1), FIRST_SNAPSHOT)
        state.first_snapshot = first if state.first_snapshot is None else min(state.first_snapshot, first)
    if state.first_snapshot is None:
        return
    until = max(first_of_month(today, MONTHS_AHEAD), state.first_snapshot)
    if state.last_snapshot is not None and state.last_snapshot < until:
        since = state.last_snapshot
        # What the last snapshot has counted applies from before it on.
        counted = ((key, people) for *key, people in read_snapshot(since) if key[2] != ALL_SECTORS)
        days: CountDeltas = Counter({(_EVE, *key): people for key, people in counted})
        for *key, people in read_compacted(since, until):
            days[tuple(key)] += people
        _add(CountSnapshot, _SNAPSHOT, snapshots_between(days, snapshot_day_after(since), until))
    if state.last_snapshot is None or state.last_snapshot < until:
        state.last_snapshot = until
    session.flush()


def _add(
    table: type[DailyCount] | type[CountSnapshot], columns: tuple[str, ...], changes: Mapping[CountKey, int]
) -> None:
    rows = [dict(zip(columns, key, strict=True), people=people) for key, people in sorted(changes.items()) if people]
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
