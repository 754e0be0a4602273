"""The worker's part: publishes the drafts whose day has come, each in a transaction of its own."""

from lms.authoring.drafts.queries import load_draft
from lms.authoring.scheduling.operations import publish_scheduled, record_problem, today
from lms.authoring.scheduling.queries import find_schedule, list_due
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.worker import PeriodicJob


def publish_due() -> None:
    """Publishes what is due. Killed half-way, the next time goes on: who is published is closed."""
    with reading():
        due = [(draft.course, draft.id, schedule.id) for schedule, draft in list_due(today())]
    for course, draft_id, schedule_id in due:
        try:
            with unit_of_work():
                draft = load_draft(course, draft_id, to_change=True)
                schedule = find_schedule(draft)
                if schedule is None or schedule.id != schedule_id or draft.closed_at is not None:
                    continue
                publish_scheduled(draft, schedule)
        except Refusal as refusal:
            with unit_of_work():
                record_problem(load_draft(course, draft_id, to_change=True), refusal.message)


JOBS = (PeriodicJob("authoring.publish_due", publish_due, minute="*/10"),)
