"""Reading the audit trail and its chain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_

from lms.audit import policy
from lms.audit.models import AuditCheck, AuditEntry, AuditLink
from lms.audit.rules import LONGEST_TRANSACTION, ChainHead, ChainLink, TrailEntry
from lms.kernel.actor import Actor
from lms.kernel.db import UtcDateTime, lock_key, session

PAGE = 50
"""Entries on one page of the trail."""

BATCH = 1000
"""Entries read at a time where all are read."""

LOCK = 0x45_53_41_55
"""The advisory lock by which only one worker links entries at a time."""


def lock_chain() -> None:
    """Waits until no other worker links entries."""
    lock_key(LOCK)


def find_head() -> ChainHead:
    """Returns the last link of the chain."""
    row = session.execute(select(AuditLink.number, AuditLink.digest).order_by(AuditLink.number.desc()).limit(1)).first()
    return ChainHead(row.number, row.digest) if row else ChainHead()


def _not_linked() -> Select[*tuple[Any, ...]]:
    return (
        select(AuditEntry.id)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.entry_id.is_(None))
        .order_by(AuditEntry.id)
    )


def find_settled_entry(now: datetime) -> int:
    """Returns the id of an entry below which no entry can still be committed; 0 for none.

    It is the last one that was linked longer ago than a transaction may take.
    """
    statement = (
        select(AuditLink.entry_id)
        .where(AuditLink.recorded_at < now - LONGEST_TRANSACTION)
        .order_by(AuditLink.number.desc())
        .limit(1)
    )
    return session.scalar(statement) or 0


def list_unlinked(after: int, limit: int) -> list[TrailEntry]:
    """Returns committed entries above an id that are not linked, by id."""
    numbers = _not_linked().where(AuditEntry.id > after).limit(limit).subquery()
    statement = select(AuditEntry).join(numbers, numbers.c.id == AuditEntry.id).order_by(AuditEntry.id)
    return [_entry(row) for row in session.execute(statement.with_only_columns(*_ENTRY))]


def list_unlinked_below(number: int) -> Sequence[int]:
    """Returns the ids of entries below one that are not linked."""
    return session.scalars(_not_linked().where(AuditEntry.id < number)).all()


def count_unlinked(after: int) -> int:
    """Returns the number of entries above an id that are not linked yet."""
    waiting = _not_linked().where(AuditEntry.id > after).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def count_entries() -> int:
    """Returns the number of entries in the trail."""
    return session.scalar(select(func.count(AuditEntry.id))) or 0


_ENTRY: tuple[ColumnElement[Any], ...] = tuple(AuditEntry.__table__.columns)
_LINK: tuple[ColumnElement[Any], ...] = (
    AuditLink.number.label("link_number"),
    AuditLink.entry_id.label("linked_entry"),
    AuditLink.recorded_at.label("linked_at"),
    AuditLink.previous.label("previous"),
    AuditLink.digest.label("digest"),
)


def _entry(row: Row[Any]) -> TrailEntry:
    return TrailEntry(
        number=row.id,
        at=row.recorded_at,
        account=row.account_id,
        organisation=row.organisation_id,
        action=row.action,
        subject=row.subject,
        subject_number=row.subject_id,
        reason=row.reason,
        detail=row.detail,
    )


def _link(row: Row[Any]) -> ChainLink:
    return ChainLink(row.link_number, row.linked_entry, row.linked_at, row.previous, row.digest)


def iterate_chain() -> Iterator[tuple[ChainLink, TrailEntry | None]]:
    """Yields every link in order with its entry, or with None where the entry is missing."""
    last = None
    while True:
        statement = (
            select(*_LINK, *_ENTRY)
            .select_from(AuditLink)
            .outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
            .order_by(AuditLink.number)
            .limit(BATCH)
        )
        if last is not None:
            statement = statement.where(AuditLink.number > last)
        rows = session.execute(statement).all()
        for row in rows:
            yield _link(row), _entry(row) if row.id is not None else None
        if len(rows) < BATCH:
            return
        last = rows[-1].link_number


def find_last_check() -> AuditCheck | None:
    """Returns the last check of the chain, if there was one."""
    return session.scalar(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1))


def find_last_good_check() -> AuditCheck | None:
    """Returns the last check that found no fault, if there was one."""
    statement = select(AuditCheck).where(AuditCheck.faults == 0, AuditCheck.links > 0).order_by(AuditCheck.id.desc())
    return session.scalar(statement.limit(1))


def find_linked_entry(number: int) -> int | None:
    """Returns the id of the entry of a link, if the link exists."""
    return session.scalar(select(AuditLink.entry_id).where(AuditLink.number == number))


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries are listed; without values, all of them.

    ``accounts`` are ids, any of which matches; ``by_system`` is True for entries without an account, False for those
    with one.
    """

    since: datetime | None = None
    until: datetime | None = None
    accounts: Sequence[int] | None = None
    by_system: bool | None = None
    action: str = ""
    subject: str = ""
    subject_number: int | None = None
    organisation: int | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yields the same as conditions on ``AuditEntry``."""
        if self.since is not None:
            yield AuditEntry.recorded_at >= self.since
        if self.until is not None:
            yield AuditEntry.recorded_at <= self.until
        if self.accounts is not None:
            yield AuditEntry.account_id.in_(self.accounts)
        if self.by_system is not None:
            yield AuditEntry.account_id.is_(None) == self.by_system
        if self.action:
            yield AuditEntry.action == self.action
        if self.subject:
            yield AuditEntry.subject == self.subject
        if self.subject_number is not None:
            yield AuditEntry.subject_id == self.subject_number
        if self.organisation is not None:
            yield AuditEntry.organisation_id == self.organisation


@dataclass(frozen=True, slots=True)
class TrailCursor:
    """Where the next page starts: after the entry with this time and id, to older ones."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class LinkedEntry:
    """An entry with its link, or None while it is not linked yet."""

    entry: TrailEntry
    link: ChainLink | None

    @property
    def cursor(self) -> TrailCursor:
        """Returns the start of the page after this entry."""
        return TrailCursor(self.entry.at, self.entry.number)


def list_entries(actor: Actor, filters: TrailFilter, after: TrailCursor | None, limit: int) -> list[LinkedEntry]:
    """Returns the entries an actor may see, newest first, from a cursor on. One query."""
    order = (AuditEntry.recorded_at, AuditEntry.id)
    statement = (
        select(*_ENTRY, *_LINK)
        .select_from(AuditEntry)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(policy.visible_entries(actor), *filters.conditions())
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(*order) < tuple_(literal(after.at, UtcDateTime()), after.number))
    return [
        LinkedEntry(_entry(row), _link(row) if row.link_number is not None else None)
        for row in session.execute(statement)
    ]


def iterate_entries(actor: Actor, filters: TrailFilter) -> Iterator[LinkedEntry]:
    """Yields all entries an actor may see, newest first, read in batches."""
    after = None
    while True:
        found = list_entries(actor, filters, after, BATCH)
        yield from found
        if len(found) < BATCH:
            return
        after = found[-1].cursor
