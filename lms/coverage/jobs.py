"""What coverage does in the background: it publishes each month's end once the month is over."""

import structlog

from lms.accounts.api import list_role_scopes
from lms.coverage.operations import publish_next
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.db import reading, unit_of_work
from lms.kernel.worker import PeriodicJob

log = structlog.get_logger(__name__)


def publish() -> int:
    """Publishes to coordinators of every scope what is due, a month a transaction; returns how many month ends."""
    with reading():
        scopes = list_role_scopes(Role.COORDINATOR, clock.today())
    published = 0
    for scope in scopes:
        while True:
            with unit_of_work():
                if publish_next(scope) is None:
                    break
            published += 1
    return published


def publish_and_log() -> None:
    """Does the same each hour, and logs it; what a command publishes is not logged where a person reads."""
    if published := publish():
        log.info("coverage published", month_ends=published)


JOBS = (PeriodicJob("coverage.publish", publish_and_log, minute="29"),)
