"""A job is run by one worker at a time, however long it takes; that of a killed worker by the next."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from lms.kernel import clock, outbox
from lms.kernel.config import ROOT, Settings
from lms.kernel.db import session, unit_of_work
from lms.kernel.job_locks import alone
from lms.kernel.outbox import OutboxRow
from tests.waiting import DEADLINE_SECONDS, process_group, wait_until

pytestmark = pytest.mark.faults

WORKER = """
import sys, time
from pathlib import Path
from lms.app import create_app
from lms.kernel import outbox

started, over = map(Path, sys.argv[1:])

@outbox.handler("test.long")
def take_long(payload):
    with started.open("a") as lines:
        lines.write("x")
    while not over.exists():
        time.sleep(0.02)

with create_app().app_context():
    outbox.sweep()
"""

SERVER = """
import sys, time
from pathlib import Path
from lms.app import create_app
from lms.kernel import outbox
from lms.kernel.db import db, unit_of_work
from lms.kernel.serve import SupervisedWorker

started = Path(sys.argv[1])

@outbox.handler("test.long")
def take_long(payload):
    started.touch()
    time.sleep(3600)

app = create_app()
with app.app_context():
    with unit_of_work():
        outbox.put("test.long", "long", {})
    db.engine.dispose()
worker = SupervisedWorker(app)
while not started.exists():
    time.sleep(0.02)
worker.stop()
"""


def environment_of(settings: Settings) -> dict[str, str]:
    given = {
        "LMS_INSTANCE": str(settings.instance),
        "LMS_DATABASE_URL": settings.database_url,
        "LMS_SECRET_KEY": settings.secret_key,
    }
    return os.environ | given


@contextmanager
def worker(settings: Settings, started: Path, over: Path) -> Iterator[Popen[Any]]:
    """A process that sweeps the outbox once, in which a job writes to one file and ends when another is there."""
    command = [sys.executable, "-c", WORKER, str(started), str(over)]
    with process_group(command, cwd=ROOT, env=environment_of(settings)) as process:
        yield process


def test_a_job_longer_than_its_claim_is_not_run_twice(app: Flask, settings: Settings, tmp_path: Path) -> None:
    started, over = tmp_path / "started", tmp_path / "over"
    started.touch()

    def end_claim() -> None:
        with app.app_context(), unit_of_work():
            session.execute(update(OutboxRow).values(not_before=clock.now() - timedelta(seconds=1)))

    def times(number: int) -> Callable[[], bool]:
        return lambda: len(started.read_text()) == number

    with app.app_context(), unit_of_work():
        outbox.put("test.long", "long", {})
    with worker(settings, started, over) as first:
        wait_until(times(1), "the job has begun")
        end_claim()
        with worker(settings, started, over) as second:
            wait_until(lambda: second.poll() is not None or times(2)(), "the second worker has looked")
            assert second.poll() == 0 and times(1)()
        first.kill()
        first.wait(DEADLINE_SECONDS)
    end_claim()
    with worker(settings, started, over) as third:
        wait_until(times(2), "the job of the killed worker has begun again")
        over.touch()
        assert third.wait(DEADLINE_SECONDS) == 0
    with app.app_context():
        assert session.query(OutboxRow).one().done_at is not None
    assert not list(settings.instance.glob("locks/outbox.*"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_server_that_stops_does_not_wait_for_a_long_job(app: Flask, settings: Settings, tmp_path: Path) -> None:
    """The job is left as that of a killed worker, and the next one may run it."""
    command = [sys.executable, "-c", SERVER, str(tmp_path / "started")]
    with process_group(command, cwd=ROOT, env=environment_of(settings)) as process:
        assert process.wait(DEADLINE_SECONDS) == 0
    with app.app_context():
        row = session.query(OutboxRow).filter_by(kind="test.long").one()
        assert (row.done_at, row.tries) == (None, 1)

        def is_free() -> bool:
            with alone(f"outbox.{row.id}") as mine:
                return mine

        wait_until(is_free, "PostgreSQL has noticed that the worker is gone")
