"""How migrations run: on the application's own engine, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import JSON, BigInteger, Connection

from lms.kernel import db as database

database_ = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Writes the house's own column types by their names."""
    if kind == "type":
        if isinstance(item, database.UtcDateTime):
            return "database.UtcDateTime()"
        if isinstance(item, JSON):
            return "database.Document"
        if isinstance(item, BigInteger):
            return "database.BigId"
    return False


def configure(connection: Connection) -> None:
    """Tells Alembic what to compare and how."""
    context.configure(
        connection=connection,
        target_metadata=database_.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
    )


def run_online() -> None:
    """Runs on the live database as one transaction that has taken the write lock at its start."""
    token = database.transaction_kind.set(database.Kind.WRITER)
    try:
        given = context.config.attributes.get("connection")
        if given is not None:
            configure(given)
            with context.begin_transaction():
                context.run_migrations()
            return
        with database_.engine.connect() as connection:
            configure(connection)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        database.transaction_kind.reset(token)


run_online()
