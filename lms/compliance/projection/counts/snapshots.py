"""Reads the counts of days: the snapshot before a day, the daily counts since, and the deltas not yet compacted.

The three are read in one statement, so that a compaction between two reads neither hides nor doubles anything.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, CompoundSelect, Engine, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from lms.compliance.projection.models import (
    CountDelta,
    CountHold,
    CountSnapshot,
    DailyCount,
    ProjectionJob,
    ProjectionState,
)
from lms.compliance.projection.rows import ALL_SECTORS, OVERALL, StatusTotals, StatusTotalsBySector
from lms.kernel.days import add_days, first_of_month
from lms.kernel.db import locked, session

THE_ONLY = 1
CountTable: TypeAlias = type[CountSnapshot] | type[DailyCount] | type[CountDelta]
Columns: TypeAlias = tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
SNAPSHOT_DAYS = (1, 11, 21)
"""The days of a month before which counts are added up: a report then adds at most eleven days to a snapshot."""


def snapshot_day_of(day: date) -> date:
    """Returns the latest day with a snapshot that is not after a day."""
    return day.replace(day=max(each for each in SNAPSHOT_DAYS if each <= day.day))


@lru_cache(maxsize=20_000)
def snapshot_day_after(day: date) -> date:
    """Returns the first day with a snapshot after a day."""
    later = next((each for each in SNAPSHOT_DAYS if each > day.day), None)
    return first_of_month(day, 1) if later is None else day.replace(day=later)


@dataclass(frozen=True, slots=True)
class CountState:
    """The state of the projection: its inputs, and the first and the last snapshot."""

    inputs: str = ""
    first_snapshot: date | None = None
    last_snapshot: date | None = None

    def snapshot(self, day: date) -> date | None:
        """Returns the latest snapshot on or before a day, None where all days are to be added."""
        if self.first_snapshot is None or self.last_snapshot is None or day < self.first_snapshot:
            return None
        return min(snapshot_day_of(day), self.last_snapshot)

    def closes(self, day: date) -> date | None:
        """Returns the snapshot at the end of a day: that of the day after, where there is one."""
        after = add_days(day, 1)
        return after if after != day and after.day in SNAPSHOT_DAYS and self.snapshot(after) == after else None


_STATE = select(ProjectionState.inputs, ProjectionState.first_snapshot, ProjectionState.last_snapshot).where(
    ProjectionState.id == THE_ONLY
)


def read_state() -> CountState:
    """Reads the projection's state; an empty one before anything was projected."""
    row = session.execute(_STATE).one_or_none()
    return CountState() if row is None else CountState(*row)


def list_unfinished(organisations: Collection[int] | None = None) -> Sequence[ProjectionJob]:
    """Lists the work under way that touches some organisations (None: any), the oldest first."""
    statement = select(ProjectionJob).where(ProjectionJob.finished_at.is_(None)).order_by(ProjectionJob.id)
    if organisations is not None:
        here = ProjectionJob.organisation_id.in_(sorted(organisations))
        statement = statement.where(or_(ProjectionJob.organisation_id.is_(None), here))
    return session.scalars(statement).all()


def load_projection(projection_id: int) -> ProjectionJob | None:
    """Loads a running job, locked for this transaction."""
    return session.scalar(locked(select(ProjectionJob).where(ProjectionJob.id == projection_id)))


@dataclass(frozen=True, slots=True)
class CountScope:
    """Which rows of the count tables are read; None means all."""

    organisations: frozenset[int] | None = None
    sector: str | None = None


def read_counts(scope: CountScope, state: CountState, day: date, subjects: Collection[str]) -> StatusTotalsBySector:
    """Reads the counts of a day by sector, subject (those given) and status; zeros are left out."""
    parts = []
    before_on = state.closes(day) or state.snapshot(day)
    if before_on is not None:
        part = _by_sector(CountSnapshot, scope, subjects).where(CountSnapshot.before_on == before_on)
        parts.append(part if scope.sector else part.where(CountSnapshot.sector != ALL_SECTORS))
    if state.closes(day) is None:
        part = _by_sector(DailyCount, scope, subjects).where(DailyCount.on_day <= day)
        parts.append(part if before_on is None else part.where(DailyCount.on_day >= before_on))
    parts.append(_by_sector(CountDelta, scope, subjects).where(CountDelta.on_day <= day))
    counts: StatusTotalsBySector = Counter()
    for sector, subject, status, people in session.execute(union_all(*parts)):
        counts[sector, subject, status] += people
    return Counter({key: people for key, people in counts.items() if people})


def _by_sector(table: CountTable, scope: CountScope, subjects: Collection[str]) -> Select[Any]:
    return _summed(table, scope, subjects, (), (table.sector, table.subject, table.status))


def _summed(
    table: CountTable, scope: CountScope, subjects: Collection[str], constants: Columns, grouped: Columns
) -> Select[Any]:
    """Returns the people of some subjects in scope, added up for each value of the grouped columns."""
    statement = select(*constants, *grouped, func.sum(table.people)).where(table.subject.in_(sorted(subjects)))
    if scope.organisations is not None:
        statement = statement.where(table.organisation_id.in_(sorted(scope.organisations)))
    if scope.sector is not None:
        statement = statement.where(table.sector == scope.sector)
    return statement.group_by(*grouped)


def read_totals(
    scope: CountScope, state: CountState, days: Collection[date], subject: str = OVERALL
) -> dict[date, StatusTotals]:
    """Reads the counts of several days by status, of one subject, over the sectors in scope."""
    snapshots: defaultdict[date, StatusTotals] = defaultdict(Counter)
    found: dict[date, StatusTotals] = {day: Counter() for day in days}
    unfolded: list[tuple[date, str, int]] = []
    for kind, on_day, status, people in session.execute(_totals(scope, state, sorted(found), subject)):
        if kind == "snapshot":
            snapshots[on_day][status] += people
        elif kind == "entry":
            unfolded.append((on_day, status, people))
        else:
            found[on_day][status] += people
    for day, totals in found.items():
        before_on = state.closes(day) or state.snapshot(day)
        if before_on is not None:
            totals.update(snapshots[before_on])
        for on_day, status, people in unfolded:
            if on_day <= day:
                totals[status] += people
    return {day: Counter({status: people for status, people in each.items() if people}) for day, each in found.items()}


def _totals(scope: CountScope, state: CountState, days: Sequence[date], subject: str) -> CompoundSelect[Any]:
    parts: list[Select[Any]] = []
    snapshots = {before_on for day in days if (before_on := state.closes(day) or state.snapshot(day))}
    if snapshots:
        columns = (CountSnapshot.before_on, CountSnapshot.status)
        part = _summed(CountSnapshot, scope, [subject], (literal("snapshot"),), columns)
        part = part.where(CountSnapshot.before_on.in_(sorted(snapshots)))
        parts.append(part if scope.sector else part.where(CountSnapshot.sector == ALL_SECTORS))
    for day in days:
        if state.closes(day) is None:
            part = _summed(DailyCount, scope, [subject], (literal("day"), literal(day)), (DailyCount.status,))
            since = state.snapshot(day)
            part = part.where(DailyCount.on_day <= day)
            parts.append(part if since is None else part.where(DailyCount.on_day >= since))
    part = _summed(CountDelta, scope, [subject], (literal("entry"),), (CountDelta.on_day, CountDelta.status))
    return union_all(*parts, part.where(CountDelta.on_day <= days[-1]))


def _columns(table: CountTable) -> Columns:
    return table.organisation_id, table.subject, table.sector, table.status, table.people


def read_count_tables() -> Iterable[Any]:
    """Reads all counts as (compacted or not, day, organisation, subject, sector, status, people), unordered.

    Without those that are held while a list is imported.
    """
    parts = (
        select(literal(compacted), table.on_day, *_columns(table)).where(table.organisation_id > 0)
        for compacted, table in ((1, DailyCount), (0, CountDelta))
    )
    return session.execute(union_all(*parts)).yield_per(10_000)


def read_compacted(since: date, before: date) -> Iterable[Any]:
    """Reads the daily counts from one day on and before another, in the columns of `read_count_tables`."""
    statement = select(DailyCount.on_day, *_columns(DailyCount))
    return session.execute(statement.where(DailyCount.on_day >= since, DailyCount.on_day < before))


def read_snapshots(before_on: date | None = None) -> Iterable[Any]:
    """Reads a snapshot (None: all) as (before which day, organisation, subject, sector, status, people), unordered."""
    statement = select(CountSnapshot.before_on, *_columns(CountSnapshot))
    if before_on is not None:
        statement = statement.where(CountSnapshot.before_on == before_on)
    return session.execute(statement).yield_per(10_000)


def has_deltas() -> bool:
    """Returns whether any delta waits to be compacted."""
    return session.scalar(select(CountDelta.id).limit(1)) is not None


def freeze_snapshot() -> None:
    """Lets the transaction that begins now see one moment throughout; SQLite's do so by themselves.

    A part of a larger transaction is left as it is: it is that of a restored backup, which nobody else sees.
    """
    bind = session.get_bind()
    if isinstance(bind, Engine) and bind.dialect.name == "postgresql" and not session().in_transaction():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def list_held(organisations: Collection[int]) -> dict[int, datetime]:
    """Returns since when the counts of some organisations are held; those of the others are not."""
    statement = select(CountHold.organisation_id, CountHold.held_at)
    rows = session.execute(statement.where(CountHold.organisation_id.in_(sorted(organisations))))
    return {row.organisation_id: row.held_at for row in rows}
