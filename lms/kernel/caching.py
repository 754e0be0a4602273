"""The one cache: least-recently-used entries of this process, for one application or for one database.

Cache only what cannot change (versions of course content) or what may be some minutes old. Each process has its own,
so nothing here is seen by another. In debug mode nothing is cached: a changed template shows at the next request.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import cachetools
from flask import current_app
from sqlalchemy import Engine

from lms.kernel.db import db
from lms.kernel.transactions import is_writing

T = TypeVar("T")

DATABASE_ENTRIES = 1024
"""The number of entries cached for each database."""


class Cache:
    """A thread-safe cache of at most ``size`` entries, each for at most ``seconds`` where given."""

    def __init__(self, size: int, seconds: float | None = None) -> None:
        self._entries: cachetools.Cache[Hashable, Any]
        self._entries = cachetools.LRUCache(size) if seconds is None else cachetools.TTLCache(size, seconds)
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """Returns the cached value, or None."""
        with self._lock:
            return self._entries.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Caches a value."""
        with self._lock:
            self._entries[key] = value

    def get_or_load(self, key: Hashable, load: Callable[[], T]) -> T:
        """Returns the cached value, or loads and caches it; None is not cached. Two threads may load it at once."""
        found: T | None = self.get(key)
        if found is None:
            found = load()
            if found is not None:
                self.put(key, found)
        return found


def application_cache(name: str, size: int, seconds: float | None = None) -> Cache:
    """Returns the cache of this name of the current application, created when first used; in debug mode a new one."""
    if current_app.debug:
        return Cache(size, seconds)
    caches: dict[str, Cache] = current_app.extensions.setdefault("caches", {})
    return caches.get(name) or caches.setdefault(name, Cache(size, seconds))


database_caches: WeakKeyDictionary[Engine, Cache] = WeakKeyDictionary()


def cached(key: tuple[Hashable, ...], load: Callable[[], T]) -> T:
    """Returns what is cached under a key for this database, or loads and caches it; None is not cached.

    What is cached must be immutable, in the database too. A transaction that writes may be rolled back, its ids given
    to other rows: what it reads is not cached.
    """
    if current_app.debug:
        return load()
    cache = database_caches.get(db.engine) or database_caches.setdefault(db.engine, Cache(DATABASE_ENTRIES))
    if not is_writing():
        return cache.get_or_load(key, load)
    found: T | None = cache.get(key)
    return load() if found is None else found
