"""The database: one engine, one session for each request, one commit point, and the column types of the house."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, scoped_session
from sqlalchemy.sql.selectable import GenerativeSelect
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every table inherits: constraint names that are the same on every database."""

    metadata = MetaData(naming_convention=NAMES)


class SingleEngineSession(BoundSession):
    """A session of the house's one database: which engine a statement needs is not looked up for each of them."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Any:  # noqa: ARG002
        """Returns the one engine, or the connection that is named."""
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
    """An aware moment in UTC. SQLite keeps it without a zone, so the zone is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive moments and stores the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Returns moments as aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives automatic row numbers only to a column declared exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
Document = JSON().with_variant(JSONB(), "postgresql")
"""A small structured value (lists of slugs, a frozen draw): JSON, binary on PostgreSQL."""

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
"""The number of a row, given by the database."""

Locking = TypeVar("Locking", bound=GenerativeSelect)

LARGEST_ID = 2**63 - 1
"""The largest number of a row: PostgreSQL fails when it is asked for a larger one, so asking is asking for nothing."""
LARGEST_COUNT = 2**31 - 1
"""The largest number in a column that counts, such as the versions of something."""

writing: ContextVar[bool] = ContextVar("writing", default=False)
"""Whether the work under way means to write: SQLite then takes its lock at the start, not half-way."""

_bulk: ContextVar[bool] = ContextVar("bulk", default=False)
"""Whether the work under way writes most of the database: SQLite then keeps more pages, and writes each less often."""
_USUAL_CACHE_KIB, _BULK_CACHE_KIB = 2_000, 64_000


def prepare_engine(engine: Engine) -> None:
    """Sets SQLite up for many readers, one writer and commits that survive a power cut.

    pysqlite would open transactions by itself and late; it is told not to, and ``BEGIN`` is said here.
    With late locks, read-then-write transactions that run at once fail as "locked" instead of waiting.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 20000")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        cache_kib = _BULK_CACHE_KIB if _bulk.get() else _USUAL_CACHE_KIB
        if connection.info.get("cache_kib", _USUAL_CACHE_KIB) != cache_kib:
            connection.exec_driver_sql(f"PRAGMA cache_size = -{cache_kib}")
            connection.info["cache_kib"] = cache_kib
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


def after_commit(act: Callable[[], None]) -> None:
    """Remembers something to do once the work under way is safely stored, such as waking the worker."""
    session.info.setdefault("after_commit", []).append(act)


def before_commit(key: str, act: Callable[[], None]) -> None:
    """Remembers something to do once, just before the work under way is stored and within it, such as adding up.

    Of several acts with one key the last is kept. What an act remembers in its turn is done after it.
    """
    session.info.setdefault("before_commit", {})[key] = act


def run_pre_commit_hooks() -> None:
    """Does what was to be done before the commit; called by `commit`, and where its outcome is needed earlier."""
    while acts := session.info.pop("before_commit", None):
        for act in acts.values():
            act()


def commit() -> None:
    """Stores the work under way and then does what was to be done after it: the only commit of the house."""
    run_pre_commit_hooks()
    session.commit()
    for act in session.info.pop("after_commit", []):
        act()


def rollback() -> None:
    """Forgets the work under way."""
    session.info.pop("after_commit", None)
    session.info.pop("before_commit", None)
    session.rollback()


def locked(statement: Locking, **how: Any) -> Locking:
    """Returns a statement that holds the rows it finds for this transaction; PostgreSQL's, SQLite has one writer.

    Not by the stronger lock, which keeps out whoever adds a row that points at one of them: two who have added such
    rows and then hold what these point at would wait for each other. `how` is what SQLAlchemy's lock takes.
    """
    return statement.with_for_update(key_share=True, **how)


def lock_key(key: int) -> None:
    """Waits until no other transaction holds this key, and holds it until this one ends.

    PostgreSQL's advisory lock; on SQLite ``BEGIN IMMEDIATE`` has locked everything already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


@contextmanager
def reading() -> Iterator[None]:
    """Runs a block as a reader and leaves nothing open behind it."""
    token = writing.set(False)
    try:
        yield
    finally:
        rollback()
        writing.reset(token)


@contextmanager
def unit_of_work(*, bulk: bool = False) -> Iterator["scoped_session[Session]"]:
    """Runs a block as one transaction of a command or a job: stored whole when it ends, forgotten when it raises.

    `bulk` says that the work it belongs to writes most of the database.
    """
    rollback()
    token, size = writing.set(True), _bulk.set(bulk)
    try:
        yield session
        commit()
    except BaseException:
        rollback()
        raise
    finally:
        writing.reset(token)
        _bulk.reset(size)
