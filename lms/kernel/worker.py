"""The background worker: Huey sweeps the outbox each minute and whenever it is woken, and runs periodic jobs.

It works in two lanes, each with a thread of its own: quick rows of the outbox (mail) in one, so that nobody waits for a
mail while the other imports a list of people or checks a whole house at night.
"""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from lms.kernel import outbox
from lms.kernel.logs import describe_error

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


def run_periodic(job: PeriodicJob) -> None:
    """Does one periodic job; one that fails is logged and comes again at its next time."""
    try:
        job.act()
    except Exception as error:
        log.warning("periodic job failed", job=job.name, **describe_error(error))


@dataclass(frozen=True, slots=True)
class Lanes:
    """The queues that wake the worker."""

    quick: SqliteHuey
    long: SqliteHuey


def set_up_worker(app: Flask, folder: Path, jobs: Sequence[PeriodicJob] = ()) -> Lanes:
    """Makes the queues that wake the worker; what is to be done stands in the outbox, so they may be lost."""
    file = str(folder / "queue.db")
    lanes = Lanes(
        SqliteHuey("lms-quick", filename=file, results=False, fsync=False),
        SqliteHuey("lms", filename=file, results=False, fsync=False),
    )
    sweeps = {
        True: _sweeping(app, lanes.quick, quick=True),
        False: _sweeping(app, lanes.long, quick=False),
    }
    for job in jobs:
        _repeat(app, lanes.long, job)

    def wake(*, quick: bool) -> None:
        # A full or locked queue is no reason to fail a request that is already stored: the sweep finds the row.
        with suppress(Exception):
            sweeps[quick]()

    app.extensions["worker_queues"] = lanes
    app.extensions["wake_worker"] = wake
    return lanes


def _sweeping(app: Flask, queue: SqliteHuey, *, quick: bool) -> Callable[[], object]:
    """Lets a lane sweep its part of the outbox each minute; returns what makes it do so now."""

    def sweep() -> None:
        with app.app_context():
            outbox.sweep(quick=quick)

    queue.periodic_task(crontab(minute="*"), name="sweep_each_minute")(sweep)
    woken: Callable[[], object] = queue.task(name="sweep")(sweep)
    return woken


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


class BesideConsumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """A consumer that runs beside another, which hears the signals and stops both."""

    def _set_signal_handlers(self) -> None:
        pass


def run_worker(app: Flask) -> None:
    """Runs until it is told to stop; what is under way is finished first when it is told politely (SIGTERM)."""
    log.info("worker started", process=os.getpid())
    lanes: Lanes = app.extensions["worker_queues"]
    ways = {"workers": 1, "initial_delay": 0.1, "max_delay": 2.0, "periodic": True}
    beside = BesideConsumer(lanes.quick, **ways)
    beside.start()
    try:
        QuietConsumer(lanes.long, **ways, graceful_signal="TERM").run()
    finally:
        beside.stop(graceful=True)
