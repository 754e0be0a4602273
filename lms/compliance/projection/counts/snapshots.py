"""Counts of days from the ledger: the checkpoint before them, the days since, and what is not folded yet.

The three are read in one statement, so that a fold between two reads can move nothing out of sight or into it twice.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, select, union_all

from lms.compliance.projection.models import LedgerCheckpoint, LedgerDay, LedgerEntry, LedgerState, Projection
from lms.compliance.projection.rows import EVERY_SECTOR, OVERALL
from lms.compliance.status.days import CHECKPOINTS, checkpoint_of
from lms.kernel.db import locked, session

THE_ONLY = 1
Counts = Counter[tuple[str, int, int]]
"""By sector, course (or `OVERALL`) and place of a standing: how many posts."""
Totals = Counter[int]
"""By place of a standing: how many posts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger's state says: on what it rests, and the first and the last checkpoint."""

    basis: str = ""
    first_checkpoint: date | None = None
    last_checkpoint: date | None = None

    def checkpoint(self, day: date) -> date | None:
        """Returns the latest checkpoint on or before a day, None where all days are to be added."""
        if self.first_checkpoint is None or self.last_checkpoint is None or day < self.first_checkpoint:
            return None
        return min(checkpoint_of(day), self.last_checkpoint)

    def closes(self, day: date) -> date | None:
        """Returns the checkpoint that is a day's end: that of the day after, where it is kept."""
        if self.first_checkpoint is None or self.last_checkpoint is None or day == date.max:
            return None
        after = date.fromordinal(day.toordinal() + 1)
        kept = after.day in CHECKPOINTS and self.first_checkpoint <= after <= self.last_checkpoint
        return after if kept else None


_STATE = select(LedgerState.basis, LedgerState.first_checkpoint, LedgerState.last_checkpoint).where(
    LedgerState.id == THE_ONLY
)


def read_state() -> Kept:
    """Reads the ledger's state; an empty one where nothing was prepared yet."""
    row = session.execute(_STATE).one_or_none()
    return Kept() if row is None else Kept(*row)


def lock_state() -> LedgerState | None:
    """Returns the ledger's state, held against other folds until the transaction ends."""
    return session.scalar(locked(select(LedgerState).where(LedgerState.id == THE_ONLY)))


def list_unfinished(organisations: Collection[int] | None = None) -> Sequence[Projection]:
    """Lists the work under way that touches some organisations (None: any), the oldest first."""
    statement = select(Projection).where(Projection.finished_at.is_(None)).order_by(Projection.id)
    found = session.scalars(statement).all()
    return [
        each
        for each in found
        if organisations is None or each.organisation_id is None or each.organisation_id in organisations
    ]


def load_projection(projection_id: int) -> Projection | None:
    """Loads work under way, held for this transaction."""
    return session.scalar(locked(select(Projection).where(Projection.id == projection_id)))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows of the ledger are looked at; None means all."""

    organisations: frozenset[int] | None = None
    sector: str | None = None


def read_counts(scope: Scope, kept: Kept, day: date, courses: Collection[int]) -> Counts:
    """Reads the counts of a day by sector, course (those given) and standing; zeros are left out."""
    parts = []
    before_on = kept.closes(day) or kept.checkpoint(day)
    if before_on is not None:
        part = _part(LedgerCheckpoint, scope, courses).where(LedgerCheckpoint.before_on == before_on)
        parts.append(part if scope.sector else part.where(LedgerCheckpoint.sector != EVERY_SECTOR))
    if kept.closes(day) is None:
        part = _part(LedgerDay, scope, courses).where(LedgerDay.on_day <= day)
        parts.append(part if before_on is None else part.where(LedgerDay.on_day >= before_on))
    parts.append(_part(LedgerEntry, scope, courses).where(LedgerEntry.on_day <= day))
    counts: Counts = Counter()
    for sector, course, place, people in session.execute(union_all(*parts)):
        counts[sector, course, place] += people
    return Counter({key: people for key, people in counts.items() if people})


def _part(
    table: type[LedgerCheckpoint] | type[LedgerDay] | type[LedgerEntry],
    scope: Scope,
    courses: Collection[int],
) -> Select[str, int, int, int]:
    columns = (table.sector, table.course_id, table.standing)
    statement = select(*columns, func.sum(table.people)).group_by(*columns)
    return statement.where(table.course_id.in_(sorted(courses)), *_within(table, scope))


def _within(
    table: type[LedgerCheckpoint] | type[LedgerDay] | type[LedgerEntry], scope: Scope
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.organisations is not None:
        conditions.append(table.organisation_id.in_(sorted(scope.organisations)))
    if scope.sector is not None:
        conditions.append(table.sector == scope.sector)
    return conditions


def read_totals(
    scope: Scope, kept: Kept, days: Collection[date], course: int = OVERALL
) -> dict[date, Totals]:
    """Reads the counts of several days by standing, of one course or overall, over the sectors in scope."""
    checkpoints: defaultdict[date, Totals] = defaultdict(Counter)
    found: dict[date, Totals] = {day: Counter() for day in days}
    unfolded: list[tuple[date, int, int]] = []
    for kind, on_day, place, people in session.execute(_totals(scope, kept, sorted(found), course)):
        if kind == "checkpoint":
            checkpoints[on_day][place] += people
        elif kind == "entry":
            unfolded.append((on_day, place, people))
        else:
            found[on_day][place] += people
    for day, totals in found.items():
        before_on = kept.closes(day) or kept.checkpoint(day)
        if before_on is not None:
            totals.update(checkpoints[before_on])
        for on_day, place, people in unfolded:
            if on_day <= day:
                totals[place] += people
    return {
        day: Counter({place: people for place, people in each.items() if people})
        for day, each in found.items()
    }


def _totals(scope: Scope, kept: Kept, days: Sequence[date], course: int) -> CompoundSelect[Any]:
    parts: list[Select[Any]] = []
    checkpoints = {before_on for day in days if (before_on := kept.closes(day) or kept.checkpoint(day))}
    if checkpoints:
        part = _total("checkpoint", LedgerCheckpoint, LedgerCheckpoint.before_on, scope, course)
        part = part.where(LedgerCheckpoint.before_on.in_(sorted(checkpoints))).group_by(
            LedgerCheckpoint.before_on
        )
        parts.append(part if scope.sector else part.where(LedgerCheckpoint.sector == EVERY_SECTOR))
    for day in days:
        if kept.closes(day) is None:
            part = _total("day", LedgerDay, literal(day), scope, course).where(LedgerDay.on_day <= day)
            since = kept.checkpoint(day)
            parts.append(part if since is None else part.where(LedgerDay.on_day >= since))
    parts.append(
        _total("entry", LedgerEntry, LedgerEntry.on_day, scope, course)
        .where(LedgerEntry.on_day <= days[-1])
        .group_by(LedgerEntry.on_day)
    )
    return union_all(*parts)


def _total(
    kind: str,
    table: type[LedgerCheckpoint] | type[LedgerDay] | type[LedgerEntry],
    on_day: Any,
    scope: Scope,
    course: int,
) -> Select[Any]:
    return (
        select(
            literal(kind).label("kind"),
            on_day.label("on_day"),
            table.standing,
            func.sum(table.people).label("people"),
        )
        .where(table.course_id == course, *_within(table, scope))
        .group_by(table.standing)
    )


_DAY = (
    LedgerDay.on_day,
    LedgerDay.organisation_id,
    LedgerDay.course_id,
    LedgerDay.sector,
    LedgerDay.standing,
    LedgerDay.people,
)
_ENTRY = (
    LedgerEntry.on_day,
    LedgerEntry.organisation_id,
    LedgerEntry.course_id,
    LedgerEntry.sector,
    LedgerEntry.standing,
    LedgerEntry.people,
)


def read_ledger() -> Iterable[Any]:
    """Reads the whole ledger as (folded or not, day, organisation, course, sector, standing, people), unordered."""
    parts = (select(literal(1), *_DAY), select(literal(0), *_ENTRY))
    return session.execute(union_all(*parts)).yield_per(10_000)


def read_folded(since: date, before: date) -> Iterable[Any]:
    """Reads the folded days from one on and before another, as `read_ledger` gives them."""
    return session.execute(select(*_DAY).where(LedgerDay.on_day >= since, LedgerDay.on_day < before))


def read_checkpoint(before_on: date) -> Iterable[Any]:
    """Reads a checkpoint as (organisation, course, sector, standing, people)."""
    return session.execute(
        select(
            LedgerCheckpoint.organisation_id,
            LedgerCheckpoint.course_id,
            LedgerCheckpoint.sector,
            LedgerCheckpoint.standing,
            LedgerCheckpoint.people,
        ).where(LedgerCheckpoint.before_on == before_on)
    )


def read_checkpoints() -> Iterable[Any]:
    """Reads the checkpoints as (before which day, organisation, course, sector, standing, people), unordered."""
    return session.execute(
        select(
            LedgerCheckpoint.before_on,
            LedgerCheckpoint.organisation_id,
            LedgerCheckpoint.course_id,
            LedgerCheckpoint.sector,
            LedgerCheckpoint.standing,
            LedgerCheckpoint.people,
        )
    ).yield_per(10_000)


def has_entries() -> bool:
    """Says whether anything waits to be folded."""
    return session.scalar(select(LedgerEntry.id).limit(1)) is not None


def oldest_entries(limit: int) -> Select[Any]:
    """Returns the statement that picks the entries to be folded next."""
    return select(LedgerEntry.id).order_by(LedgerEntry.id).limit(limit)


def hold_still() -> None:
    """Lets the transaction that begins now see one moment throughout; SQLite's do so by themselves."""
    if session.get_bind().dialect.name == "postgresql" and not session().in_transaction():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
