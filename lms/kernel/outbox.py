"""The transactional outbox: mails and jobs are rows, inserted with the work they belong to and processed by the worker.

A task queue alone loses the running task when it is killed, and its enqueue does not roll back with the work. So an
operation that wants a mail or a job inserts a row here; after the commit the worker is only woken, and a sweep each
minute processes what is left. A row is closed after success; handlers must be idempotent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Index, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel import clock, db
from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.logs import describe_error

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
_quick: set[str] = set()


class RetryLater(Exception):
    """Something outside is missing, such as a mail server; the row waits and the try does not count."""


class NoLongerTrue(Exception):
    """What a row was to say has changed meanwhile; the row is closed and nothing is sent."""


MOST_TRIES = 12
"""The number of tries, over about a day and a half, after which a row waits for the administrator."""


class OutboxRow(Model):
    """One row: a mail or a job to be processed once after the commit.

    Personal data: a mail's address and text in the payload, removed as soon as it is sent.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "done_at", "not_before"),)

    id: Mapped[Id]
    # The kind of work, such as mail.
    kind: Mapped[str] = mapped_column(String(40))
    # Work with the same key is done once.
    key: Mapped[str] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The class of the last error, or of why nothing was sent; never its message, which may contain an address.
    last_error: Mapped[str] = mapped_column(String(120), default="")


def handler(kind: str, *, quick: bool = False) -> Callable[[Handler], Handler]:
    """Registers the function that processes rows of one kind; quick ones never wait behind jobs that take minutes."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        if quick:
            _quick.add(kind)
        return function

    return register


def put(kind: str, key: str, payload: dict[str, Any], *, not_before: datetime | None = None) -> None:
    """Adds a row in the present transaction, unless there is one with this key. It waits until ``not_before``."""
    if db.session.scalar(select(OutboxRow.id).where(OutboxRow.key == key)) is not None:
        return
    moment = clock.now()
    db.session.add(OutboxRow(kind=kind, key=key, payload=payload, recorded_at=moment, not_before=not_before or moment))
    # If waking the worker fails, its sweep finds the row within a minute.
    db.after_commit(lambda: current_app.extensions["wake_worker"](quick=kind in _quick))


def _claim(row_id: int) -> tuple[str, dict[str, Any]] | None:
    with db.unit_of_work() as session:
        moment = clock.now()
        row = session.scalar(db.locked(select(OutboxRow).where(OutboxRow.id == row_id), skip_locked=True))
        if row is None or row.done_at is not None or row.not_before > moment:
            return None
        row.tries += 1
        # For other workers it is not due until then.
        row.not_before = moment + timedelta(minutes=min(2**row.tries, 360))
        return row.kind, row.payload


def sweep(limit: int = 100, *, quick: bool | None = None) -> int:
    """Processes due rows, each in a transaction of its own, and returns how many succeeded.

    ``quick`` chooses the quick kinds or the others; None means both.
    """
    statement = select(OutboxRow.id).where(
        OutboxRow.done_at.is_(None), OutboxRow.not_before <= clock.now(), OutboxRow.tries < MOST_TRIES
    )
    if quick is not None:
        statement = statement.where(OutboxRow.kind.in_(_quick) == quick)
    with db.reading():
        due = db.session.scalars(statement.order_by(OutboxRow.id).limit(limit)).all()
    done = 0
    for row_id in due:
        claimed = _claim(row_id)
        if claimed is None:
            continue
        kind, payload = claimed
        try:
            _handlers[kind](payload)
        except RetryLater as missing:
            changes: dict[str, Any] = {"last_error": type(missing).__name__, "tries": OutboxRow.tries - 1}
        except NoLongerTrue as dropped:
            changes = {"done_at": clock.now(), "payload": {}, "last_error": type(dropped).__name__}
        except Exception as error:
            # A row that fails must not block the others; it is tried again later.
            name = type(error).__name__
            log.warning("outbox row failed", row=row_id, kind=kind, **describe_error(error))
            changes = {"last_error": name}
        else:
            changes = {"done_at": clock.now(), "payload": {}, "last_error": ""}
            done += 1
        with db.unit_of_work() as session:
            session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**changes))
    return done
