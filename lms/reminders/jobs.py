"""The daily run: everybody in batches, each its own transaction, then the weekly figures. A restart continues it.

A health check reports when it did not happen.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask_babel import gettext as _

from lms.compliance.api import Scope, load_population
from lms.kernel import clock, mail, outbox
from lms.kernel.config import current_settings
from lms.kernel.db import reading, unit_of_work
from lms.kernel.errors import Refusal
from lms.kernel.metrics import Gauge
from lms.kernel.worker import PeriodicJob
from lms.people.api import load_organisation_names
from lms.reminders import operations
from lms.reminders.due_dates import compute_due_dates
from lms.reminders.models import ReminderRun
from lms.reminders.operations import Batch, PlannedEmail
from lms.reminders.queries import runs as run_queries
from lms.reminders.role_endings import queue_notices
from lms.reminders.rules import is_late
from lms.web.formatting import moment

log = structlog.get_logger(__name__)

BATCH = 500
"""How many people are checked in one transaction."""


def installation_day() -> date:
    """Returns today in the installation's time zone: the day that reminders belong to."""
    return clock.today(current_settings().time_zone)


def send_due() -> None:
    """Does today's run where its hour has come and it is not done yet; the worker asks every quarter of an hour."""
    settings = current_settings()
    if clock.now().astimezone(ZoneInfo(settings.time_zone)).hour < settings.reminders_hour:
        return
    day = installation_day()
    with reading():
        run = run_queries.find_run(day)
        done = run is not None and run.finished_at is not None
    if not done:
        send(day)


def send(day: date, progress: Callable[[int], None] = lambda _people: None) -> ReminderRun:
    """Sends the reminders of a day, or goes on where an earlier start was interrupted, and returns the run.

    A day that is done is left alone. Statuses are read before the transaction that writes, so that nobody waits for
    it. Raises ``Refusal`` for a day in the future.
    """
    if day > installation_day():
        raise Refusal(_("This day is in the future. To see what would be sent, use --dry-run."))
    with unit_of_work():
        run = operations.begin(day)
        done, through = run.finished_at is not None, run.through_person_id
    while not done and (batch := _next(day, through, BATCH)) is not None:
        with unit_of_work():
            before, through = through, operations.send_batch(batch)
        if through == before:
            # Another worker has ended the run in the meantime.
            break
        progress(len(batch.people))
    with reading():
        run_now = run_queries.find_run(day)
        organisations = [] if done or run_now is None else [int(organisation_id) for organisation_id in run_now.counts]
    for organisation_id in organisations:
        with unit_of_work():
            operations.send_digests(day, organisation_id)
    if not done:
        with unit_of_work():
            queue_notices(day)
    with unit_of_work() as session:
        run = operations.finish(day)
        session.expunge(run)
    log.info("reminders sent", day=day.isoformat(), people=run.people, mails=run.mails)
    return run


@outbox.handler("reminder", quick=True)
def send_reminder(payload: dict[str, Any]) -> None:
    """Sends a reminder with what is due when it goes out; nothing to whom has left, renewed or been exempted by then.

    Raises ``MailServerMissing`` and ``NoLongerTrue``.
    """
    mail.require_server()
    person_id, day = payload["person"], installation_day()
    batch = _next(day, person_id - 1, 1)
    if batch is None or batch.through != person_id:
        raise outbox.NoLongerTrue
    mail.send(*operations.write_reminder(batch))


@outbox.handler("figures", quick=True)
def send_figures(payload: dict[str, Any]) -> None:
    """Sends the weekly figures of the latest run to HR or a focal point who is one still; one mail after an outage.

    Raises ``MailServerMissing`` and ``NoLongerTrue``.
    """
    mail.require_server()
    with reading():
        digest = operations.write_digest(
            payload["organisation"], payload["person"], payload["kind"], date.fromisoformat(payload["day"])
        )
    mail.send(*digest)


def _next(day: date, after: int, limit: int) -> Batch | None:
    """Loads the next people of a day and computes what is due for them."""
    with reading():
        people = run_queries.list_batch(day, after, limit)
        if not people:
            return None
        loaded, posts = load_population(Scope(persons=frozenset(person.person_id for person in people)))
        without_email = {person.person_id for person in people if not person.email}
        dues, counts = compute_due_dates(posts, day, without_email)
        names = load_organisation_names({organisation_id for organisation_id, _sector in counts})
    return Batch(day, after, people, dues, counts, loaded.courses, names)


def dry_run(day: date) -> tuple[list[PlannedEmail], int]:
    """Returns what the run of a day would send now, and how many people would be on the print list; writes nothing."""
    planned: list[PlannedEmail] = []
    after = without_email = 0
    while (batch := _next(day, after, BATCH)) is not None:
        with reading():
            planned += operations.plan(batch)
        without_email += batch.without_email
        after = batch.through
    return planned, without_email


def list_problems() -> list[str]:
    """Returns the problems an administrator must know, in the language of the page; none where all is well."""
    last = run_queries.find_last_finished()
    if last is None:
        return [_("No reminders have been sent yet. They are sent once a day while the background worker runs.")]
    if not is_late(last.finished_at, clock.now()):
        return []
    return [
        _(
            "Reminders were last sent on %(moment)s; they should be sent every day. Check the background worker.",
            moment=moment(last.finished_at),
        )
    ]


def list_gauges() -> Iterator[Gauge]:
    """Yields when the last run of reminders ended, where there was one."""
    last = run_queries.find_last_finished()
    if last is not None and last.finished_at is not None:
        yield Gauge("last_reminders_timestamp_seconds", "When the last run ended.", last.finished_at.timestamp())


JOBS = [PeriodicJob("reminders.send", send_due, minute="*/15")]
