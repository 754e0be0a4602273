"""What is removed each day."""

from lms.kernel.worker import PeriodicJob
from lms.rest.idempotency.operations import remove_old_answers

JOBS = (PeriodicJob("rest.remove_old_answers", remove_old_answers, minute="37", hour="3"),)
