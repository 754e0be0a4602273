"""Reading the audit trail and its chain."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from lms.audit import policy
from lms.audit.models import AuditCheck, AuditEntry, AuditLink
from lms.audit.rules import LONGEST_TRANSACTION, ChainHead, ChainLink, TrailEntry
from lms.kernel.actor import Actor
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import session

PAGE = 50
"""Entries on one page of the trail."""

BATCH = 1000
"""Entries read at a time where all are read."""

_ENTRY, _LINK = tuple(AuditEntry.__table__.columns), tuple(AuditLink.__table__.columns)
"""The columns, in the order of the fields of ``TrailEntry`` and ``ChainLink``."""
_LINKS = len(_LINK)


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
    return [TrailEntry(*row) for row in session.execute(statement.with_only_columns(*_ENTRY))]


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


def iterate_chain() -> Iterator[tuple[ChainLink, TrailEntry | None]]:
    """Yields every link in order with its entry, or with None where the entry is missing."""
    chain = select(*_LINK, *_ENTRY).select_from(AuditLink).outerjoin(AuditEntry, AuditEntry.id == AuditLink.entry_id)
    batch = chain.order_by(AuditLink.number).limit(BATCH)
    last = 0
    while rows := session.execute(batch.where(AuditLink.number > last)).all():
        for row in rows:
            yield ChainLink(*row[:_LINKS]), TrailEntry(*row[_LINKS:]) if row.id is not None else None
        last = rows[-1].number


def find_last_check(*conditions: ColumnElement[bool]) -> AuditCheck | None:
    """Returns the last check of the chain that meets the conditions, if there was one."""
    return session.scalar(select(AuditCheck).where(*conditions).order_by(AuditCheck.id.desc()).limit(1))


def find_linked_entry(number: int) -> int | None:
    """Returns the id of the entry of a link, if the link exists."""
    return session.scalar(select(AuditLink.entry_id).where(AuditLink.number == number))


TrailFilters = Mapping[str, Any]
"""Which entries are listed, by names of ``_CONDITIONS``; what is None or not named does not matter.

``accounts`` are ids, any of which matches; ``by_system`` is True for entries without an account, False for those with
one.
"""

_CONDITIONS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "since": lambda since: AuditEntry.recorded_at >= since,
    "until": lambda until: AuditEntry.recorded_at <= until,
    "accounts": AuditEntry.account_id.in_,
    "by_system": lambda by_system: AuditEntry.account_id.is_(None) == by_system,
    "action": lambda action: AuditEntry.action == action,
    "subject": lambda subject: AuditEntry.subject == subject,
    "subject_number": lambda number: AuditEntry.subject_id == number,
    "organisation": lambda organisation: AuditEntry.organisation_id == organisation,
}

LinkedEntry = tuple[TrailEntry, ChainLink | None]
"""An entry with its link, or None while it is not linked yet."""


def list_entries(actor: Actor, filters: TrailFilters, after: int | None, limit: int) -> list[LinkedEntry]:
    """Returns the entries an actor may see, newest first, those after an entry given by its id. One query."""
    order = (AuditEntry.recorded_at, AuditEntry.id)
    statement = (
        select(*_LINK, *_ENTRY)
        .select_from(AuditEntry)
        .outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
        .where(
            policy.visible_entries(actor),
            *(_CONDITIONS[name](value) for name, value in filters.items() if value is not None),
        )
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    if after is not None:
        recorded_at = select(AuditEntry.recorded_at).where(AuditEntry.id == after).scalar_subquery()
        statement = statement.where(tuple_(*order) < tuple_(recorded_at, after))
    return [
        (TrailEntry(*row[_LINKS:]), ChainLink(*row[:_LINKS]) if row.number is not None else None)
        for row in session.execute(statement)
    ]


def iterate_entries(actor: Actor, filters: TrailFilters) -> Iterator[LinkedEntry]:
    """Yields all entries an actor may see, newest first, read in batches."""
    after = None
    while found := list_entries(actor, filters, after, BATCH):
        yield from found
        after = found[-1][0].number


def list_entries_about(subject: str, ids: Collection[int]) -> list[TrailEntry]:
    """Lists the entries about some records of one type, the oldest first. A query for each 500 of them.

    The caller has seen to it that the actor may see these records: the trail itself is for administrators.
    """
    statement = select(*_ENTRY).where(AuditEntry.subject == subject)
    found = execute_in_batches(statement, AuditEntry.subject_id, sorted(ids))
    return sorted((TrailEntry(*row) for row in found), key=lambda each: each.number)


def list_reasons(action: str, subject: str, ids: Collection[int]) -> dict[int, str]:
    """Returns the reason given for an action by the id of the record it was done to. As `list_entries_about`."""
    entries = list_entries_about(subject, ids)
    return {each.subject_number or 0: each.reason for each in entries if each.action == action}
