"""On PostgreSQL an account that does not own the tables is enough to serve, with the rights that the manual grants."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ProgrammingError

from lms.audit.models import AuditEntry
from lms.catalogue.api import PublishedCourse
from lms.compliance.api import rebuild
from lms.kernel.config import ROOT
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import sweep
from lms.people.models import Person
from tests.factories.application import make_settings, migrate, running_application
from tests.factories.attempts import keys
from tests.factories.people import make_small_organisation, sign_in
from tests.learning.conftest import complete_all, publish_in, start

MANUAL = ROOT / "docs" / "handbook" / "operate.md"


def statements(names: str) -> list[list[str]]:
    """Returns the SQL of the manual, block by block, for an owner and an account whose names begin otherwise."""
    _, _, chapter = MANUAL.read_text().partition("### An account that does not own the tables")
    blocks = re.findall(r"```sql\n(.*?)```", chapter.partition("\n### ")[0], re.DOTALL)
    return [[line.replace("every_sector", names) for line in block.split(";\n") if line] for block in blocks]


def execute(url: URL, lines: list[str]) -> None:
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for line in lines:
            connection.execute(text(line))
    engine.dispose()


@pytest.fixture
def served(postgresql_server: str, worker_id: str, tmp_path: Path) -> Iterator[Flask]:
    """An application whose account may change rows and nothing else, on tables that another account has made."""
    names = f"roles_{worker_id}"
    administrator = make_url(postgresql_server)
    drop = [f'DROP DATABASE IF EXISTS "{names}" WITH (FORCE)']
    drop += [f'DROP ROLE IF EXISTS "{names}_{role}"' for role in ("app", "owner")]
    execute(administrator, drop)
    accounts, grants = statements(names)
    execute(administrator, accounts)
    database = administrator.set(database=names)
    owner = database.set(username=f"{names}_owner", password="change-this")
    migrate(make_settings(tmp_path, owner.render_as_string(hide_password=False)))
    execute(owner, grants)
    account = database.set(username=f"{names}_app", password="change-this-too")
    with running_application(make_settings(tmp_path, account.render_as_string(hide_password=False))) as app:
        yield app
    execute(administrator, drop)


@pytest.fixture
def course(served: Flask, tmp_path: Path) -> PublishedCourse:
    make_small_organisation(served)
    return publish_in(served, tmp_path / "files")


def test_people_learn_and_the_worker_works(served: Flask, course: PublishedCourse) -> None:
    client = served.test_client()
    assert client.get("/readyz").json == {"status": "ready"}
    sign_in(client)
    module = course.modules[0]
    assert module.title in client.get(f"/courses/{course.slug}/{module.slug}").text
    complete_all(client, course)
    attempt = start(client, course)
    client.post(f"{attempt}/submit", data=keys(served, attempt))
    assert "You have passed" in client.get(f"{attempt}/result").text
    root = served.test_client()
    sign_in(root, "root@demo.example")
    assert root.get("/admin/audit").status_code == 200
    with served.app_context():
        sweep()
        with reading():
            assert session.scalar(select(func.count()).select_from(AuditEntry)) > 0
    for words in (["audit", "verify"], ["compliance", "verify"], ["compliance", "rebuild"], ["content", "publish"]):
        ended = served.test_cli_runner().invoke(args=words)
        assert "denied" not in ended.output + repr(ended.exception), words


def test_a_rebuild_needs_no_right_to_truncate(served: Flask, course: PublishedCourse) -> None:
    with served.app_context():
        rebuild()


def test_the_account_can_change_no_table_and_no_fact(served: Flask, course: PublishedCourse) -> None:
    forbidden = (
        "DROP TABLE person CASCADE",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "TRUNCATE audit_entry",
        "CREATE TABLE more (id INTEGER)",
        "SET session_replication_role = replica",
    )
    with served.app_context():
        for statement in forbidden:
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), unit_of_work():
                session.execute(text(statement))


def test_a_missing_right_is_said(served: Flask, course: PublishedCourse, postgresql_server: str) -> None:
    with served.app_context(), reading():
        url = make_url(postgresql_server).set(database=session.connection().engine.url.database)
        name = session.connection().engine.url.username
        assert session.query(Person).count() > 0
    execute(url, [f'REVOKE SELECT ON person FROM "{name}"'])
    answer = served.test_client().get("/readyz")
    assert (answer.status_code, answer.json["reason"]) == (503, "database_access_denied")
