"""Rows that say when and by which account they were recorded and, where a correction may do so, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.bulk import add_mappings, reserve_ids
from lms.kernel.db import BigId, UtcDateTime, session


class Recorded:
    """The columns of a row that says when and by which account it was recorded; no account for the system itself."""

    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class Retractable(Recorded):
    """The columns of a row that is never changed but withdrawn, once."""

    retracted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retracted_by: Mapped[int | None] = mapped_column(BigId)


RecordedRow = TypeVar("RecordedRow", bound=Recorded)


def add(actor: Actor, row: RecordedRow) -> RecordedRow:
    """Adds a row as recorded now by an actor, and returns it with its id."""
    add_all(actor, [row])
    return row


def add_all(actor: Actor, rows: Sequence[Any]) -> None:
    """Adds rows of one table as recorded now by an actor; many take no statement for each."""
    _prepare(actor, rows)
    session.add_all(rows)
    session.flush()


def add_detached(actor: Actor, rows: Sequence[Any]) -> None:
    """Adds rows as `add_all` does, but sooner: the session does not keep the objects, nor store later changes."""
    _prepare(actor, rows)
    if rows:
        names = [column.key for column in rows[0].__table__.columns]
        add_mappings(type(rows[0]), [{name: getattr(row, name) for name in names} for row in rows])


def _prepare(actor: Actor, rows: Sequence[Any]) -> None:
    moment = clock.now()
    for row in rows:
        row.recorded_at, row.recorded_by = moment, actor.account_id or None
    if len(rows) > 1:
        # Asked for the numbers it has given, SQLite is sent each row alone.
        for row, number in zip(rows, reserve_ids(type(rows[0]), len(rows)), strict=True):
            row.id = number


def retract(actor: Actor, row: Retractable) -> None:
    """Withdraws a row now, by an actor."""
    row.retracted_at, row.retracted_by = clock.now(), actor.account_id or None
    session.flush()
