"""Other users of the machine cannot open the database, its keys and its backups."""

import os
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest

from lms.app import create_app
from lms.kernel.config import ROOT, Settings
from lms.kernel.db import db
from lms.kernel.errors import CannotStart
from lms.kernel.setup import stored_secret_key
from tests.factories.application import make_settings, running_application


def modes(folder: Path) -> dict[str, str]:
    """The modes of a folder and all in it that somebody else could use."""
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    return {name: oct(mode) for name, mode in found.items() if mode & 0o077}


def command(folder: Path, *arguments: str, umask: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs a command as on a machine whose new files everybody can open."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=os.environ | {"LMS_INSTANCE": str(folder), "LMS_DATABASE_URL": "", "LMS_SECRET_KEY": ""},
        umask=umask,
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_new_installation_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    command(folder, "db", "upgrade")
    assert {"every_sector.db", "secret_key", "queue.db"} <= {path.name for path in folder.iterdir()}
    assert modes(folder) == {}
    # What SQLite puts beside the database while it is used gets the mode of the database.
    with running_application(make_settings(folder, "")) as app, app.app_context(), closing(db.engine.connect()) as used:
        used.exec_driver_sql("CREATE TABLE more (id INTEGER)")
        used.commit()
        assert (folder / "every_sector.db-wal").exists()
        assert modes(folder) == {}


def wide(sqlite_template: Path, folder: Path) -> Settings:
    """An installation as an earlier version left it."""
    folder.mkdir()
    copyfile(sqlite_template, folder / "every_sector.db")
    for name in ("every_sector.db-wal", "secret_key", "queue.db", "published", "parsed-course-files"):
        (folder / name).touch()
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o755)
    return make_settings(folder, "", secret_key="")


def test_an_earlier_installation_is_closed(sqlite_template: Path, tmp_path: Path) -> None:
    settings = wide(sqlite_template, tmp_path / "instance")
    app = create_app(settings)
    assert modes(settings.instance) == {}
    assert app.extensions["open_files"] == []


def test_a_folder_with_other_files_is_left_and_named(sqlite_template: Path, tmp_path: Path) -> None:
    settings = wide(sqlite_template, tmp_path / "instance")
    (settings.instance / "notes.txt").touch(mode=0o644)
    app = create_app(settings)
    assert modes(settings.instance) == {"instance": "0o755", "notes.txt": "0o644"}
    [sentence] = app.extensions["open_files"]
    assert f"chmod 700 {settings.instance}" in sentence


def test_a_database_elsewhere_is_closed_too(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.db"
    copyfile(sqlite_template, file)
    file.chmod(0o644)
    create_app(make_settings(tmp_path / "instance", f"sqlite:///{file}"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_backups_are_closed_and_their_folder_named(sqlite_template: Path, tmp_path: Path) -> None:
    instance, backups = tmp_path / "instance", tmp_path / "backups"
    wide(sqlite_template, instance)
    backups.mkdir(mode=0o755)
    backups.chmod(0o755)
    earlier = backups / "every-sector-2026-01-01-020000.zip"
    earlier.touch()
    earlier.chmod(0o644)
    said = command(instance, "backup", str(backups))
    assert modes(backups) == {"backups": "0o755"}
    assert len(list(backups.iterdir())) == 2
    assert f"chmod 700 {backups}" in said.stderr
    backups.chmod(0o700)
    assert "chmod" not in command(instance, "backup", str(backups / "other.zip")).stderr


def test_a_key_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    # As a file of somebody else, also where root runs the tests.
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(CannotStart, match="Run this as the user of the server"):
        stored_secret_key(tmp_path)
