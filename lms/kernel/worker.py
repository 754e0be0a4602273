"""The background worker: Huey sweeps the outbox each minute and whenever it is woken, and runs periodic jobs.

It has two queues, each with a thread of its own: quick rows of the outbox (mail) in one, so that no mail waits while
the other imports a list of people or runs the nightly checks.
"""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from flask import Flask

from lms.kernel import clock, outbox
from lms.kernel.error_reports import report_error
from lms.kernel.installation import claim_slot
from lms.kernel.job_locks import alone
from lms.kernel.logs import describe_error
from lms.kernel.memory import absent, freeze_loaded

# Huey loads the clients of other queues where they are installed; they cost a tenth of the start and 14 MB.
with absent("redis", "psycopg"):
    from huey import SqliteHuey, crontab
    from huey.consumer import Consumer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A job that the worker repeats; minute, hour and weekday are those of a crontab line, in UTC.

    A time when no worker was running is skipped. Of several workers, on one machine or on many, one runs it; a killed
    one leaves it half done, so it must be idempotent. It opens its own units of work and keeps each short.
    """

    # For log lines, such as audit.link.
    name: str
    function: Callable[[], object]
    minute: str = "*"
    hour: str = "*"
    weekday: str = "*"


def set_up_worker(app: Flask, folder: Path, jobs: Sequence[PeriodicJob] = ()) -> dict[bool, SqliteHuey]:
    """Creates and returns the queues that wake the worker, by whether they are for quick rows.

    The work itself is in the outbox, so the queues may be lost.
    """
    file = str(folder / "queue.db")
    names = {True: "lms-quick", False: "lms"}
    queues = {quick: SqliteHuey(name, filename=file, results=False, fsync=False) for quick, name in names.items()}
    sweeps = {quick: _add_sweep(app, queue, quick=quick) for quick, queue in queues.items()}
    for job in jobs:
        _schedule(app, queues[False], job)

    def wake(*, quick: bool) -> None:
        # A full or locked queue must not fail a request that is already committed: the sweep finds the row.
        with suppress(Exception):
            sweeps[quick]()

    app.extensions["worker_queues"] = queues
    app.extensions["wake_worker"] = wake
    return queues


def _add_sweep(app: Flask, queue: SqliteHuey, *, quick: bool) -> Callable[[], object]:
    """Makes a queue sweep its part of the outbox each minute; returns a function that makes it do so now."""

    def sweep() -> None:
        with app.app_context():
            outbox.sweep(quick=quick)

    queue.periodic_task(crontab(minute="*"), name="sweep_each_minute")(sweep)
    woken: Callable[[], object] = queue.task(name="sweep")(sweep)
    return woken


def _schedule(app: Flask, queue: SqliteHuey, job: PeriodicJob) -> None:
    """Repeats a job; a failure is logged, and the job runs again at its next time."""
    is_due: Callable[[datetime], bool] = crontab(minute=job.minute, hour=job.hour, day_of_week=job.weekday)

    @queue.periodic_task(is_due, name=job.name)  # type: ignore[untyped-decorator]
    def repeat() -> None:
        with app.app_context():
            try:
                with alone(f"job.{job.name}") as mine:
                    if mine and claim_slot(f"job.{job.name}", _latest_due(is_due)):
                        job.function()
            except Exception as error:
                log.warning("periodic job failed", job=job.name, **describe_error(error))
                report_error(error, job=job.name)


def _latest_due(is_due: Callable[[datetime], bool]) -> datetime:
    """Returns the latest minute at which a job was due, in UTC; now, where it was not within a week."""
    now = clock.now().astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    minutes = (now - timedelta(minutes=count) for count in range(7 * 24 * 60))
    return next(filter(is_due, minutes), now)


class MainConsumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """A consumer that ends when its terminal is closed; Huey's own would restart the whole command."""

    def _set_signal_handlers(self) -> None:
        super()._set_signal_handlers()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


class SecondConsumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """A consumer beside the main one, which handles the signals and stops both."""

    def _set_signal_handlers(self) -> None:
        pass


def run_worker(app: Flask) -> None:
    """Runs until it is stopped; SIGTERM lets it finish the running task first."""
    log.info("worker started", process=os.getpid())
    freeze_loaded()
    queues: dict[bool, SqliteHuey] = app.extensions["worker_queues"]
    options = {"workers": 1, "initial_delay": 0.1, "max_delay": 2.0, "periodic": True}
    second = SecondConsumer(queues[True], **options)
    second.start()
    try:
        MainConsumer(queues[False], **options, graceful_signal="TERM").run()
    finally:
        second.stop(graceful=True)
