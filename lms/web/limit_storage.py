"""The counts of rate limits in a file of SQLite: one for all processes of a machine.

It is not the database, whose lock nobody who only types a password must take. Nothing in it is needed again after an
hour: a file that a power cut has damaged is replaced by an empty one.
"""

import os
import sqlite3
from pathlib import Path
from threading import local
from urllib.parse import unquote, urlsplit

from limits.storage import MovingWindowSupport, Storage

from lms.kernel import clock

_WAIT_SECONDS = 1.0
_TABLE = """
CREATE TABLE IF NOT EXISTS hit (key TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL);
CREATE INDEX IF NOT EXISTS hit_key ON hit (key, at);
CREATE INDEX IF NOT EXISTS hit_until ON hit (until);
"""


class FileStorage(Storage, MovingWindowSupport):
    """Counts hits within moving windows. Its address is ``sqlite:///`` and the path of the file."""

    STORAGE_SCHEME = ["sqlite"]  # noqa: RUF012 - as its base declares it

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._path = Path(unquote(urlsplit(uri).path))
        self._own = local()

    @property
    def base_exceptions(self) -> type[Exception]:
        """The errors that the storage may raise."""
        return sqlite3.Error

    def _connection(self) -> sqlite3.Connection:
        """Returns the connection of this thread; a process never uses those of the one that it was forked from."""
        if getattr(self._own, "process", None) != os.getpid():
            self._path.touch(mode=0o600)
            found = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
            # What a power cut takes is at most an hour of counting.
            found.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {_TABLE}")
            self._own.connection, self._own.process = found, os.getpid()
        connection: sqlite3.Connection = self._own.connection
        return connection

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts some hits, unless with them there would be more than ``limit`` in ``expiry`` seconds."""
        connection, now = self._connection(), clock.now().timestamp()
        connection.execute("BEGIN IMMEDIATE")
        # The connection as context ends the transaction.
        with connection:
            connection.execute("DELETE FROM hit WHERE until <= ?", (now,))
            fits = self._window(connection, key, now - expiry)[1] + amount <= limit
            if fits:
                connection.executemany("INSERT INTO hit VALUES (?, ?, ?)", [(key, now, now + expiry)] * amount)
        return fits

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002
        """Returns when the oldest hit of the last ``expiry`` seconds was (now if there is none), and how many."""
        now = clock.now().timestamp()
        began, count = self._window(self._connection(), key, now - expiry)
        return began or now, count

    @staticmethod
    def _window(connection: sqlite3.Connection, key: str, after: float) -> tuple[float | None, int]:
        row: tuple[float | None, int] = connection.execute(
            "SELECT min(at), count(*) FROM hit WHERE key = ? AND at > ?", (key, after)
        ).fetchone()
        return row

    def check(self) -> bool:
        """Returns whether the file can be used again after an error, looking at it anew; a damaged one is removed."""
        self._own.process = None
        try:
            self._connection().execute("SELECT count(*) FROM hit").fetchone()
        except (sqlite3.OperationalError, OSError):
            return False
        except sqlite3.DatabaseError:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            return False
        return True

    def reset(self) -> int | None:
        """Forgets everything."""
        return self._connection().execute("DELETE FROM hit").rowcount

    def clear(self, key: str) -> None:
        """Forgets the hits of a key."""
        self._connection().execute("DELETE FROM hit WHERE key = ?", (key,))

    def get(self, key: str) -> int:
        """Returns how many hits of a key are not yet forgotten."""
        return self._window(self._connection(), key, 0)[1]

    def get_expiry(self, key: str) -> float:  # noqa: ARG002
        """Returns now: only windows that begin anew at a time have one."""
        return clock.now().timestamp()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Is for other windows than moving ones."""
        raise NotImplementedError
