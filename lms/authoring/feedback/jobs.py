"""The jobs of feedback."""

from lms.authoring.feedback.operations import remove_old_feedback
from lms.kernel.worker import PeriodicJob

JOBS = (PeriodicJob("authoring.remove_old_feedback", remove_old_feedback, minute="43", hour="2"),)
