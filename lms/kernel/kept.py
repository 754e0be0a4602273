"""What a process keeps of each database: immutable versions, so that nothing read once is read again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from lms.kernel.db import db, writing

T = TypeVar("T")

KEPT = 1024
"""How many immutable things each process keeps, for each database."""


class Kept:
    """Immutable things of one database, the least used going first."""

    def __init__(self) -> None:
        self.things: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable) -> Any:
        """Returns a thing or nothing."""
        with self.lock:
            if key in self.things:
                self.things.move_to_end(key)
                return self.things[key]
        return None

    def put(self, key: Hashable, thing: Any) -> None:
        """Keeps a thing and lets the oldest go."""
        with self.lock:
            self.things[key] = thing
            while len(self.things) > KEPT:
                self.things.popitem(last=False)


_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def forget() -> None:
    """Forgets everything kept: for tests that empty a database and use it again."""
    _kept.clear()


def keep(key: tuple[Any, ...], load: Callable[[], T | None]) -> T | None:
    """Returns what is kept under a key, or loads it and keeps it.

    A transaction that writes may be undone and its numbers given to other rows, so what it reads is not kept.
    """
    kept = _kept.setdefault(db.engine, Kept())
    found: T | None = kept.get(key)
    if found is None:
        found = load()
        if found is not None and not writing.get():
            kept.put(key, found)
    return found
