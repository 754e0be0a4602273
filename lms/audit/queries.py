"""Reading the audit trail and its chain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_

from lms.audit import policy
from lms.audit.models import AuditCheck, AuditEntry, AuditLink
from lms.audit.rules import AT_THE_LATEST, Entry, Head, Link
from lms.kernel.actor import Actor
from lms.kernel.db import UtcDateTime, lock_key, session

PAGE = 50
"""How many entries a page of the trail shows."""

BATCH = 1000
"""How many entries are read at once where all of them are."""

LOCK = 0x45_53_41_55
"""The number of the advisory lock: two workers that link at once do it one after the other."""


def lock_chain() -> None:
    """Waits until nobody else links."""
    lock_key(LOCK)


def find_head() -> Head:
    """Returns the last link of the chain."""
    row = session.execute(
        select(AuditLink.number, AuditLink.digest).order_by(AuditLink.number.desc()).limit(1)
    ).first()
    return Head(row.number, row.digest) if row else Head()


def _not_linked() -> Select[*tuple[Any, ...]]:
    return (
        select(AuditEntry.id)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(AuditLink.entry_id.is_(None))
        .order_by(AuditEntry.id)
    )


def find_settled_entry(now: datetime) -> int:
    """Returns the number of an entry below which everything that will be stored is stored; 0 for none.

    It is the one that was linked last before the longest time a transaction may take.
    """
    statement = (
        select(AuditLink.entry_id)
        .where(AuditLink.recorded_at < now - AT_THE_LATEST)
        .order_by(AuditLink.number.desc())
        .limit(1)
    )
    return session.scalar(statement) or 0


def list_unlinked(after: int, limit: int) -> list[Entry]:
    """Lists entries above a number that are stored and not linked, by number."""
    numbers = _not_linked().where(AuditEntry.id > after).limit(limit).subquery()
    statement = select(AuditEntry).join(numbers, numbers.c.id == AuditEntry.id).order_by(AuditEntry.id)
    return [_entry(row) for row in session.execute(statement.with_only_columns(*_ENTRY))]


def list_unlinked_below(number: int) -> Sequence[int]:
    """Lists the numbers of entries below one that are not linked."""
    return session.scalars(_not_linked().where(AuditEntry.id < number)).all()


def count_unlinked(after: int) -> int:
    """Counts the entries above a number that wait for their link."""
    waiting = _not_linked().where(AuditEntry.id > after).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def count_entries() -> int:
    """Counts the entries of the trail."""
    return session.scalar(select(func.count(AuditEntry.id))) or 0


_ENTRY: tuple[ColumnElement[Any], ...] = tuple(AuditEntry.__table__.columns)
_LINK: tuple[ColumnElement[Any], ...] = (
    AuditLink.number.label("link_number"),
    AuditLink.entry_id.label("linked_entry"),
    AuditLink.recorded_at.label("linked_at"),
    AuditLink.previous.label("previous"),
    AuditLink.digest.label("digest"),
)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
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


def _link(row: Row[Any]) -> Link:
    return Link(row.link_number, row.linked_entry, row.linked_at, row.previous, row.digest)


def iterate_chain() -> Iterator[tuple[Link, Entry | None]]:
    """Yields every link in order with its entry, or with nothing where the entry is gone."""
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
    """Returns what came of the last check of the chain, if there was one."""
    return session.scalar(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1))


def find_last_good_check() -> AuditCheck | None:
    """Returns the last check that found no fault, if there was one."""
    statement = (
        select(AuditCheck).where(AuditCheck.faults == 0, AuditCheck.links > 0).order_by(AuditCheck.id.desc())
    )
    return session.scalar(statement.limit(1))


def find_linked_entry(number: int) -> int | None:
    """Returns the number of the entry that a link seals, if the link is there."""
    return session.scalar(select(AuditLink.entry_id).where(AuditLink.number == number))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; nothing looks for all.

    ``accounts`` are numbers of accounts, of which any will do; ``by_house`` asks for what no account did (True) or
    for what accounts did (False).
    """

    since: datetime | None = None
    until: datetime | None = None
    accounts: Sequence[int] | None = None
    by_house: bool | None = None
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
        if self.by_house is not None:
            yield AuditEntry.account_id.is_(None) == self.by_house
        if self.action:
            yield AuditEntry.action == self.action
        if self.subject:
            yield AuditEntry.subject == self.subject
        if self.subject_number is not None:
            yield AuditEntry.subject_id == self.subject_number
        if self.organisation is not None:
            yield AuditEntry.organisation_id == self.organisation


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list of entries goes on: after the entry of this moment and number, to older ones."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry with its link, or nothing while it waits for one."""

    entry: Entry
    link: Link | None

    @property
    def place(self) -> Place:
        """Returns where a list goes on after this entry."""
        return Place(self.entry.at, self.entry.number)


def list_entries(actor: Actor, wanted: Wanted, after: Place | None, limit: int) -> list[Sealed]:
    """Lists the entries an actor may see, newest first, from a place on. One query, however many there are."""
    order = (AuditEntry.recorded_at, AuditEntry.id)
    statement = (
        select(*_ENTRY, *_LINK)
        .select_from(AuditEntry)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(policy.visible_entries(actor), *wanted.conditions())
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(*order) < tuple_(literal(after.at, UtcDateTime()), after.number))
    return [
        Sealed(_entry(row), _link(row) if row.link_number is not None else None)
        for row in session.execute(statement)
    ]


def iterate_entries(actor: Actor, wanted: Wanted) -> Iterator[Sealed]:
    """Yields all the entries an actor may see, newest first, reading some at a time."""
    after = None
    while True:
        found = list_entries(actor, wanted, after, BATCH)
        yield from found
        if len(found) < BATCH:
            return
        after = found[-1].place
