"""The worker's calendar: which job is due at which minute, and what a job that fails does to the others."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, current_app
from huey import SqliteHuey

from lms.kernel import clock
from lms.kernel.logs import configure
from lms.kernel.worker import PeriodicJob, set_up_worker


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def queue(app: Flask, done: list[str], tmp_path: Path) -> SqliteHuey:
    def fail() -> None:
        raise ValueError("Grace Okello, grace@example.org")

    jobs = [
        PeriodicJob("test.fail", fail),
        PeriodicJob("test.often", lambda: done.append(f"often in {current_app.name}")),
        PeriodicJob("test.nightly", lambda: done.append("nightly"), minute="15", hour="2"),
        PeriodicJob("test.weekly", lambda: done.append("weekly"), minute="15", hour="2", weekday="1"),
    ]
    return set_up_worker(app, tmp_path, jobs)[False]


def run_due(queue: SqliteHuey, moment: datetime) -> set[str]:
    due = [task for task in queue.read_periodic(moment) if task.name.startswith("test.")]
    with clock.using(clock.FixedClock(moment.replace(tzinfo=UTC))):
        for task in due:
            task.execute()
    return {task.name for task in due}


def test_each_job_runs_at_its_time_inside_the_application(queue: SqliteHuey, done: list[str]) -> None:
    assert run_due(queue, datetime(2026, 11, 24, 9, 7)) == {"test.fail", "test.often"}  # noqa: DTZ001 - Huey's own
    assert done == ["often in lms"]


def test_nightly_and_weekly(queue: SqliteHuey, done: list[str]) -> None:
    tuesday, monday = datetime(2026, 11, 24, 2, 15), datetime(2026, 11, 23, 2, 15)  # noqa: DTZ001 - Huey's own
    assert run_due(queue, monday) == {"test.fail", "test.often", "test.nightly", "test.weekly"}
    assert run_due(queue, tuesday) == {"test.fail", "test.often", "test.nightly"}
    assert done.count("nightly") == 2
    assert done.count("weekly") == 1


def test_a_job_that_fails_is_logged_without_its_text(queue: SqliteHuey, capsys: pytest.CaptureFixture[str]) -> None:
    configure("json")  # writes to the standard error of this moment
    run_due(queue, datetime(2026, 11, 24, 9, 7))  # noqa: DTZ001 - Huey's own
    said = capsys.readouterr()
    assert "periodic job failed" in said.out + said.err
    assert "Okello" not in said.out + said.err
