"""What many tests begin with is recorded once in each worker process, and its rows are copied for the next test."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from lms.kernel import clock, db as database
from tests.factories.application import filled_tables, may_skip_guards

ALWAYS_THERE = frozenset({'"projection_state"'})
"""Tables with a row in an empty database, on SQLite."""

_known: dict[tuple[str, str, date | datetime], dict[str, Any]] = {}
"""What was recorded, on a database system and at a time: the rows of each table, and the last numbers given."""


def remembered(app: Flask, name: str, record: Callable[[], None]) -> None:
    """Records something in an empty database, or copies the rows of the last time; nothing else may come of it.

    They are those of the same time, where the clock stands still, and of the same day otherwise.
    """
    with app.app_context():
        token = database.transaction_kind.set(database.Kind.WRITER)
        try:
            with database.db.engine.begin() as connection:
                alone = set(filled_tables(connection)) <= ALWAYS_THERE and may_skip_guards(connection)
                key = (connection.dialect.name, name, _moment())
                if alone and key in _known:
                    _write(connection, _known[key])
                    return
        finally:
            database.transaction_kind.reset(token)
    record()
    if alone:
        with app.app_context(), database.db.engine.begin() as connection:
            _known[key] = _read(connection)


def _moment() -> date | datetime:
    now = clock.now()
    return now if isinstance(clock._clock.get(), clock.FixedClock) else now.date()


def _read(connection: Connection) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for table in filled_tables(connection):
        if connection.dialect.name == "sqlite":
            rows[table] = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
        else:
            with _cursor(connection) as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copied:
                rows[table] = b"".join(copied)
    if connection.dialect.name != "sqlite":
        asked = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        rows["numbers"] = [tuple(row) for row in connection.execute(text(asked))]
    return rows


def _write(connection: Connection, rows: dict[str, Any]) -> None:
    for table in ALWAYS_THERE:
        connection.exec_driver_sql(f"DELETE FROM {table}")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table, found in rows.items():
            places = ", ".join("?" * len(found[0]))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", [tuple(row) for row in found])
        return
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for table, found in rows.items():
        if table != "numbers":
            with _cursor(connection) as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copied:
                copied.write(found)
    set_numbers = "SELECT setval(name::regclass, last) FROM unnest(%s::text[], %s::bigint[]) AS numbers (name, last)"
    names, last = zip(*rows["numbers"], strict=True)
    connection.exec_driver_sql(set_numbers, (list(names), list(last)))


def _cursor(connection: Connection) -> Any:
    """Returns a cursor of psycopg itself, which copies."""
    own: Any = connection.connection.driver_connection
    return own.cursor()
