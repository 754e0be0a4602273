"""Count deltas: written beside the intervals, and compacted into daily counts and snapshots by a job.

Writers only insert. One compaction at a time removes deltas and adds them to `daily_count` and `count_snapshot` in key
order, so writers and the compaction never deadlock.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from operator import itemgetter
from typing import TypeAlias

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.compliance.projection.counts.snapshots import THE_ONLY, read_compacted, read_snapshots, snapshot_day_after
from lms.compliance.projection.models import CountDelta, CountSnapshot, DailyCount, ProjectionState
from lms.compliance.projection.rows import ALL_SECTORS, CountDeltas, CountKey
from lms.kernel.bulk import add_rows
from lms.kernel.days import first_of_month
from lms.kernel.db import Model, locked, session

MONTHS_AHEAD = 26
"""Months after this one that get snapshots; later days are added up from the last of them."""
FIRST_SNAPSHOT = date(2000, 1, 1)
"""No report shows earlier days: everything before is in this snapshot."""
BATCH = 20_000

_SNAPSHOT = ("before_on", "organisation_id", "subject", "sector", "status")
_DAY = ("on_day", "organisation_id", "subject", "sector", "status")
_Writer: TypeAlias = Callable[[type[Model], tuple[str, ...], Mapping[CountKey, int]], None]


def write_deltas(deltas: CountDeltas) -> None:
    """Writes the deltas that do not cancel out."""
    rows = [dict(zip(_DAY, key, strict=True), people=people) for key, people in deltas.items() if people]
    if rows:
        session.execute(insert(CountDelta), rows)


def locked_state() -> ProjectionState:
    """Returns the projection's state, locked until the transaction ends; creates it where it is missing."""
    state = session.scalar(locked(select(ProjectionState).where(ProjectionState.id == THE_ONLY)))
    if state is None:
        state = ProjectionState(id=THE_ONLY, inputs="")
        session.add(state)
        session.flush()
    return state


def compact(today: date) -> int:
    """Compacts the oldest deltas into days and snapshots and returns how many; zero when there is nothing to do."""
    state = locked_state()
    oldest = select(CountDelta.id).order_by(CountDelta.id).limit(BATCH)
    columns = [getattr(CountDelta, name) for name in (*_DAY, "people")]
    rows = session.execute(
        delete(CountDelta).where(CountDelta.id.in_(oldest)).returning(*columns),
        execution_options={"synchronize_session": False},
    ).all()
    deltas: CountDeltas = Counter()
    for *key, people in rows:
        deltas[tuple(key)] += people
    # New snapshots are added up from the days compacted before; then both get these deltas.
    open_snapshots(state, today, min((key[0] for key in deltas), default=None))
    _write(deltas, state, _add)
    return len(rows)


def fill(deltas: CountDeltas, state: ProjectionState) -> None:
    """Writes days and snapshots where there are none yet, as after everything was cleared."""
    _write(deltas, state, _fill)


def _write(deltas: CountDeltas, state: ProjectionState, write: _Writer) -> None:
    """Writes changes to the days, and to every open snapshot after their day."""
    state.counts_version = secrets.token_hex(8)
    write(DailyCount, _DAY, deltas)
    if state.first_snapshot is not None and state.last_snapshot is not None:
        write(CountSnapshot, _SNAPSHOT, snapshots_between(deltas, state.first_snapshot, state.last_snapshot))


def _fill(table: type[Model], columns: tuple[str, ...], changes: Mapping[CountKey, int]) -> None:
    rows = [(*key, people) for key, people in changes.items() if people]
    # Subject and day first, as the table's key: the rows that a report reads then lie together on the disk.
    rows.sort(key=itemgetter(2, 0))
    add_rows(table, (*columns, "people"), rows)


def _add(table: type[Model], columns: tuple[str, ...], changes: Mapping[CountKey, int]) -> None:
    """Adds changes to the rows there are, in key order."""
    rows = [dict(zip(columns, key, strict=True), people=people) for key, people in sorted(changes.items()) if people]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        added = dialect.insert(table)
        people = added.table.c.people + added.excluded.people
        session.execute(added.on_conflict_do_update(index_elements=list(columns), set_={"people": people}), rows)


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
        # What the last snapshot holds counts from before it on.
        counted = [(key, people) for _before, *key, people in read_snapshots(since) if key[2] != ALL_SECTORS]
        days: CountDeltas = Counter({(date.min, *key): people for key, people in counted})
        for *key, people in read_compacted(since, until):
            days[tuple(key)] += people
        _add(CountSnapshot, _SNAPSHOT, snapshots_between(days, snapshot_day_after(since), until))
    if state.last_snapshot is None or state.last_snapshot < until:
        state.last_snapshot = until
    session.flush()
