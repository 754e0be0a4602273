"""Commands that are killed in the middle leave no half backup, and no half of a restored database."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import Organisation
from tests.factories.application import close_connections, disconnect, make_settings, postgresql_programs
from tests.factories.people import make_small_organisation
from tests.waiting import process_group, wait_until

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(database_url: str, instance: Path) -> Settings:
    return make_settings(instance, database_url, postgresql_programs=postgresql_programs(database_url))


@pytest.fixture
def file(app: Flask, settings: Settings, tmp_path: Path) -> Path:
    """A backup of the small organisation, which has another name since; nobody is connected any more."""
    make_small_organisation(app)
    if settings.database_url.startswith("sqlite"):
        # Large enough that copying it takes a while.
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
            connection.execute("CREATE TABLE filler AS SELECT zeroblob(60000000) AS data")
            connection.commit()
    path = tmp_path / "backup.zip"
    result = app.test_cli_runner().invoke(args=["backup", str(path)])
    assert result.exit_code == 0, result.output
    with app.app_context(), unit_of_work():
        session.query(Organisation).one().slug = "renamed-since"
    disconnect(app)
    return path


@contextmanager
def command(settings: Settings, programs: Path | None, *words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        "LMS_INSTANCE": str(settings.instance),
        "LMS_DATABASE_URL": settings.database_url,
        "LMS_SECRET_KEY": settings.secret_key,
    }
    if programs:
        environment["LMS_POSTGRESQL_PROGRAMS"] = str(programs)
    with process_group(
        [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, words)], cwd=ROOT, env=os.environ | environment
    ) as process:
        yield process


def killed_when(process: subprocess.Popen[bytes], fact: Callable[[], object], what: str) -> None:
    """Kills a command once a fact is there."""
    wait_until(lambda: fact() or process.poll() is not None, what)
    assert process.poll() is None, "the command ended before"
    process.kill()
    assert process.wait() == -signal.SIGKILL


def programs_that_stop(settings: Settings, folder: Path, words: str) -> tuple[Path, Path]:
    """Returns a folder with PostgreSQL's programs, of which one stops for ever when it is called so, and its sign."""
    reached, never = folder / "reached", folder / "never"
    os.mkfifo(never)
    bin_ = folder / "bin"
    bin_.mkdir()
    for name in ("pg_dump", "pg_restore"):
        real = shutil.which(name, path=str(settings.postgresql_programs) if settings.postgresql_programs else None)
        stops = f'case "{name} $*" in *"{words}"*) touch "{reached}"; read _ < "{never}";; esac'
        script = bin_ / name
        script.write_text(f'#!/bin/sh\n{stops}\nexec "{real}" "$@"\n')
        script.chmod(0o755)
    return bin_, reached


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_dump_that_is_killed_looks_like_no_backup(app: Flask, settings: Settings, tmp_path: Path) -> None:
    make_small_organisation(app)
    programs, reached = programs_that_stop(settings, tmp_path, "pg_dump")
    place = tmp_path / "backups"
    place.mkdir()
    with command(settings, programs, "backup", place) as process:
        killed_when(process, reached.exists, "pg_dump is called")
    assert [path.suffix for path in place.iterdir()] == [".unfinished"]
    with command(settings, settings.postgresql_programs, "backup", place) as process:
        assert process.wait() == 0
    assert [path.suffix for path in place.iterdir()] == [".zip"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_copy_that_is_killed_looks_like_no_backup(app: Flask, settings: Settings, tmp_path: Path) -> None:
    make_small_organisation(app)
    close_connections(app)
    with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with command(settings, None, "backup", tmp_path) as process:
            killed_when(process, lambda: [*tmp_path.glob(".backup-*/database")], "it waits for the database")
    assert [path.suffix for path in tmp_path.iterdir()] == [".unfinished"]
    with command(settings, None, "backup", tmp_path) as process:
        assert process.wait() == 0
    assert [path.suffix for path in tmp_path.iterdir()] == [".zip"]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_restore_that_is_killed_leaves_what_was_there(
    app: Flask, settings: Settings, file: Path, tmp_path: Path
) -> None:
    programs, reached = programs_that_stop(settings, tmp_path, "--section=post-data")
    with command(settings, programs, "restore", "--replace", file) as process:
        killed_when(process, reached.exists, "the rows are there and their keys are not yet")
    with app.app_context(), reading():
        assert session.query(Organisation).one().slug == "renamed-since"
    disconnect(app)
    with command(settings, settings.postgresql_programs, "restore", "--replace", file) as process:
        assert process.wait() == 0
    with app.app_context(), reading():
        assert session.query(Organisation).one().slug == "rivers-relief"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_restore_that_is_killed_leaves_one_whole_database(app: Flask, settings: Settings, file: Path) -> None:
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    journal = database.with_name(f"{database.name}-journal")
    with command(settings, None, "restore", "--replace", file) as process:
        wait_until(lambda: journal.exists() or process.poll() is not None, "pages of the database are replaced")
        process.kill()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT slug FROM organisation").fetchall() in (
            [("renamed-since",)],
            [("rivers-relief",)],
        )
    with command(settings, None, "restore", "--replace", file) as process:
        assert process.wait() == 0
    with app.app_context(), reading():
        assert session.query(Organisation).one().slug == "rivers-relief"
