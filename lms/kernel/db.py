"""The database: one engine, one session for each request, one commit point, and the column types."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, scoped_session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import GenerativeSelect
from sqlalchemy.types import TypeDecorator

from lms.kernel.transactions import Kind, WriteNeeded, is_writing, transaction_kind

_BY_COLUMNS = "%(table_name)s_%(column_0_N_name)s"
NAMES = {kind: f"{kind}_{_BY_COLUMNS}" for kind in ("ix", "uq", "fk")} | {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables, which are named as their classes: the table of ``DutyStation`` is ``duty_station``.

    Constraint names are the same on every database.
    """

    metadata = MetaData(naming_convention=NAMES)


class SingleEngineSession(BoundSession):
    """A session of the one database, which does not look up the engine for each statement."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:  # noqa: ARG002
        """Returns the one engine, or the given connection."""
        if bind is not None:
            return bind
        found = self.info.get("engine")
        if found is None:
            found = self.info["engine"] = self._db.engine
        return found


db = SQLAlchemy(model_class=Base, session_options={"class_": SingleEngineSession})
session = cast("scoped_session[Session]", db.session)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite stores it without a time zone, which is added again when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Returns the time in UTC for storing; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a time zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Returns a stored time, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class utc_day(FunctionElement[date]):  # noqa: N801  # it is written like a function of SQL
    """The day of a stored moment in UTC, whatever zone the database server has."""

    type = Date()
    inherit_cache = True


@compiles(utc_day)
def _compile_utc_day(element: utc_day, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"date({moment})" if compiler.dialect.name == "sqlite" else f"CAST({moment} AT TIME ZONE 'UTC' AS DATE)"


# SQLite assigns ids only to a column declared exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
Document = JSON().with_variant(JSONB(), "postgresql")
"""A small structured value (lists of slugs, a frozen draw): JSON, binary on PostgreSQL."""

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
"""The id of a row, assigned by the database."""

Locking = TypeVar("Locking", bound=GenerativeSelect)

LARGEST_ID = 2**63 - 1
"""The largest id of a row. PostgreSQL raises an error for a larger one, so such an id is never queried."""
LARGEST_COUNT = 2**31 - 1
"""The largest value of an integer column, such as a version number."""

PAUSE_SECONDS = 0.1


def after_commit(function: Callable[[], None]) -> None:
    """Calls a function once the present transaction is committed, for example to wake the worker.

    One that is given twice is called once.
    """
    functions = session.info.setdefault("after_commit", [])
    if function not in functions:
        functions.append(function)


def before_commit(key: str, function: Callable[[], None]) -> None:
    """Calls a function once just before the commit, in the same transaction, for example to update counts.

    Of several functions with one key the last one is called. Functions added meanwhile are called afterwards.
    """
    session.info.setdefault("before_commit", {})[key] = function


def commit() -> None:
    """Calls the functions given to ``before_commit``, commits, and calls those of ``after_commit``: the only commit."""
    while functions := session.info.pop("before_commit", None):
        for function in functions.values():
            function()
    session.commit()
    for function in session.info.pop("after_commit", []):
        function()


def rollback() -> None:
    """Rolls the present transaction back."""
    session.info.pop("after_commit", None)
    session.info.pop("before_commit", None)
    session.rollback()


def read_rows(statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[*tuple[Any, ...]]:
    """Runs a statement about columns in this transaction, without the steps that only entities need.

    They take as long as a small statement itself, which matters where a page asks twenty.
    """
    session.flush()
    return session.connection().execute(statement, values or {})


def locked(statement: Locking, **options: Any) -> Locking:
    """Returns a statement that locks the rows it finds for this transaction, on PostgreSQL; SQLite has one writer.

    The lock is FOR NO KEY UPDATE: the stronger one would block foreign keys to these rows, and two transactions that
    insert such references and then lock the rows would deadlock. ``options`` are those of ``with_for_update``.
    A reader locks nothing (`lms/kernel/transactions.py`).
    """
    return statement.with_for_update(key_share=True, **options)


def lock_rows(model: Any, *ids: int) -> None:
    """Locks rows by id for this transaction, in the order of their ids: no two transactions wait for each other."""
    session.execute(locked(select(model.id).where(model.id.in_(sorted(ids))).order_by(model.id)))


def has_one_writer() -> bool:
    """Returns whether this transaction has kept out all other writers since it began: SQLite's, where it writes.

    What it has read is then current, and rows need no lock.
    """
    return is_writing() and session.get_bind().dialect.name == "sqlite"


def need_writer() -> None:
    """Raises ``WriteNeeded`` in a reader: for who is about to compute what will be written, which is else lost."""
    if transaction_kind.get() is Kind.READER:
        raise WriteNeeded


def needs_row_locks() -> bool:
    """Returns whether what this transaction reads stays as it is only where it locks the rows.

    A reader writes nothing that could contradict what others write meanwhile.
    """
    return transaction_kind.get() is not Kind.READER and not has_one_writer()


def lock_key(key: int) -> None:
    """Waits until no other transaction holds this key, and holds it until this one ends.

    PostgreSQL's advisory lock; on SQLite ``BEGIN IMMEDIATE`` has locked everything already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def let_others_write() -> None:
    """Pauses between two transactions of long work, on SQLite: who waits for its lock tries some times in the pause.

    Without it they would find the next transaction at work each time, and wait until all is done.
    """
    if db.engine.dialect.name == "sqlite":
        sleep(PAUSE_SECONDS)


@contextmanager
def transactions_of(kind: Kind) -> Iterator[None]:
    """Lets transactions that begin in a block be of a kind, and rolls back what is open at its end."""
    token = transaction_kind.set(kind)
    try:
        yield
    finally:
        rollback()
        transaction_kind.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Runs a block as a reader and ends its transaction. Raises ``RuntimeError`` where something in it writes."""
    with transactions_of(Kind.READER):
        try:
            yield
        except WriteNeeded as error:
            raise RuntimeError("a reader cannot write") from error


def begin_writing() -> None:
    """Ends the transaction in which a request has only read, and lets the rest of the request write.

    For what must not be done twice, such as reading a large file. Models are loaded again where
    they are used; whatever else was read before is checked again by whoever relies on it.
    """
    rollback()
    transaction_kind.set(Kind.WRITER)


@contextmanager
def unit_of_work(*, bulk: bool = False) -> Iterator["scoped_session[Session]"]:
    """Runs a block as one transaction of a command or a job: committed when it ends, rolled back when it raises.

    ``bulk`` is for work that writes most of the database.
    """
    rollback()
    with transactions_of(Kind.BULK_WRITER if bulk else Kind.WRITER):
        yield session
        commit()


@contextmanager
def on_other_database(bind: Engine | Connection) -> Iterator[None]:
    """Lets the session work on another database within a block: a backup that is checked before it is used.

    On a connection in a transaction, everything is a part of that transaction: units of work become savepoints.
    """
    session.remove()
    session.info["engine"] = bind
    session().join_transaction_mode = "create_savepoint"
    try:
        yield
    finally:
        session.remove()
