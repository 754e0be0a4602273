"""Adding many rows of one table at once: COPY on PostgreSQL, one prepared INSERT on SQLite, no object for each."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from lms.kernel.db import Model, session


def add_rows(table: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Adds rows of plain values (int, str, bool, date, None) in the order of the columns, in this transaction.

    Numbers of rows are given by the database. Moments and documents are not for this: their types convert.
    """
    if not rows:
        return
    session.flush()
    connection = session.connection()
    names = ", ".join(columns)
    name = table.__tablename__
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(
        f"INSERT INTO {name} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own tables and columns
        list(_plain(rows)),
    )


def _plain(rows: Iterable[Sequence[Any]]) -> Iterable[tuple[Any, ...]]:
    # SQLite keeps days as text, as SQLAlchemy writes them.
    for row in rows:
        yield tuple(value.isoformat() if isinstance(value, date) else value for value in row)
