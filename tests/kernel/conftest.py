"""A real server, as one command starts it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from lms.kernel.config import ROOT
from tests.kernel.connections import connected
from tests.waiting import DEADLINE_SECONDS, process_group, reserved_port


@pytest.fixture
def port() -> Iterator[int]:
    """A port where nobody listens."""
    with reserved_port() as free:
        yield free


@contextmanager
def serving(template: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A server on an empty SQLite database, with its job worker; it is killed where a test hangs.

    So reading its log ends.
    """
    shutil.copyfile(template, folder / "every_sector.db")
    with process_group(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        env=os.environ | {"LMS_INSTANCE": str(folder), "LMS_DATABASE_URL": "", "LMS_LOG_FORMAT": "json"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = Timer(DEADLINE_SECONDS, process.kill)
        deadline.start()
        yield process
        deadline.cancel()


@pytest.fixture
def served(sqlite_template: Path, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A server of this test's own."""
    with serving(sqlite_template, tmp_path, port) as process:
        yield process


@pytest.fixture(scope="module")
def listening(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that answers, for the tests of one file."""
    with reserved_port() as port, serving(sqlite_template, tmp_path_factory.mktemp("served"), port) as process:
        connected(process, port).close()
        yield port
