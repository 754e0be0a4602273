"""Rows that say when and by which account they were recorded and, where a correction may do so, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel import clock
from lms.kernel.actor import Actor
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


def add_all(actor: Actor, rows: Sequence[Recorded]) -> None:
    """Adds many rows as recorded now by an actor."""
    moment = clock.now()
    for row in rows:
        row.recorded_at, row.recorded_by = moment, actor.account_id or None
    session.add_all(rows)
    session.flush()


def retract(actor: Actor, row: Retractable) -> None:
    """Withdraws a row now, by an actor."""
    row.retracted_at, row.retracted_by = clock.now(), actor.account_id or None
    session.flush()
