"""What several machines of one installation share: one key, and periodic work that one of them does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from click.testing import Result
from flask import Flask

from lms.accounts.slips.jobs import path_of as path_of_slips
from lms.compliance.report.export.jobs import folder as exports_folder
from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.config import Settings
from lms.kernel.db import reading
from lms.kernel.errors import Refusal
from lms.kernel.installation import SECRET_KEY, check_secret_key, claim_slot, find_value
from lms.kernel.job_locks import alone
from lms.kernel.worker import PeriodicJob, set_up_worker
from tests.factories.application import running_application
from tests.waiting import DEADLINE_SECONDS


def invoke(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_second_machine_with_another_key_does_not_start(app: Flask, settings: Settings, tmp_path: Path) -> None:
    with app.app_context():
        check_secret_key("a-key-for-tests-only")
        check_secret_key("a-key-for-tests-only")
        with reading():
            row = find_value(SECRET_KEY)
        assert row is not None
        assert "a-key" not in row.value
    other = settings.model_copy(update={"secret_key": "", "instance": tmp_path})
    with running_application(other) as second:
        for words in (["worker", "run"], ["serve", "--port", "0"]):
            refused = invoke(second, *words)
            assert refused.exit_code == 1
            assert "LMS_SECRET_KEY to the same value on all of them" in refused.output
        assert invoke(second, "secret-key", "accept").exit_code == 0
        with second.app_context():
            check_secret_key(str(second.secret_key))
    with app.app_context(), pytest.raises(Refusal, match="another secret key"):
        check_secret_key("a-key-for-tests-only")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_single_machine_may_change_its_key(app: Flask) -> None:
    with app.app_context():
        check_secret_key("one key")
        check_secret_key("another key")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_files_that_pages_offer_are_where_every_machine_finds_them(settings: Settings, tmp_path: Path) -> None:
    for machine in ("first", "second"):
        own = {"instance": tmp_path / machine, "shared_folder": tmp_path / "shared"}
        with running_application(settings.model_copy(update=own)) as app, app.app_context():
            assert exports_folder() == tmp_path / "shared" / "exports"
            assert path_of_slips("1").parent == tmp_path / "shared" / "sign-in-slips"
            assert exports_folder().stat().st_mode & 0o077 == 0


def test_a_slot_is_claimed_once(app: Flask) -> None:
    with app.app_context():
        first, second = datetime(2026, 2, 28, 23, 59), datetime(2026, 3, 1, 0, 0)  # noqa: DTZ001 - Huey's own
        assert [claim_slot("job.test", slot) for slot in (first, first, second, first)] == [True, False, True, False]
        assert claim_slot("job.other", first)


def test_a_clock_that_was_ahead_stops_no_job(app: Flask) -> None:
    now = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    with app.app_context(), clock.using(FixedClock(now)):
        slots = [
            (now + each).replace(tzinfo=None) for each in (timedelta(days=365), timedelta(0), timedelta(minutes=1))
        ]
        assert [claim_slot("job.test", slot) for slot in (*slots, *slots[1:])] == [True, True, True, False, False]


def test_one_worker_does_it_while_the_other_is_at_it(app: Flask) -> None:
    seen: list[bool] = []

    def look() -> None:
        with app.app_context(), alone("job.test") as mine:
            seen.append(mine)

    def look_from_elsewhere() -> bool:
        thread = Thread(target=look)
        thread.start()
        thread.join(DEADLINE_SECONDS)
        return seen.pop()

    with app.app_context():
        with alone("job.test") as mine:
            assert mine
            assert not look_from_elsewhere()
            with alone("job.other") as other:
                assert other
        assert look_from_elsewhere()


def test_of_two_workers_one_runs_a_periodic_job(app: Flask, tmp_path: Path) -> None:
    done: list[str] = []
    job = PeriodicJob("test.nightly", lambda: done.append("done"), minute="40", hour="2")
    machines = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        machines.append(set_up_worker(app, folder, [job])[False])

    def run_on_both(moment: datetime) -> None:
        with clock.using(clock.FixedClock(moment)):
            for machine in machines:
                (task,) = [task for task in machine.read_periodic(moment) if task.name == job.name]
                task.execute()

    run_on_both(datetime(2026, 12, 31, 2, 40, tzinfo=UTC))
    assert done == ["done"]
    run_on_both(datetime(2027, 1, 1, 2, 40, tzinfo=UTC))
    assert done == ["done", "done"]
