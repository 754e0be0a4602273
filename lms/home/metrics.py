"""The figures of the installation for Prometheus, read from the database when it asks."""

from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from lms.home import queries
from lms.kernel import clock
from lms.kernel.installation import BACKUP, find_value
from lms.kernel.metrics import Gauge, gauges


def list_gauges() -> Iterator[Gauge]:
    """Yields the figures; only that the database is away, where it is."""
    try:
        found = [*_of_the_outbox(), *_of_backups(), *(each for source in gauges for each in source())]
    except DBAPIError:
        found = [Gauge("database_up", "Whether the database answers.", 0)]
    else:
        found.append(Gauge("database_up", "Whether the database answers.", 1))
    yield from found


def _of_the_outbox() -> Iterator[Gauge]:
    """Yields how much work waits and since when; mails are quick, everything else is long."""
    for work, line in queries.count_waiting_work().items():
        labels = (("work", work),)
        age = (clock.now() - line.oldest_at).total_seconds() if line.oldest_at else 0
        yield Gauge("outbox_waiting", "Mails and jobs that wait.", line.waiting, labels)
        yield Gauge("outbox_given_up", "Mails and jobs that failed too often.", line.given_up, labels)
        yield Gauge("outbox_oldest_seconds", "How long the oldest of them waits.", max(age, 0), labels)


def _of_backups() -> Iterator[Gauge]:
    row = find_value(BACKUP)
    if row is not None:
        yield Gauge("last_backup_timestamp_seconds", "When the last backup was made.", row.recorded_at.timestamp())
