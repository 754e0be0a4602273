"""What compliance does in the background.

It refreshes many people, compacts the counts, verifies everything at night and queues scheduled reports.
"""

import structlog

from lms.compliance.projection.rebuild import maintain, rebuild
from lms.compliance.projection.verify import verify
from lms.compliance.report.export.jobs import remove_old
from lms.compliance.report.schedule.jobs import queue_due
from lms.kernel.db import reading
from lms.kernel.worker import PeriodicJob

log = structlog.get_logger(__name__)


def check_at_night() -> None:
    """Compares the projection with the facts, and rebuilds it where anything differs."""
    with reading():
        found = verify()
    if found.clean:
        log.info("statuses verified", persons=found.persons, rows=found.rows)
        return
    log.error("statuses differ", persons=found.wrong, days=found.days, snapshots=found.snapshots)
    rebuild()


JOBS = (
    PeriodicJob("compliance.maintain", maintain),
    PeriodicJob("compliance.verify", check_at_night, minute="17", hour="1"),
    PeriodicJob("compliance.remove_old", remove_old, minute="41"),
    PeriodicJob("compliance.queue_scheduled_reports", queue_due, minute="*/15"),
)
