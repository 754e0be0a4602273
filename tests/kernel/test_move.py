"""The move from SQLite to PostgreSQL: everything or nothing, and afterwards all is as it was."""

import json
import lzma
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, text

from lms.kernel.config import ROOT, Settings
from lms.kernel.db import Model, db, session, unit_of_work
from lms.kernel.instance_lock import lock_instance
from lms.people.models import Person
from tests.factories.application import close_connections, create_database, make_settings, running_application
from tests.factories.people import person, sign_in
from tests.waiting import process_group, wait_until

SOURCE = ROOT / "tests" / "upgrades" / "0.1.0" / "sqlite.db.xz"
"""Some people of the demonstration."""


def run(app: Flask, *words: str, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=[*words])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "lms.db").write_bytes(lzma.decompress(SOURCE.read_bytes()))
    return make_settings(tmp_path, f"sqlite:///{tmp_path / 'lms.db'}")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with running_application(settings) as application:
        run(application, "db", "upgrade")
        close_connections(application)
        yield application


@pytest.fixture
def target(postgresql_server: str, worker_id: str) -> str:
    return create_database(postgresql_server, f"moved_{worker_id}")


def reports(app: Flask) -> list[object]:
    words = ("compliance", "report", "--json", "--as-of", "2026-10-31", "--organisation")
    return [json.loads(run(app, *words, slug)) for slug in ("rivers-relief", "lantern-aid", "common-well")]


def tables(address: str) -> list[str]:
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1))
    found = inspect(engine).get_table_names()
    engine.dispose()
    return found


def test_everything_is_there_afterwards(app: Flask, target: str, tmp_path: Path) -> None:
    before = reports(app)
    said = run(app, "database", "move", target)
    assert "  award: " in said and "The chain is intact" in said and "No differences." in said
    assert "not empty" in run(app, "database", "move", target, status=1)
    assert reports(app) == before
    with running_application(make_settings(tmp_path, target)) as moved:
        assert reports(moved) == before
        client = moved.test_client()
        sign_in(client, "hana@demo.example")
        assert client.get("/compliance").status_code == 200
        with moved.app_context(), unit_of_work():
            known = {number for (number,) in session.query(Person.id)}
            assert person("Somebody New").id == max(known) + 1
        with moved.app_context(), db.engine.connect() as connection:
            for table in Model.metadata.sorted_tables:
                for column in table.primary_key.columns:
                    words = {"table": f'"{table.name}"', "column": column.name}
                    sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), words)
                    if sequence:
                        last = connection.scalar(text(f"SELECT coalesce(max({column.name}), 0) FROM {table.name}"))
                        assert connection.scalar(text("SELECT nextval(:name)"), {"name": sequence}) == last + 1


def test_what_cannot_be_moved_is_refused_with_a_sentence(app: Flask, settings: Settings, target: str) -> None:
    assert "Write the address" in run(app, "database", "move", "sqlite:///other.db", status=1)
    secret = run(app, "database", "move", "mysql://root:secret@host/name", status=1)
    assert "Write the address" in secret and "secret" not in secret
    with lock_instance(settings.instance):
        assert "is running" in run(app, "database", "move", target, status=1)
    with app.app_context():
        flask_migrate.downgrade(revision="-1")
    assert "flask db upgrade" in run(app, "database", "move", target, status=1)
    assert tables(target) == []
    with running_application(make_settings(settings.instance, target)) as other:
        run(other, "db", "upgrade")
        assert "already" in run(other, "database", "move", target, status=1)


STOPS = """
import sys, time
from pathlib import Path
from lms.app import create_app
from lms.kernel.backup.move import move_database

def say(table, rows):
    if table == "award":
        Path(sys.argv[2]).touch()
        time.sleep(3600)

with create_app().app_context():
    move_database(sys.argv[1], lambda: True, say)
"""


@pytest.mark.faults
def test_a_move_that_is_killed_leaves_an_empty_database(
    app: Flask, settings: Settings, target: str, tmp_path: Path
) -> None:
    reached = tmp_path / "reached"
    environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-c", STOPS, target, str(reached)]
    with process_group(command, cwd=ROOT, env=os.environ | environment) as process:
        wait_until(lambda: reached.exists() or process.poll() is not None, "awards are copied")
        assert process.poll() is None
        process.kill()
        process.wait()
    wait_until(lambda: tables(target) == [], "PostgreSQL has noticed")
    assert "Moved" in run(app, "database", "move", target)
