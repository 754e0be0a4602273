"""Copying and replacing an SQLite database by SQLite's own online backup, which never leaves half of either."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from lms.kernel.backup.archive import REVISION, Contents
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.transactions import prepare_engine

_WAIT_SECONDS = 20
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


class SqliteDatabase:
    """The SQLite file of an installation."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: Any = None

    def dump(self, to: Path) -> Contents:
        """Writes a whole copy of one moment, while others read and write; returns what is in it."""
        if not self._path.exists():
            raise Refusal(_("There is no database yet: %(file)s does not exist.", file=self._path))
        to.touch(mode=0o600)
        with closing(sqlite3.connect(to)) as copy:
            if self._own is not None:
                self._own.backup(copy)
            else:
                with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as source:
                    # Raises where it is locked for so long; the backup itself would wait for ever.
                    source.execute(TABLES).fetchall()
                    source.backup(copy)
            return check(copy)

    def read_contents(self) -> Contents:
        """Returns what is in the database; only within ``alone``."""
        return read_contents(self._own)

    def connection(self) -> sqlite3.Connection:
        """Returns the connection to the database; only within ``alone``."""
        own: sqlite3.Connection = self._own
        return own

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps all others away from the database, which is one file then; raises ``Refusal`` while any has it open."""
        if not self._path.exists():
            self._path.touch(mode=0o600)
        try:
            with closing(sqlite3.connect(self._path, timeout=1, isolation_level=None)) as self._own:
                _lock(self._own)
                yield
        finally:
            self._own = None
            if not self._path.stat().st_size:
                self._path.unlink()

    @contextmanager
    def replacement(self, dump: Path, expected: Contents) -> Iterator[Engine]:
        """Yields the database of a backup, to be changed; in the end it takes the place of the present one.

        SQLite does that in one transaction: whoever is killed meanwhile leaves the present one. Only within ``alone``.
        """
        with closing(sqlite3.connect(dump)) as staged:
            check(staged).require_equal(expected)
        engine = create_engine(f"sqlite:///{dump}", poolclass=NullPool, hide_parameters=True)
        prepare_engine(engine)
        yield engine
        engine.dispose()
        with closing(sqlite3.connect(dump)) as staged:
            check(staged)
            staged.backup(self._own)


def _lock(connection: sqlite3.Connection) -> None:
    """Makes a database one file and locks it until the connection is closed; raises ``Refusal``."""
    try:
        # Moves what is in the -wal file into the database and removes it and -shm, or finds that somebody else is here.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # Again, now for as long as the connection is open: somebody may have come between.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise Refusal(
            _("The database is in use. Stop the server, the worker and whatever else has it open, and try again.")
        ) from error


def check(connection: sqlite3.Connection) -> Contents:
    """Makes a copy one file and checks it whole; returns what is in it. Raises ``Refusal``."""
    connection.execute("PRAGMA journal_mode = DELETE")
    faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    if faults != ["ok"]:
        raise Refusal(_("The database is damaged: %(faults)s", faults="; ".join(faults)))
    return read_contents(connection)


def read_contents(connection: sqlite3.Connection) -> Contents:
    """Returns the schema of a database and how many rows each of its tables has."""

    def ask(statement: str) -> list[Any]:
        return [value for (value,) in connection.execute(statement)]

    rows = {name: ask(f'SELECT count(*) FROM "{name}"')[0] for name in ask(TABLES)}  # noqa: S608
    return Contents("".join(ask(REVISION)) if "alembic_version" in rows else "", rows)
