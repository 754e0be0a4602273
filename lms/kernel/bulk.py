"""Adding many rows of one table at once: COPY on PostgreSQL, one prepared INSERT on SQLite, no object for each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import func, insert, literal_column, select

from lms.kernel.batches import batched
from lms.kernel.db import Model, need_writer, session

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
            for chunk in _by_columns(rows, _for_copy):
                copy.write("\n".join(map("\t".join, chunk)) + "\n")
        return
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {name} ({names}) VALUES ({marks})"  # noqa: S608 - our own tables and columns
    for chunk in _by_columns(rows, _for_insert):
        connection.exec_driver_sql(statement, list(chunk))


def _for_copy(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    return "\\N" if value is None else str(_for_insert(value))


def _for_insert(value: Any) -> Any:
    # SQLite keeps days as text, as SQLAlchemy writes them.
    return value.isoformat() if isinstance(value, date) else value


def _by_columns(rows: Sequence[Sequence[Any]], write: Callable[[Any], Any]) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Gives rows in chunks, their values written column by column: most values stand in many rows of a column."""
    for batch in batched(rows, CHUNK):
        # A memory for each column: True and 1 are the same to it.
        yield zip(*(map(cache(write), column) for column in zip(*batch, strict=True)), strict=True)


def reserve_ids(table: type[Model], count: int) -> list[int]:
    """Reserves row numbers for rows that are written with their number, because other rows refer to them.

    On SQLite they stay free only until somebody else writes to the table, so they are used in this transaction.
    """
    need_writer()
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.__tablename__, "id")
        return list(session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))))
    session.flush()
    first = (session.scalar(select(func.max(literal_column("id"))).select_from(table)) or 0) + 1
    return list(range(first, first + count))


def add_mappings(table: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows given by column name, in this transaction; moments and documents are converted as usual.

    Slower than `add_rows`, faster than an object for each. A column that a row does not name takes its default.
    """
    for batch in batched(rows, CHUNK):
        session.execute(insert(table), batch, execution_options={"render_nulls": True})
