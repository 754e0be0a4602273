"""What the server and the commands that need no database load: nothing that only other commands need."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from lms.home.readiness import newest_migration
from lms.kernel.config import ROOT

LOAD = "import sys; import wsgi; print(*sys.modules)"
RUN = "import atexit, sys; atexit.register(lambda: print('', *sys.modules)); from flask.cli import main; main()"
FOR_COMMANDS = {
    "alembic",
    "bleach",
    "flask_migrate",
    "lms.catalogue.source.apply",
    "lms.demo.loader",
    "markdown",
    "ruamel.yaml",
    "yaml",
}
FOR_OTHER_INSTALLATIONS = {"psycopg", "redis", "sentry_sdk"}
FOR_FILES = {"charset_normalizer", "openpyxl", "xlsxwriter"}
FOR_SIGNING_IN = {"authlib", "webauthn"}


def loaded_by(folder: Path, program: str, words: Sequence[str] = ()) -> set[str]:
    """Runs a program in a process of its own, on SQLite; returns the modules it has loaded at its end."""
    own = {"LMS_INSTANCE": str(folder), "FLASK_APP": "wsgi"}
    env = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")} | own
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("\n")[0].rpartition("\n")[2].split())


def test_the_server_loads_what_pages_need(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, LOAD)
    assert "lms.compliance.report.views" in loaded
    assert loaded & (FOR_COMMANDS | FOR_OTHER_INSTALLATIONS | FOR_FILES | FOR_SIGNING_IN) == set()


@pytest.mark.parametrize(
    "words",
    [
        ("compliance", "date", "--earned", "2026-11-01", "--validity", "P2Y"),
        ("--app", "wsgi", "compliance", "explain", "--help"),
        ("content", "check", "--help"),
    ],
)
def test_commands_without_a_database_do_without_the_application(tmp_path: Path, words: Sequence[str]) -> None:
    loaded = loaded_by(tmp_path, RUN, words)
    assert "wsgi" in loaded
    assert loaded & {"lms.app", "sqlalchemy", "pydantic_settings"} == set()
    assert list(tmp_path.iterdir()) == []


def test_the_newest_migration_is_the_one_that_alembic_takes_for_it() -> None:
    folder = ROOT / "migrations"
    assert newest_migration(folder) == ScriptDirectory(str(folder)).get_current_head()
