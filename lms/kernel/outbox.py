"""The transactional outbox: mails and jobs are rows, inserted with the work they belong to and processed by the worker.

A task queue alone loses the running task when it is killed, and its enqueue does not roll back with the work. So an
operation that wants a mail or a job inserts a row here; after the commit the worker is only woken, and a sweep each
minute processes what is left. A row is closed after success; handlers must be idempotent.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Index, Row, Select, String, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel import clock, db
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.error_reports import report_error
from lms.kernel.job_locks import alone
from lms.kernel.logs import describe_error

log = structlog.get_logger(__name__)

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
_quick: set[str] = set()
_around: list[Callable[[], AbstractContextManager[None]]] = []


class RetryLater(Exception):
    """Something outside is missing, such as a mail server; the row waits and the try does not count."""


class ServerAway(RetryLater):
    """The server that quick rows are sent to cannot be used now.

    All of them wait, none loses a try, and after a pause that grows to ``LONGEST_PAUSE`` one of them tries again.
    """


class Undeliverable(Exception):
    """A row can never be processed, whoever tries; it is closed with the reason, and nothing is sent."""


class NoLongerTrue(Exception):
    """What a row was to say has changed meanwhile; the row is closed and nothing is sent."""


MOST_TRIES = 12
"""The number of tries, over about a day and a half, after which a row waits for the administrator."""

AWAITED = ("mail", "reset", "new_device", "registration")
"""The kinds of mail that somebody waits for: they go before reminders and invitations."""

LONGEST_PAUSE = timedelta(minutes=5)
"""For how long nothing is sent after the server was found away, at most."""

OVERDUE_AFTER = timedelta(hours=1)
"""After how long a waiting mail is a problem."""


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
    """Registers the function that processes rows of one kind, outside of any transaction.

    Quick rows are mails: they never wait behind jobs that take minutes, and together for their server.
    """

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        if quick:
            _quick.add(kind)
        return function

    return register


def quick_kinds() -> frozenset[str]:
    """Returns the kinds of rows that are mails."""
    return frozenset(_quick)


def around_sweep(context: Callable[[], AbstractContextManager[None]]) -> Callable[[], AbstractContextManager[None]]:
    """Has each sweep run within a context, for what its rows share."""
    _around.append(context)
    return context


def put(kind: str, key: str | None, payload: dict[str, Any], *, not_before: datetime | None = None) -> None:
    """Adds a row in the present transaction, unless there is one with this key. It waits until ``not_before``.

    A key of None is that of no other row, which costs no query.
    """
    if key is None:
        key = f"{kind}:{secrets.token_hex(12)}"
    elif db.session.scalar(select(OutboxRow.id).where(OutboxRow.key == key)) is not None:
        return
    moment = clock.now()
    db.session.add(OutboxRow(kind=kind, key=key, payload=payload, recorded_at=moment, not_before=not_before or moment))
    # If waking the worker fails, its sweep finds the row within a minute.
    db.after_commit(_wake_quick if kind in _quick else _wake_other)


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that failed: when it was last tried, and when it is tried again; None where the administrator must act."""

    tried_at: datetime
    retry_at: datetime | None


def list_failures(keys: Iterable[str]) -> dict[str, Failure]:
    """Returns those of some rows that failed and are not done, by their keys. A query for each 500 of them."""
    rows = execute_in_batches(select(OutboxRow).where(OutboxRow.done_at.is_(None)), OutboxRow.key, keys)
    return {
        row.key: Failure(row.not_before - _pause_after(row.tries), row.not_before if row.tries < MOST_TRIES else None)
        for (row,) in rows
        if row.last_error
    }


def _pause_after(tries: int) -> timedelta:
    """Returns the pause between a try and the next."""
    return timedelta(minutes=min(2**tries, 360))


def list_known_keys(keys: Iterable[str]) -> set[str]:
    """Returns those of some keys for which there is or was a row. A query for each 500 of them."""
    return {row.key for row in execute_in_batches(select(OutboxRow.key), OutboxRow.key, keys)}


def _wake_quick() -> None:
    current_app.extensions["wake_worker"](quick=True)


def _wake_other() -> None:
    current_app.extensions["wake_worker"](quick=False)


def _claim(row_id: int) -> tuple[str, dict[str, Any], timedelta] | None:
    """Returns the kind and payload of a row that is due and the pause before its next try; None where it is not due."""
    with db.unit_of_work() as session:
        moment = clock.now()
        row = session.scalar(db.locked(select(OutboxRow).where(OutboxRow.id == row_id), skip_locked=True))
        if row is None or row.done_at is not None or row.not_before > moment:
            return None
        row.tries += 1
        # Where this process is killed, it is due again then.
        pause = _pause_after(row.tries)
        row.not_before = moment + pause
        return row.kind, row.payload, pause


def sweep(limit: int = 100, *, quick: bool | None = None) -> int:
    """Processes due rows, each in a transaction of its own, and returns how many succeeded.

    ``quick`` chooses the quick kinds or the others; None means both. Where more are due, the worker is woken again.
    """
    with db.reading():
        due = db.session.execute(_due(quick).limit(limit)).all()
        allowed = _mails_allowed()
    done = 0
    with ExitStack() as stack:
        for context in _around:
            stack.enter_context(context())
        for row_id, kind in due:
            if kind in _quick and (allowed <= 0 or _is_paused()):
                continue
            # A claim ends after minutes, and a job may take longer: while its process lives, no other runs it.
            with alone(f"outbox.{row_id}") as mine:
                claimed = _claim(row_id) if mine else None
                if claimed is None:
                    continue
                allowed -= kind in _quick
                done += _process(row_id, *claimed)
    if quick is not None and done and len(due) == limit:
        current_app.extensions["wake_worker"](quick=quick)
    return done


def _due(quick: bool | None) -> Select[int, str]:
    """Returns the statement of due rows: first the mails that somebody waits for, then by age."""
    statement = select(OutboxRow.id, OutboxRow.kind).where(
        OutboxRow.done_at.is_(None), OutboxRow.not_before <= clock.now(), OutboxRow.tries < MOST_TRIES
    )
    if quick is not None:
        statement = statement.where(OutboxRow.kind.in_(_quick) == quick)
    return statement.order_by(OutboxRow.kind.not_in(AWAITED), OutboxRow.id)


def _mails_allowed() -> int:
    """Returns how many mails may be sent now so that a minute has no more than the settings say."""
    most: int = current_app.config["MAIL_PER_MINUTE"]
    if not most:
        return db.LARGEST_COUNT
    sent = select(func.count(OutboxRow.id)).where(
        OutboxRow.done_at > clock.now() - timedelta(minutes=1), OutboxRow.kind.in_(_quick), OutboxRow.last_error == ""
    )
    return most - db.session.scalars(sent).one()


def _process(row_id: int, kind: str, payload: dict[str, Any], pause: timedelta) -> bool:
    """Has a claimed row processed and writes down how that ended; returns whether it succeeded."""
    closed: dict[str, Any] = {"done_at": clock.now(), "payload": {}}
    try:
        _handlers[kind](payload)
    except ServerAway as away:
        _pause()
        log.warning("mails wait for their server", row=row_id, error=type(away).__name__, code=_code_of(away))
        changes = {"last_error": type(away).__name__, "tries": OutboxRow.tries - 1, "not_before": clock.now()}
    except RetryLater as missing:
        changes = {"last_error": type(missing).__name__, "tries": OutboxRow.tries - 1}
    except NoLongerTrue as dropped:
        changes = closed | {"last_error": type(dropped).__name__}
    except Undeliverable as refused:
        log.warning("mail refused for good", row=row_id, error=type(refused).__name__, code=_code_of(refused))
        changes = closed | {"last_error": type(refused).__name__}
    except Exception as error:
        # A row that fails must not block the others; it is tried again later.
        log.warning("outbox row failed", row=row_id, kind=kind, **describe_error(error))
        report_error(error, outbox=kind)
        changes = {"last_error": type(error).__name__, "not_before": clock.now() + pause}
    else:
        if kind in _quick:
            current_app.extensions.pop("outbox_pause", None)
        changes = closed | {"done_at": clock.now(), "last_error": ""}
    with db.unit_of_work() as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**changes))
    return changes["last_error"] == ""


def _code_of(error: Exception) -> int:
    """Returns the three digits a server answered, 0 where it gave none. Its words often quote an address."""
    return int(getattr(error, "code", 0))


def _pause() -> None:
    """Lets quick rows wait: a minute, then twice as long each time. Each process remembers its own pause."""
    _until, last = current_app.extensions.get("outbox_pause", (None, timedelta(seconds=30)))
    pause = min(last * 2, LONGEST_PAUSE)
    current_app.extensions["outbox_pause"] = clock.now() + pause, pause


def _is_paused() -> bool:
    paused = current_app.extensions.get("outbox_pause")
    return paused is not None and clock.now() < paused[0]


def postpone(beginning: str, until: datetime) -> None:
    """Lets all rows wait whose key begins with a text, such as those for one address that does not answer."""
    waiting = (OutboxRow.key.startswith(beginning, autoescape=True), OutboxRow.done_at.is_(None))
    db.session.execute(update(OutboxRow).where(*waiting).values(not_before=until))


def discard_mails(addresses: Iterable[str]) -> None:
    """Empties the mails to some addresses that have not been sent, those given up too; they are never sent."""
    unwanted = {address.lower() for address in addresses}
    waiting = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail", OutboxRow.done_at.is_(None)))
    for row in waiting.all():
        if str(row.payload.get("to", "")).lower() in unwanted:
            row.payload, row.done_at = {}, clock.now()


def count_overdue_mails() -> Row[int, datetime | None]:
    """Counts mails that should have been sent an hour ago: ``num``, and ``since`` when the oldest waits."""
    long_ago = clock.now() - OVERDUE_AFTER
    waiting = (OutboxRow.done_at.is_(None), OutboxRow.tries < MOST_TRIES, OutboxRow.kind.in_(_quick))
    tried_or_due = or_(OutboxRow.last_error != "", OutboxRow.not_before < long_ago)
    since = func.min(OutboxRow.recorded_at, type_=UtcDateTime())
    return db.session.execute(
        select(func.count(OutboxRow.id).label("num"), since.label("since")).where(
            *waiting, OutboxRow.recorded_at < long_ago, tried_or_due
        )
    ).one()


def warn_of_overdue_mails() -> None:
    """Writes a warning into the log where mails have waited for an hour."""
    with db.reading():
        overdue = count_overdue_mails()
    if overdue.num:
        log.warning("mails have waited for over an hour", mails=overdue.num, since=overdue.since.isoformat())
