"""The probe for load balancers and watchdogs: false while pages would fail, with a word that says why."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from lms.app import create_app
from lms.home.readiness import newest_migration
from lms.kernel.config import ROOT, Settings
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation
from tests.factories.application import create_database, make_settings, running_application
from tests.factories.people import make_small_organisation
from tests.factories.services import redis_server
from tests.waiting import reserved_port


def reason(client: FlaskClient) -> str:
    """Returns why it is not ready, and that whoever asks is told to ask again."""
    answer = client.get("/readyz")
    if answer.status_code == 200:
        assert answer.json == {"status": "ready"}
        return ""
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")
    assert set(answer.json) == {"status", "reason"}
    return str(answer.json["reason"])


def test_ready_with_the_newest_schema(client: FlaskClient) -> None:
    assert reason(client) == ""


def test_a_schema_of_another_version(app: Flask, client: FlaskClient) -> None:
    newest = newest_migration(ROOT / "migrations")
    with app.app_context(), unit_of_work():
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert reason(client) == "schema_not_newest"
    finally:
        with app.app_context(), unit_of_work():
            session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
    assert reason(client) == ""


def test_a_database_without_tables(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if backend == "postgresql":
        url = create_database(request.getfixturevalue("postgresql_server"), "every_sector_without_tables")
    with running_application(make_settings(tmp_path, url)) as app:
        client = app.test_client()
        assert reason(client) == "tables_missing"
        with app.app_context(), unit_of_work():
            session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            values = {"newest": newest_migration(ROOT / "migrations")}
            session.execute(text("INSERT INTO alembic_version VALUES (:newest)"), values)
        assert reason(client) == "tables_missing"


@pytest.mark.parametrize("damage", ["no database", "damaged"])
def test_a_malformed_database(sqlite_template: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "every_sector.db"
    shutil.copyfile(sqlite_template, path)
    content = path.read_bytes()
    # The first page keeps its head in the second case: the file opens, and what is in it cannot be read.
    path.write_bytes(b"x" * 4096 + content[4096:] if damage == "no database" else content[:100] + b"x" * 8000)
    with running_application(make_settings(tmp_path, f"sqlite:///{path}")) as app:
        assert reason(app.test_client()) == "database_malformed"


def test_a_zone_that_the_system_does_not_know(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    assert reason(client) == ""
    with app.app_context(), unit_of_work():
        session.execute(update(DutyStation).values(time_zone="Mars/Olympus"))
    assert reason(client) == "time_zone_unknown"


def test_a_database_that_is_away(tmp_path: Path) -> None:
    away = create_app(make_settings(tmp_path, "postgresql://nobody:s3cret@127.0.0.1:1/nothing")).test_client()
    assert reason(away) == "database_unavailable"


@pytest.mark.faults
def test_a_redis_that_is_away(settings: Settings, tmp_path: Path) -> None:
    with reserved_port() as port:
        changed = settings.model_copy(update={"rate_limits": True, "rate_limit_storage": f"redis://127.0.0.1:{port}/0"})
        with running_application(changed) as app:
            client = app.test_client()
            assert reason(client) == "redis_unavailable"
            with redis_server(port, tmp_path):
                assert reason(client) == ""
            assert reason(client) == "redis_unavailable"
