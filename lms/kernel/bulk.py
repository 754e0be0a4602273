"""Adding many rows of one table at once: COPY on PostgreSQL, one prepared INSERT on SQLite, no object for each."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, insert, literal_column, select

from lms.kernel.batches import batched
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
            for chunk in _by_columns(rows, _Copied):
                copy.write("\n".join(map("\t".join, chunk)) + "\n")
        return
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {name} ({names}) VALUES ({marks})"  # noqa: S608 - our own tables and columns
    for chunk in _by_columns(rows, _Plain):
        connection.exec_driver_sql(statement, list(chunk))


class _Copied(dict[Any, str]):
    """Values as COPY reads them; each is written once and found again from then on."""

    def __missing__(self, value: Any) -> str:
        """Writes a value that was not met before."""
        if value is None:
            text = "\\N"
        elif isinstance(value, str):
            text = value.translate(_ESCAPED)
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
        self[value] = text
        return text


class _Plain(dict[Any, Any]):
    """Values as SQLite keeps them: days are text, as SQLAlchemy writes them."""

    def __missing__(self, value: Any) -> Any:
        """Writes a value that was not met before."""
        plain = value.isoformat() if isinstance(value, date) else value
        self[value] = plain
        return plain


def _by_columns(
    rows: Sequence[Sequence[Any]], words: type[_Copied] | type[_Plain]
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Gives rows in chunks, their values written column by column: most values occur in many rows of a column."""
    for batch in batched(rows, CHUNK):
        columns = zip(*batch, strict=True)
        # A memory for each column: True and 1 are the same to a dictionary.
        yield zip(*(map(words().__getitem__, column) for column in columns), strict=True)


def reserve_ids(table: type[Model], count: int) -> list[int]:
    """Reserves row numbers for rows that are written with their number, because other rows refer to them.

    On SQLite they stay free only until somebody else writes to the table, so they are used in this transaction.
    """
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
