"""Moving the database of this installation from SQLite to an empty PostgreSQL database, in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import JSON, Connection, Table, Text, bindparam, cast, create_engine, insert, select, text, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from lms.kernel.backup.archive import Contents
from lms.kernel.backup.operations import ALWAYS_THERE, the_database, upgrade
from lms.kernel.backup.postgresql import PostgresqlDatabase, read_contents
from lms.kernel.backup.sqlite import SqliteDatabase
from lms.kernel.config import current_settings
from lms.kernel.db import Model, db, on_other_database, session
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.instance_lock import lock_instance
from lms.kernel.setup import with_driver

BATCH_ROWS = 2000
_FOREIGN_KEYS = text(
    "SELECT conrelid::regclass::text AS in_table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS meaning "
    "FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def move_database(address: str, verify: Callable[[], bool], say: Callable[[str, int], None]) -> tuple[Contents, bool]:
    """Copies everything to an empty PostgreSQL database; returns what was copied, and whether ``verify`` said so.

    ``say`` is told each table and its number of rows. ``verify`` is called when the session sees the new database and
    nobody else does. The SQLite file is only read, and nobody else can use it meanwhile. Raises ``Refusal`` and
    database errors: then, and where the process is killed, the PostgreSQL database is what it was before.
    """
    source, target = the_database(), _target(address)
    if not isinstance(source, SqliteDatabase):
        raise Refusal(_("This installation uses PostgreSQL already."))
    with lock_instance(current_settings().instance, alone=True):
        session.remove()
        db.engine.dispose()
        with source.alone(), target.transaction() as new:
            contents = source.read_contents()
            _refuse_other_schema(contents)
            _refuse_data(read_contents(new))
            upgrade(new)
            engine = create_engine("sqlite://", creator=source.connection, poolclass=StaticPool, hide_parameters=True)
            with engine.connect() as old, _without_foreign_keys(new):
                for table in Model.metadata.sorted_tables:
                    _copy(old, new, table)
                    _continue_numbers(new, table)
                    say(table.name, contents.rows[table.name])
            if read_contents(new) != contents:
                raise Refusal(_("The copy does not have the rows that it should have. Nothing was changed."))
            with on_other_database(new):
                agrees = verify()
    return contents, agrees


def _target(address: str) -> PostgresqlDatabase:
    try:
        url = make_url(with_driver(address))
    except ArgumentError:
        url = None
    if url is None or url.drivername != "postgresql+psycopg":
        # The address may contain a password, so it is not repeated.
        raise Refusal(_("Write the address of a PostgreSQL database: postgresql://user:password@host/name"))
    return PostgresqlDatabase(url, current_settings().postgresql_programs)


def _refuse_other_schema(contents: Contents) -> None:
    head = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config()).get_current_head()
    if contents.revision != head:
        raise Refusal(
            _("The database is not of this version of the program. Migrate it before it is moved: flask db upgrade")
        )


def _refuse_data(contents: Contents) -> None:
    ours = {table.name for table in Model.metadata.sorted_tables} | {"alembic_version"}
    rows = sum(number for table, number in contents.rows.items() if table not in ALWAYS_THERE)
    if rows or contents.rows.keys() - ours:
        raise Refusal(_("The PostgreSQL database is not empty. Nothing was changed. Name an empty one."))


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Drops the foreign keys and adds them in the end, which checks all rows: some tables refer to one another."""
    keys = connection.execute(_FOREIGN_KEYS).all()
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.in_table} DROP CONSTRAINT {key.name}")
    yield
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.in_table} ADD CONSTRAINT {key.name} {key.meaning}")


def _copy(old: Connection, new: Connection, table: Table) -> None:
    """Copies the rows of a table in batches; documents as their text, because None may be NULL or JSON's null."""
    if table.name in ALWAYS_THERE:
        new.execute(table.delete())
    documents = {column.name for column in table.columns if isinstance(column.type, JSON)}
    read = [
        (type_coerce(column, Text) if column.name in documents else column).label(f"value_{column.name}")
        for column in table.columns
    ]
    values = {
        column.name: cast(bindparam(f"value_{column.name}", type_=Text), JSONB)
        if column.name in documents
        else bindparam(f"value_{column.name}", type_=column.type)
        for column in table.columns
    }
    rows = old.execution_options(yield_per=BATCH_ROWS).execute(select(*read))
    for batch in rows.mappings().partitions():
        new.execute(insert(table).values(values), [dict(row) for row in batch])


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Lets the numbers of new rows begin after the last one that was copied."""
    for column in table.primary_key.columns:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": f'"{table.name}"', "column": column.name}
        )
        if sequence:
            connection.execute(
                text(f'SELECT setval(:sequence, max("{column.name}")) FROM "{table.name}" HAVING count(*) > 0'),  # noqa: S608
                {"sequence": sequence},
            )
