"""How transactions begin on each database: a reader keeps nobody from writing, and a writer is one from the start."""

import re
import sqlite3
from contextvars import ContextVar
from enum import Enum
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, event


class Kind(Enum):
    """What a transaction may do: a reader's statements that would write raise ``WriteNeeded``.

    SQLite takes its lock when a writer begins, not half-way. A bulk writer writes most of the database: SQLite then
    caches more pages, and writes each less often. Outside of requests, jobs and commands nothing is said.
    """

    UNSAID = "unsaid"
    READER = "reader"
    WRITER = "writer"
    BULK_WRITER = "bulk writer"


transaction_kind: ContextVar[Kind] = ContextVar("transaction_kind", default=Kind.UNSAID)
"""The kind of the present transaction and of those that follow."""

LONGEST_WAIT_SECONDS = 20
_TRY_MILLISECONDS = 128
"""SQLite tries every 25 ms at the latest for so long, then ever less often; so a wait begins anew after that."""
_USUAL_CACHE_KIB, _BULK_CACHE_KIB = 2_000, 64_000
_is_write = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|ALTER|DROP|TRUNCATE)\b", re.IGNORECASE).match
_ROW_LOCK = re.compile(r"\sFOR (NO KEY )?UPDATE\b[^()']*\Z")


class WriteNeeded(BaseException):
    """A reader has come to something that writes; not an ``Exception``, so that nothing on the way handles it."""


def is_writing() -> bool:
    """Returns whether the present transaction began as a writer."""
    return transaction_kind.get() in (Kind.WRITER, Kind.BULK_WRITER)


def prepare_engine(engine: Engine) -> None:
    """Lets readers only read, and sets SQLite up for many of them, one writer and commits that survive a power cut."""
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql)(engine)

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _refuse_to_write(
        _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        if transaction_kind.get() is Kind.READER:
            if _is_write(statement):
                raise WriteNeeded
            # A reader locks no rows: it may find out that there is nothing to write. Searching each statement to its
            # end would take a tenth of the time of a small one.
            if " UPDATE" in statement:
                statement = _ROW_LOCK.sub("", statement)
        return statement, values


def _prepare_postgresql(engine: Engine) -> None:
    """Lets PostgreSQL too refuse what readers would write.

    Psycopg sends BEGIN READ ONLY together with the first statement: no round trip more.
    """

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        read_only = True if transaction_kind.get() is Kind.READER else None
        if driver.read_only is not read_only:
            driver.read_only = read_only


def _prepare_sqlite(engine: Engine) -> None:
    """Sets up each connection, and issues ``BEGIN`` here, because pysqlite would start transactions late.

    Transactions that read and then write at the same time would then fail as "locked" instead of waiting.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        cache_kib = _BULK_CACHE_KIB if transaction_kind.get() is Kind.BULK_WRITER else _USUAL_CACHE_KIB
        if connection.info.get("cache_kib", _USUAL_CACHE_KIB) != cache_kib:
            connection.exec_driver_sql(f"PRAGMA cache_size = -{cache_kib}")
            connection.info["cache_kib"] = cache_kib
        if is_writing():
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Takes SQLite's lock. Waiting, it tries often: whoever tries each tenth of a second finds no pause of long work.

    Raises ``OperationalError`` where the lock is not free for so long that something is wrong.
    """
    driver: Any = connection.connection.driver_connection
    ends = monotonic() + LONGEST_WAIT_SECONDS
    driver.execute(f"PRAGMA busy_timeout = {_TRY_MILLISECONDS}")
    try:
        while monotonic() < ends:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            else:
                return
        # Once more, so that what is wrong is raised as every other error of the database.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT_SECONDS * 1000}")
