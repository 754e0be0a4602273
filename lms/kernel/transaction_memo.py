"""Values loaded once in a transaction; dropped at its end and when a table they were loaded from is written."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from lms.kernel.db import Model, session

T = TypeVar("T")

_MEMO = "transaction_memo"


def load_once(key: Hashable, tables: tuple[type[Model], ...], load: Callable[[], T]) -> T:
    """Returns the value under a key, loading it the first time in this transaction.

    ``tables`` are those it is loaded from: objects of theirs that are written make it be loaded anew. Who writes them
    by statements calls ``clear_memo``.
    """
    session.flush()
    memo: dict[Hashable, tuple[tuple[type[Model], ...], T]] = session.info.setdefault(_MEMO, {})
    if key not in memo:
        memo[key] = (tables, load())
    return memo[key][1]


def clear_memo() -> None:
    """Clears all values of this transaction."""
    session.info.pop(_MEMO, None)


@event.listens_for(Session, "after_flush")
def _drop_written(written: Session, _context: Any) -> None:
    memo = written.info.get(_MEMO)
    if memo:
        objects = (*written.new, *written.dirty, *written.deleted)
        for key in [key for key, (tables, _value) in memo.items() if any(isinstance(o, tables) for o in objects)]:
            del memo[key]


@event.listens_for(Session, "after_commit")
def _clear_at_commit(committed: Session) -> None:
    # The event is sent for savepoints too; they do not end the transaction.
    if not committed.in_nested_transaction():
        committed.info.pop(_MEMO, None)


@event.listens_for(Session, "after_soft_rollback")
def _clear_at_rollback(rolled_back: Session, _transaction: Any) -> None:
    rolled_back.info.pop(_MEMO, None)
