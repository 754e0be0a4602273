"""The background worker: Huey runs the sweep of the outbox each minute and whenever it is woken."""

import signal
from contextlib import suppress
from pathlib import Path

import structlog
from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer

from lms.kernel import outbox

log = structlog.get_logger(__name__)


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

    def wake() -> None:
        # A full or locked queue is no reason to fail a request that is already stored: the sweep finds the row.
        with suppress(Exception):
            sweep()

    app.extensions["huey"] = queue
    app.extensions["wake_worker"] = wake
    return queue


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
