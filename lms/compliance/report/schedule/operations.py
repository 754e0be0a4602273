"""Scheduling a report, stopping it, no longer getting it, and queueing its e-mails."""

from collections.abc import Collection, Mapping
from datetime import date

from lms.audit.api import record
from lms.compliance.errors import RecipientNotAllowed
from lms.compliance.report.schedule import queries
from lms.compliance.report.schedule.models import ReportRecipient, ReportSchedule
from lms.compliance.report.schedule.rules import Rhythm
from lms.kernel import clock, outbox, records
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import NotThere
from lms.people.models import Organisation

KIND = "scheduled_report"
"""The kind of outbox row that sends one e-mail."""


def schedule_report(
    actor: Actor,
    organisation: Organisation,
    choices: Mapping[str, str],
    rhythm: Rhythm,
    accounts: Collection[int],
    *,
    reason: str,
) -> ReportSchedule:
    """Has a report of an organisation sent to some accounts from the next Monday or first on.

    Raises NotThere for another's organisation, and RecipientNotAllowed.
    """
    if not actor.covers(Role.HR, organisation.id):
        raise NotThere
    readers = queries.list_readers(organisation.id, clock.today(organisation.time_zone))
    if not accounts or not set(accounts) <= {each.account_id for each in readers}:
        raise RecipientNotAllowed
    schedule = records.add(
        actor, ReportSchedule(organisation_id=organisation.id, choices=dict(choices), rhythm=str(rhythm))
    )
    recipients = [ReportRecipient(schedule_id=schedule.id, account_id=each) for each in sorted(set(accounts))]
    records.add_all(actor, recipients)
    record(
        actor, "compliance.schedule_report", "report_schedule", schedule.id,
        organisation_id=organisation.id, reason=reason, rhythm=str(rhythm), accounts=sorted(set(accounts)),
    )  # fmt: skip
    return schedule


def stop_schedule(actor: Actor, schedule: ReportSchedule, *, reason: str) -> None:
    """Stops a scheduled report that was loaded for the actor."""
    records.retract(actor, schedule)
    record(
        actor, "compliance.stop_report", "report_schedule", schedule.id,
        organisation_id=schedule.organisation_id, reason=reason,
    )  # fmt: skip


def unsubscribe(actor: Actor, schedule_id: int) -> None:
    """Takes an actor off the recipients of a scheduled report. Raises NotThere where the actor is none of them."""
    recipient = queries.lock_recipient(schedule_id, actor.account_id)
    if recipient is None:
        raise NotThere
    records.retract(actor, recipient)
    record(actor, "compliance.unsubscribe", "report_schedule", recipient.schedule_id)


def queue_emails(schedule_id: int, day: date) -> None:
    """Queues the e-mails of a Monday or first, once, for those who get the report then."""
    schedule = queries.lock_schedule(schedule_id)
    if schedule is None or (schedule.queued_on is not None and schedule.queued_on >= day):
        return
    recipients = queries.list_recipients([schedule.id])[schedule.id]
    for each in recipients:
        outbox.put(
            KIND, f"{KIND}:{schedule.id}:{day}:{each.account_id}",
            {"schedule_id": schedule.id, "account_id": each.account_id, "day": day.isoformat()},
        )  # fmt: skip
    schedule.queued_on = day
    session.flush()
    record(
        SYSTEM, "compliance.send_report", "report_schedule", schedule.id,
        organisation_id=schedule.organisation_id, day=day.isoformat(), mails=len(recipients),
    )  # fmt: skip
