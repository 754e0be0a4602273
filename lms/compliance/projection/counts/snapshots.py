"""Reads the counts of days: the snapshot before a day, the daily counts since, and the deltas not yet compacted.

The three are read in one statement, so that a compaction between two reads neither hides nor doubles anything.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Engine,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
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
from lms.kernel.db import locked, read_rows, session
from lms.kernel.transaction_memo import load_once

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


# Building these takes longer than running them, and every report runs them: they are built once for each of their forms
# and then run with other values.
_ORGANISATIONS: BindParameter[int] = bindparam("organisations", expanding=True)
_SUBJECTS: BindParameter[str] = bindparam("subjects", expanding=True)
_BEFORE_ON: BindParameter[date] = bindparam("before_on", type_=Date)
_DAY: BindParameter[date] = bindparam("day", type_=Date)
_STATE = select(ProjectionState.inputs, ProjectionState.first_snapshot, ProjectionState.last_snapshot).where(
    ProjectionState.id == THE_ONLY
)


def read_state() -> CountState:
    """Returns the projection's state, read once in a transaction; an empty one before anything was projected."""

    def read() -> CountState:
        row = read_rows(_STATE).one_or_none()
        return CountState() if row is None else CountState(*row)

    return load_once("projection state", (ProjectionState,), read)


_VERSION = select(
    ProjectionState.counts_version, ProjectionState.first_snapshot, ProjectionState.last_snapshot,
    select(func.count()).where(CountDelta.organisation_id.in_(_ORGANISATIONS)).scalar_subquery(),
).where(ProjectionState.id == THE_ONLY)  # fmt: skip


def read_version(organisations: Collection[int]) -> Hashable:
    """Returns what is another value whenever any count of some organisations is another; None before there are any.

    Deltas are only added until they are compacted, and then the days and snapshots have another version.
    """
    row = read_rows(_VERSION, {"organisations": sorted(organisations)}).one_or_none()
    return None if row is None else tuple(row)


_UNFINISHED = select(ProjectionJob).where(ProjectionJob.finished_at.is_(None)).order_by(ProjectionJob.id)
_UNFINISHED_IN = _UNFINISHED.where(
    or_(ProjectionJob.organisation_id.is_(None), ProjectionJob.organisation_id.in_(_ORGANISATIONS))
)


def list_unfinished(organisations: Collection[int] | None = None) -> Sequence[ProjectionJob]:
    """Lists the work under way that touches some organisations (None: any), the oldest first."""
    if organisations is None:
        return session.scalars(_UNFINISHED).all()
    return session.scalars(_UNFINISHED_IN, {"organisations": sorted(organisations)}).all()


def load_projection(projection_id: int) -> ProjectionJob | None:
    """Loads a running job, locked for this transaction."""
    return session.scalar(locked(select(ProjectionJob).where(ProjectionJob.id == projection_id)))


@dataclass(frozen=True, slots=True)
class CountScope:
    """Which rows of the count tables are read; None means all."""

    organisations: frozenset[int] | None = None
    sector: str | None = None

    def values(self, subjects: Collection[str]) -> dict[str, Any]:
        """Returns what statements about some subjects in scope are run with."""
        return {"organisations": sorted(self.organisations or ()), "sector": self.sector, "subjects": sorted(subjects)}


def read_counts(scope: CountScope, state: CountState, day: date, subjects: Collection[str]) -> StatusTotalsBySector:
    """Reads the counts of a day by sector, subject (those given) and status; zeros are left out."""
    closed = state.closes(day)
    before_on = closed or state.snapshot(day)
    statement = _counts(scope.organisations is not None, scope.sector is not None, before_on is not None, not closed)
    values = {**scope.values(subjects), "day": day, "before_on": before_on, "since_0": before_on or date.min}
    counts: StatusTotalsBySector = Counter()
    for sector, subject, status, people in read_rows(statement, values).all():
        counts[sector, subject, status] += people
    return Counter({key: people for key, people in counts.items() if people})


@lru_cache
def _counts(by_organisation: bool, by_sector: bool, has_snapshot: bool, adds_days: bool) -> CompoundSelect[Any]:
    """Returns the counts of a day: of a snapshot where there is one, with the days since where they are to be added."""

    def summed(table: CountTable) -> Select[Any]:
        return _summed(table, by_organisation, by_sector, (), (table.sector, table.subject, table.status))

    parts = []
    if has_snapshot:
        part = summed(CountSnapshot).where(CountSnapshot.before_on == _BEFORE_ON)
        parts.append(part if by_sector else part.where(CountSnapshot.sector != ALL_SECTORS))
    if adds_days:
        parts.append(summed(DailyCount).where(DailyCount.on_day <= _DAY, DailyCount.on_day >= _since(0)))
    return union_all(*parts, summed(CountDelta).where(CountDelta.on_day <= _DAY))


def _since(number: int) -> BindParameter[date]:
    return bindparam(f"since_{number}", type_=Date)


def _summed(
    table: CountTable, by_organisation: bool, by_sector: bool, constants: Columns, grouped: Columns
) -> Select[Any]:
    """Returns the people of some subjects in scope, added up for each value of the grouped columns."""
    statement = select(*constants, *grouped, func.sum(table.people)).where(table.subject.in_(_SUBJECTS))
    if by_organisation:
        statement = statement.where(table.organisation_id.in_(_ORGANISATIONS))
    if by_sector:
        statement = statement.where(table.sector == bindparam("sector"))
    return statement.group_by(*grouped)


def read_totals(
    scope: CountScope, state: CountState, days: Collection[date], subject: str = OVERALL
) -> dict[date, StatusTotals]:
    """Reads the counts of several days by status, of one subject, over the sectors in scope."""
    snapshots: defaultdict[date, StatusTotals] = defaultdict(Counter)
    found: dict[date, StatusTotals] = {day: Counter() for day in days}
    unfolded: list[tuple[date, str, int]] = []
    ordered = sorted(found)
    before = {before_on for day in ordered if (before_on := state.closes(day) or state.snapshot(day))}
    open_days = [day for day in ordered if state.closes(day) is None]
    values: dict[str, Any] = {**scope.values([subject]), "snapshots": sorted(before), "last": ordered[-1]}
    for number, day in enumerate(open_days):
        values |= {f"day_{number}": day, f"since_{number}": state.snapshot(day) or date.min}
    statement = _totals(scope.organisations is not None, scope.sector is not None, bool(before), len(open_days))
    for kind, on_day, status, people in read_rows(statement, values).all():
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


@lru_cache
def _totals(by_organisation: bool, by_sector: bool, has_snapshots: bool, open_days: int) -> CompoundSelect[Any]:
    """Returns snapshots, the days to be added for so many days that close none, and what is not compacted."""
    parts: list[Select[Any]] = []
    if has_snapshots:
        columns = (CountSnapshot.before_on, CountSnapshot.status)
        part = _summed(CountSnapshot, by_organisation, by_sector, (literal("snapshot"),), columns)
        part = part.where(CountSnapshot.before_on.in_(bindparam("snapshots", expanding=True)))
        parts.append(part if by_sector else part.where(CountSnapshot.sector == ALL_SECTORS))
    for number in range(open_days):
        day: BindParameter[date] = bindparam(f"day_{number}", type_=Date)
        part = _summed(DailyCount, by_organisation, by_sector, (literal("day"), day), (DailyCount.status,))
        parts.append(part.where(DailyCount.on_day <= day, DailyCount.on_day >= _since(number)))
    columns = (CountDelta.on_day, CountDelta.status)
    part = _summed(CountDelta, by_organisation, by_sector, (literal("entry"),), columns)
    return union_all(*parts, part.where(CountDelta.on_day <= bindparam("last", type_=Date)))


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


_HELD = select(CountHold.organisation_id, CountHold.held_at).where(CountHold.organisation_id.in_(_ORGANISATIONS))


def list_held(organisations: Collection[int]) -> dict[int, datetime]:
    """Returns since when the counts of some organisations are held, read once; those of the others are not."""
    numbers = sorted(organisations)
    return load_once(
        ("held", *numbers),
        (CountHold,),
        lambda: {row[0]: row[1] for row in read_rows(_HELD, {"organisations": numbers})},
    )
