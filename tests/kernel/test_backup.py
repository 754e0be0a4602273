"""Backups: made while others write, restored elsewhere with all that was acknowledged, refused where they do harm."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from lms.audit import jobs
from lms.compliance.api import rebuild
from lms.kernel import clock, db as database
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.instance_lock import lock_instance
from lms.kernel.setup import stored_secret_key
from lms.people.models import Organisation, Person
from tests.audit.tampering import drop_triggers
from tests.factories.application import (
    create_database,
    disconnect,
    make_settings,
    postgresql_programs,
    running_application,
)
from tests.factories.compliance import a_course, earned, required_course
from tests.factories.people import make_small_organisation, organisation, person


def run(app: Flask, *words: str | Path, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=[*map(str, words)])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def settings(database_url: str, instance: Path) -> Settings:
    # Made again: the folder is emptied between tests that use the same application.
    stored_secret_key(instance)
    return make_settings(instance, database_url, secret_key="", postgresql_programs=postgresql_programs(database_url))


@pytest.fixture
def filled(app: Flask) -> Flask:
    """The small organisation, which requires a course that Amina has an award of; its trail is linked."""
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            amina = session.query(Person).filter_by(name="Amina Yusuf").one()
            course = a_course()
            required_course(None, course)
            earned(amina, course, clock.today())
            person('أمينة "\\." O\'Neill\t')
        rebuild()
        jobs.link_entries(everything=True)
    return app


@pytest.fixture
def elsewhere(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Another installation, without even a schema."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    url = f"sqlite:///{folder / 'other.db'}"
    if backend == "postgresql":
        worker = request.getfixturevalue("worker_id")
        url = create_database(request.getfixturevalue("postgresql_server"), f"elsewhere_{worker}")
    new = make_settings(folder, url, secret_key="", postgresql_programs=postgresql_programs(url))
    with running_application(new) as application:
        yield application


def backed_up(app: Flask, folder: Path) -> Path:
    run(app, "backup", folder)
    (path,) = folder.glob("every-sector-*.zip")
    return path


def organisations(app: Flask) -> set[str]:
    with app.app_context(), reading():
        return {each.slug for each in session.query(Organisation)}


def test_a_backup_made_while_others_write_can_be_restored(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    """The drill: everything acknowledged before the backup is there, and nothing of half a transaction."""
    written: list[str] = []
    some, over = Event(), Event()

    def write() -> None:
        with filled.app_context():
            while not over.is_set():
                with unit_of_work():
                    organisation(f"first-{len(written)}")
                    organisation(f"second-{len(written)}")
                written.append(str(len(written)))
                if len(written) == 5:
                    some.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        some.wait()
        acknowledged = list(written)
        said = run(filled, "backup", tmp_path / "backup.zip")
        over.set()
        writing.result()
    assert "Checked: " in said
    assert "schema " in said
    head = run(filled, "audit", "head").strip()
    said = run(elsewhere, "restore", tmp_path / "backup.zip")
    assert "The chain is intact up to" in said
    assert "No differences." in said
    found = organisations(elsewhere)
    assert {f"first-{number}" for number in acknowledged} <= found
    assert {each.removeprefix("first-") for each in found if each.startswith("first-")} == {
        each.removeprefix("second-") for each in found if each.startswith("second-")
    }
    run(elsewhere, "audit", "verify", "--expect", head)
    with elsewhere.app_context(), reading():
        assert session.execute(text("SELECT count(*) FROM award")).scalar_one() == 1
        names = {each.name for each in session.query(Person)}
        actions = session.execute(text("SELECT action FROM audit_entry ORDER BY id DESC")).scalars().first()
    assert actions == "installation.restore"
    with filled.app_context(), reading():
        assert names == {each.name for each in session.query(Person)}


def test_a_restored_installation_goes_on(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    """New rows get numbers of their own, and what is never changed stays guarded."""
    run(elsewhere, "restore", backed_up(filled, tmp_path))
    with elsewhere.app_context():
        with unit_of_work():
            person("Somebody New")
        with pytest.raises(Exception, match="audit_entry"), unit_of_work():
            session.execute(text("UPDATE audit_entry SET reason = 'x'"))
        flask_migrate.upgrade()


def test_the_file_is_private_and_brings_the_secret_key(
    filled: Flask, elsewhere: Flask, instance: Path, tmp_path: Path
) -> None:
    path = backed_up(filled, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert archive.read("secret_key") == (instance / "secret_key").read_bytes()
        about = json.loads(archive.read("backup.json"))
    assert about["contents"]["rows"]["person"] == 6
    run(elsewhere, "restore", path)
    restored = tmp_path / "elsewhere" / "secret_key"
    assert restored.read_bytes() == (instance / "secret_key").read_bytes()
    assert restored.stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten_and_nothing_is_left_where_it_fails(filled: Flask, tmp_path: Path) -> None:
    path = tmp_path / "mine.zip"
    path.write_text("mine")
    assert "exists already" in run(filled, "backup", path, status=1)
    assert path.read_text() == "mine"
    assert "There is no folder" in run(filled, "backup", tmp_path / "none" / "x.zip", status=1)
    assert [*tmp_path.iterdir()] == [path]


def test_data_are_replaced_only_where_told_and_backed_up_first(filled: Flask, instance: Path, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path)
    with filled.app_context(), unit_of_work():
        organisation("later")
    disconnect(filled)
    assert "--replace" in run(filled, "restore", path, status=1)
    assert "later" in organisations(filled)
    disconnect(filled)
    run(filled, "restore", "--replace", path)
    assert "later" not in organisations(filled)
    disconnect(filled)
    (before,) = instance.glob("before-restore-*.zip")
    run(filled, "restore", "--replace", before.rename(tmp_path / "before.zip"))
    assert "later" in organisations(filled)


def test_a_restore_waits_for_the_server_to_stop(filled: Flask, instance: Path, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path)
    disconnect(filled)
    with lock_instance(instance):
        assert "is running" in run(filled, "restore", "--replace", path, status=1)
    with lock_instance(instance, alone=True):
        assert "is being restored" in run(filled, "serve", status=1)
        assert "is being restored" in run(filled, "worker", "run", status=1)


def test_a_restore_refuses_while_another_program_has_the_database_open(
    filled: Flask, settings: Settings, tmp_path: Path
) -> None:
    path = backed_up(filled, tmp_path)
    disconnect(filled)
    other = create_engine(settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with other.connect() as connection:
        connection.execute(text("SELECT count(*) FROM person"))
        assert "is in use" in run(filled, "restore", "--replace", path, status=1)
    other.dispose()
    assert organisations(filled) == {"rivers-relief"}
    disconnect(filled)
    run(filled, "restore", "--replace", path)


def rewritten(path: Path, **changes: object) -> Path:
    """Returns a copy of a backup that says something else of itself."""
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, json.dumps(json.loads(content) | changes) if name == "backup.json" else content)
    return changed


def test_a_backup_that_does_not_fit_changes_nothing(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path)
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("backup.json"))
    rows, revision = about["contents"]["rows"], about["contents"]["revision"]
    newer = run(elsewhere, "restore", rewritten(path, contents={"revision": "9999", "rows": rows}), status=1)
    assert "Update the program first" in newer
    assert "This is a backup of mysql" in run(elsewhere, "restore", rewritten(path, database="mysql"), status=1)
    fewer = rewritten(path, contents={"revision": revision, "rows": rows | {"person": 5}})
    assert "does not have the rows" in run(elsewhere, "restore", fewer, status=1)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(path.read_bytes()[:-100])
    assert "damaged" in run(elsewhere, "restore", cut, status=1)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    cut.write_bytes(damaged)
    assert "damaged" in run(elsewhere, "restore", cut, status=1)
    disconnect(elsewhere)
    run(elsewhere, "restore", path)


def test_an_older_backup_is_migrated(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    with filled.app_context():
        flask_migrate.downgrade(revision="-1")
    path = backed_up(filled, tmp_path)
    with filled.app_context():
        flask_migrate.upgrade()
    assert "No differences." in run(elsewhere, "restore", path)
    with elsewhere.app_context():
        now = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    with filled.app_context(), reading():
        assert now == session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def test_data_that_disagree_are_restored_and_said(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    with filled.app_context(), unit_of_work():
        drop_triggers()
        session.execute(text("UPDATE audit_entry SET account_id = 66 WHERE id = 2"))
        session.execute(text("DELETE FROM status_interval"))
    said = run(elsewhere, "restore", backed_up(filled, tmp_path), status=1)
    assert "The chain has 1 fault:" in said
    assert "flask compliance rebuild" in said
    assert organisations(elsewhere) == {"rivers-relief"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_an_earlier_database_left_in_the_wal_file_is_not_replayed(
    filled: Flask, settings: Settings, tmp_path: Path
) -> None:
    """A server that was killed leaves its last changes beside the database. They are in the backup made before."""
    path = backed_up(filled, tmp_path)
    disconnect(filled)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    wal, shm = (file.with_name(f"{file.name}-{end}") for end in ("wal", "shm"))
    with closing(sqlite3.connect(file)) as killed:
        killed.execute("PRAGMA journal_mode = WAL")
        killed.execute("UPDATE organisation SET slug = 'late'")
        killed.commit()
        files = {each: each.read_bytes() for each in (file, wal, shm)}
    for each, content in files.items():
        each.write_bytes(content)
    run(filled, "restore", "--replace", path)
    assert not wal.exists()
    assert not shm.exists()
    assert organisations(filled) == {"rivers-relief"}
    disconnect(filled)
    (before,) = settings.instance.glob("before-restore-*.zip")
    run(filled, "restore", "--replace", before.rename(tmp_path / "before.zip"))
    assert organisations(filled) == {"late"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_damaged_database_is_not_overwritten(filled: Flask, settings: Settings, tmp_path: Path) -> None:
    path = backed_up(filled, tmp_path)
    disconnect(filled)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    file.write_bytes(b"x" * 9000)
    assert "nothing was changed: file is not a database" in run(filled, "restore", "--replace", path, status=1)
    assert file.read_bytes() == b"x" * 9000
    assert "not a database" in run(filled, "backup", tmp_path / "second.zip", status=1)
    assert not (tmp_path / "second.zip").exists()
    file.rename(tmp_path / "old.db")
    run(filled, "restore", path)
    assert organisations(filled) == {"rivers-relief"}


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_missing_programs_of_postgresql_are_named(filled: Flask, settings: Settings, tmp_path: Path) -> None:
    with running_application(settings.model_copy(update={"postgresql_programs": tmp_path})) as without:
        said = run(without, "backup", tmp_path, status=1)
    assert "pg_dump is missing" in said
    assert "apt install postgresql-client" in said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_the_password_is_not_on_the_command_line(filled: Flask, settings: Settings, tmp_path: Path) -> None:
    """Everybody on the machine can read the command lines of all programs."""
    for name in ("pg_dump", "pg_restore"):
        real = shutil.which(name, path=str(settings.postgresql_programs) if settings.postgresql_programs else None)
        (tmp_path / name).write_text(
            f'#!/bin/sh\necho "$*" >> {tmp_path}/words\necho "$PGPASSWORD" >> {tmp_path}/passwords\nexec {real} "$@"\n'
        )
        (tmp_path / name).chmod(0o755)
    url = make_url(settings.database_url).set(password="open-sesame").render_as_string(hide_password=False)
    changes = {"postgresql_programs": tmp_path, "database_url": url}
    with running_application(settings.model_copy(update=changes)) as guarded:
        said = run(guarded, "backup", tmp_path / "backup.zip")
    words = (tmp_path / "words").read_text()
    assert "--format=custom" in words
    assert "open-sesame" not in words + said
    assert "open-sesame" in (tmp_path / "passwords").read_text()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_script_that_fails_quotes_no_row_and_changes_nothing(
    filled: Flask, elsewhere: Flask, settings: Settings, tmp_path: Path
) -> None:
    """Here a program of PostgreSQL writes a letter where a number has to be."""
    path = backed_up(filled, tmp_path)
    real = shutil.which("pg_restore", path=str(settings.postgresql_programs) if settings.postgresql_programs else None)
    (tmp_path / "pg_restore").write_text(f'#!/bin/sh\n{real} "$@" | sed "s/^\\([0-9]*\\)\tAmina/x\\1\tAmina/"\n')
    (tmp_path / "pg_restore").chmod(0o755)
    other = elsewhere.extensions["settings"]
    with running_application(other.model_copy(update={"postgresql_programs": tmp_path})) as wrong:
        said = run(wrong, "restore", path, status=1)
    assert "invalid input syntax" in said
    assert "Amina" not in said
    with elsewhere.app_context():
        assert inspect(database.db.engine).get_table_names() == []
