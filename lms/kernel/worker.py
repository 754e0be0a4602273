"""The background worker: Huey runs the sweep of the outbox each minute and whenever it is woken, and periodic jobs."""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from lms.kernel import outbox

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Something the worker does again and again; the fields of time are those of a crontab line, in UTC.

    A worker that was not running at the time does not make up for it, and two workers may do it at once: a job
    looks for what is left to do and bears being run twice. It opens its own units of work, and keeps each short.
    """

    # Named in log lines, such as audit.chain.
    name: str
    act: Callable[[], object]
    minute: str = "*"
    hour: str = "*"
    weekday: str = "*"


periodic_jobs: list[PeriodicJob] = []
"""The periodic jobs of the rooms; the roof fills it before the worker is set up."""


def run_periodic(job: PeriodicJob) -> None:
    """Does one periodic job; one that fails is logged and comes again at its next time."""
    try:
        job.act()
    except Exception as error:
        # The class alone: the text of an error may hold somebody's data.
        log.warning("periodic job failed", job=job.name, error=type(error).__name__)


def set_up_worker(app: Flask, folder: Path) -> SqliteHuey:
    """Makes the queue that wakes the worker; what is to be done stands in the outbox, so the queue may be lost."""
    queue = SqliteHuey("lms", filename=str(folder / "queue.db"), results=False, fsync=False)

    @queue.task(name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        with app.app_context():
            outbox.sweep()

    @queue.periodic_task(crontab(minute="*"), name="sweep_each_minute")  # type: ignore[untyped-decorator]
    def sweep_each_minute() -> None:
        with app.app_context():
            outbox.sweep()

    for job in periodic_jobs:
        _repeat(app, queue, job)

    def wake() -> None:
        # A full or locked queue is no reason to fail a request that is already stored: the sweep finds the row.
        with suppress(Exception):
            sweep()

    app.extensions["huey"] = queue
    app.extensions["wake_worker"] = wake
    return queue


def _repeat(app: Flask, queue: SqliteHuey, job: PeriodicJob) -> None:
    """Puts one periodic job on the queue's calendar."""

    @queue.periodic_task(crontab(minute=job.minute, hour=job.hour, day_of_week=job.weekday), name=job.name)  # type: ignore[untyped-decorator]
    def repeat() -> None:
        with app.app_context():
            run_periodic(job)


class QuietConsumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """A consumer that ends when its terminal is closed, where Huey's own would start the whole command again."""

    def _set_signal_handlers(self) -> None:
        super()._set_signal_handlers()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def run_worker(app: Flask) -> None:
    """Runs until it is told to stop; what is under way is finished first when it is told politely (SIGTERM)."""
    log.info("worker started")
    queue = app.extensions["huey"]
    consumer = QuietConsumer(
        queue, workers=1, initial_delay=0.1, max_delay=2.0, periodic=True, graceful_signal="TERM"
    )
    consumer.run()
