"""Reads the counts of days: the snapshot before a day, the daily counts since, and the deltas not yet compacted.

The three are read in one statement, so that a compaction between two reads neither hides nor doubles anything.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, select, union_all

from lms.compliance.projection.models import CountDelta, CountSnapshot, DailyCount, ProjectionJob, ProjectionState
from lms.compliance.projection.rows import ALL_SECTORS, OVERALL
from lms.compliance.status.days import SNAPSHOT_DAYS, snapshot_day_of
from lms.kernel.db import locked, session

THE_ONLY = 1
StatusTotalsBySector = Counter[tuple[str, str, str]]
"""By sector, subject (`OVERALL` or the number of a course) and status or lapse: how many posts."""
StatusTotals = Counter[str]
"""By status or lapse: how many posts."""


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
        if self.first_snapshot is None or self.last_snapshot is None or day == date.max:
            return None
        after = date.fromordinal(day.toordinal() + 1)
        exists = after.day in SNAPSHOT_DAYS and self.first_snapshot <= after <= self.last_snapshot
        return after if exists else None


_STATE = select(ProjectionState.inputs, ProjectionState.first_snapshot, ProjectionState.last_snapshot).where(
    ProjectionState.id == THE_ONLY
)


def read_state() -> CountState:
    """Reads the projection's state; an empty one before anything was projected."""
    row = session.execute(_STATE).one_or_none()
    return CountState() if row is None else CountState(*row)


def lock_state() -> ProjectionState | None:
    """Returns the projection's state, locked until the transaction ends."""
    return session.scalar(locked(select(ProjectionState).where(ProjectionState.id == THE_ONLY)))


def list_unfinished(organisations: Collection[int] | None = None) -> Sequence[ProjectionJob]:
    """Lists the work under way that touches some organisations (None: any), the oldest first."""
    statement = select(ProjectionJob).where(ProjectionJob.finished_at.is_(None)).order_by(ProjectionJob.id)
    found = session.scalars(statement).all()
    return [
        each
        for each in found
        if organisations is None or each.organisation_id is None or each.organisation_id in organisations
    ]


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
        part = _part(CountSnapshot, scope, subjects).where(CountSnapshot.before_on == before_on)
        parts.append(part if scope.sector else part.where(CountSnapshot.sector != ALL_SECTORS))
    if state.closes(day) is None:
        part = _part(DailyCount, scope, subjects).where(DailyCount.on_day <= day)
        parts.append(part if before_on is None else part.where(DailyCount.on_day >= before_on))
    parts.append(_part(CountDelta, scope, subjects).where(CountDelta.on_day <= day))
    counts: StatusTotalsBySector = Counter()
    for sector, subject, status, people in session.execute(union_all(*parts)):
        counts[sector, subject, status] += people
    return Counter({key: people for key, people in counts.items() if people})


def _part(
    table: type[CountSnapshot] | type[DailyCount] | type[CountDelta], scope: CountScope, subjects: Collection[str]
) -> Select[str, str, str, int]:
    columns = (table.sector, table.subject, table.status)
    statement = select(*columns, func.sum(table.people)).group_by(*columns)
    return statement.where(table.subject.in_(sorted(subjects)), *_within(table, scope))


def _within(
    table: type[CountSnapshot] | type[DailyCount] | type[CountDelta], scope: CountScope
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.organisations is not None:
        conditions.append(table.organisation_id.in_(sorted(scope.organisations)))
    if scope.sector is not None:
        conditions.append(table.sector == scope.sector)
    return conditions


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
        part = _total("snapshot", CountSnapshot, CountSnapshot.before_on, scope, subject)
        part = part.where(CountSnapshot.before_on.in_(sorted(snapshots))).group_by(CountSnapshot.before_on)
        parts.append(part if scope.sector else part.where(CountSnapshot.sector == ALL_SECTORS))
    for day in days:
        if state.closes(day) is None:
            part = _total("day", DailyCount, literal(day), scope, subject).where(DailyCount.on_day <= day)
            since = state.snapshot(day)
            parts.append(part if since is None else part.where(DailyCount.on_day >= since))
    parts.append(
        _total("entry", CountDelta, CountDelta.on_day, scope, subject)
        .where(CountDelta.on_day <= days[-1])
        .group_by(CountDelta.on_day)
    )
    return union_all(*parts)


def _total(
    kind: str,
    table: type[CountSnapshot] | type[DailyCount] | type[CountDelta],
    on_day: Any,
    scope: CountScope,
    subject: str,
) -> Select[Any]:
    return (
        select(
            literal(kind).label("kind"), on_day.label("on_day"), table.status, func.sum(table.people).label("people")
        )
        .where(table.subject == subject, *_within(table, scope))
        .group_by(table.status)
    )


_DAY = (
    DailyCount.on_day,
    DailyCount.organisation_id,
    DailyCount.subject,
    DailyCount.sector,
    DailyCount.status,
    DailyCount.people,
)
_ENTRY = (
    CountDelta.on_day,
    CountDelta.organisation_id,
    CountDelta.subject,
    CountDelta.sector,
    CountDelta.status,
    CountDelta.people,
)


def read_count_tables() -> Iterable[Any]:
    """Reads all counts as (compacted or not, day, organisation, subject, sector, status, people), unordered."""
    parts = (select(literal(1), *_DAY), select(literal(0), *_ENTRY))
    return session.execute(union_all(*parts)).yield_per(10_000)


def read_compacted(since: date, before: date) -> Iterable[Any]:
    """Reads the daily counts from one day on and before another, in the columns of `read_count_tables`."""
    return session.execute(select(*_DAY).where(DailyCount.on_day >= since, DailyCount.on_day < before))


def read_snapshot(before_on: date) -> Iterable[Any]:
    """Reads a snapshot as (organisation, course, sector, status, people)."""
    return session.execute(
        select(
            CountSnapshot.organisation_id,
            CountSnapshot.subject,
            CountSnapshot.sector,
            CountSnapshot.status,
            CountSnapshot.people,
        ).where(CountSnapshot.before_on == before_on)
    )


def read_snapshots() -> Iterable[Any]:
    """Reads the snapshots as (before which day, organisation, course, sector, status, people), unordered."""
    return session.execute(
        select(
            CountSnapshot.before_on,
            CountSnapshot.organisation_id,
            CountSnapshot.subject,
            CountSnapshot.sector,
            CountSnapshot.status,
            CountSnapshot.people,
        )
    ).yield_per(10_000)


def has_deltas() -> bool:
    """Returns whether any delta waits to be compacted."""
    return session.scalar(select(CountDelta.id).limit(1)) is not None


def oldest_deltas(limit: int) -> Select[Any]:
    """Returns the statement that picks the deltas to be compacted next."""
    return select(CountDelta.id).order_by(CountDelta.id).limit(limit)


def freeze_snapshot() -> None:
    """Lets the transaction that begins now see one moment throughout; SQLite's do so by themselves."""
    if session.get_bind().dialect.name == "postgresql" and not session().in_transaction():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
