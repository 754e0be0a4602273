"""Adding many rows of one table at once: COPY on PostgreSQL, one prepared INSERT on SQLite, no object for each."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from lms.kernel.db import Model, session

CHUNK = 5000
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


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
            for start in range(0, len(rows), CHUNK):
                lines = ("\t".join(map(_copied, row)) for row in rows[start : start + CHUNK])
                copy.write("\n".join(lines) + "\n")
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(
        f"INSERT INTO {name} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own tables and columns
        list(_plain(rows)),
    )


def _copied(value: Any) -> str:
    """Writes a value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED) if not value.isalnum() else value
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(rows: Iterable[Sequence[Any]]) -> Iterable[tuple[Any, ...]]:
    # SQLite keeps days as text, as SQLAlchemy writes them.
    for row in rows:
        yield tuple(value.isoformat() if isinstance(value, date) else value for value in row)
