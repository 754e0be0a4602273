"""What must happen after a transaction and must not be lost: rows written with the work, done by the worker.

A task queue alone loses the task under way when it is killed, and its enqueue does not roll back with the work. So an
operation that wants a mail or a job inserts a row here; after the commit the worker is only woken, and a sweep each
minute does what is left. A row closes after success; handlers must bear being run twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Index, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel import clock, db
from lms.kernel.db import Document, Id, Model, Moment

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}


class NotYet(Exception):
    """Something outside is missing, such as a mail server; the row waits and no try is counted."""


MOST_TRIES = 12
"""After so many tries a row waits for the administrator: with the pauses below that is about a day and a half."""


class OutboxRow(Model):
    """One row: something to be done once after a commit.

    Personal data: a mail's address and text in the payload, blanked as soon as it is sent.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "done_at", "not_before"),)

    id: Mapped[Id]
    # What to do, such as mail.
    kind: Mapped[str] = mapped_column(String(40))
    # The same key is done once.
    key: Mapped[str] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    not_before: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    # The class of the last error; never its text, which may hold an address.
    last_error: Mapped[str] = mapped_column(String(120), default="")


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Registers the function that does rows of one kind."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def put(kind: str, key: str, payload: dict[str, Any], *, not_before: datetime | None = None) -> None:
    """Adds something to be done, in the transaction of the work that wants it. A known key is left as it is.

    ``not_before`` lets it wait until a moment to come.
    """
    if db.session.scalar(select(OutboxRow.id).where(OutboxRow.key == key)) is not None:
        return
    moment = clock.now()
    db.session.add(
        OutboxRow(kind=kind, key=key, payload=payload, recorded_at=moment, not_before=not_before or moment)
    )
    db.after_commit(wake)


def wake() -> None:
    """Tells the worker that there is something to do; a worker that does not hear it finds it within a minute."""
    current_app.extensions["wake_worker"]()


def _claim(row_id: int) -> tuple[str, dict[str, Any]] | None:
    with db.unit_of_work() as session:
        moment = clock.now()
        row = session.scalar(
            select(OutboxRow).where(OutboxRow.id == row_id).with_for_update(skip_locked=True)
        )
        if row is None or row.done_at is not None or row.not_before > moment:
            return None
        row.tries += 1
        # Whoever else looks before this one is finished sees it as not yet due.
        row.not_before = moment + timedelta(minutes=min(2**row.tries, 360))
        return row.kind, row.payload


def sweep(limit: int = 100) -> int:
    """Does what is due, each row in a transaction of its own, and returns how many were done."""
    with db.reading():
        due = db.session.scalars(
            select(OutboxRow.id)
            .where(
                OutboxRow.done_at.is_(None), OutboxRow.not_before <= clock.now(), OutboxRow.tries < MOST_TRIES
            )
            .order_by(OutboxRow.id)
            .limit(limit)
        ).all()
    done = 0
    for row_id in due:
        claimed = _claim(row_id)
        if claimed is None:
            continue
        kind, payload = claimed
        try:
            _handlers[kind](payload)
        except NotYet as missing:
            changes: dict[str, Any] = {"last_error": type(missing).__name__, "tries": OutboxRow.tries - 1}
        except Exception as error:
            # One row that cannot be done must not hold up the others; it is tried again later.
            name = type(error).__name__
            log.warning("outbox row failed", row=row_id, kind=kind, error=name)
            changes = {"last_error": name}
        else:
            changes = {"done_at": clock.now(), "payload": {}, "last_error": ""}
            done += 1
        with db.unit_of_work() as session:
            session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**changes))
    return done
