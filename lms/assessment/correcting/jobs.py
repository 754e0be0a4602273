"""The worker's part of a correction: grading attempts again."""

from typing import Any

from lms.assessment.correcting import operations
from lms.kernel import outbox
from lms.kernel.db import let_others_write, unit_of_work


@outbox.handler(operations.JOB)
def regrade_attempts(payload: dict[str, Any]) -> None:
    """Grades a batch of attempts again; doing it twice has no further effect."""
    with unit_of_work():
        operations.regrade_batch(payload["correction"], payload["run"], payload["after"])
    let_others_write()
