"""Queues the e-mails of scheduled reports, and writes each when it is sent: figures and a link, no names."""

from datetime import date
from typing import Any

from flask import render_template
from flask_babel import force_locale, gettext as _, ngettext
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from lms.accounts.models import Account
from lms.compliance.errors import StillUpdating
from lms.compliance.report.filters import ReportForm, parse_query
from lms.compliance.report.query import ReportQuery, query_labels
from lms.compliance.report.report import ReportPage
from lms.compliance.report.schedule import operations, queries
from lms.compliance.report.schedule.models import ReportSchedule
from lms.compliance.report.schedule.rules import Rhythm, due_at, latest_due
from lms.compliance.report.sentence import report_sentence, sentence_of_later
from lms.compliance.report.service import build_report
from lms.kernel import clock, mail, outbox
from lms.kernel.actor import Actor, Role
from lms.kernel.config import current_settings
from lms.kernel.db import reading, unit_of_work
from lms.people.models import Organisation
from lms.web.emails import address_of, language_for, plain_day
from lms.web.formatting import NO_BREAK, number, percent


def query_of(schedule: ReportSchedule, organisation: Organisation, language: str) -> ReportQuery | None:
    """Returns what a scheduled report asks today; None where its filters fit nothing any more."""
    hr_of_it = Actor(time_zone=organisation.time_zone, scopes={Role.HR: frozenset({organisation.id})})
    address = MultiDict(schedule.choices | {"organisation": organisation.slug})
    return parse_query(hr_of_it, address, language, ReportForm)[1]


def latest_day(schedule: ReportSchedule, organisation: Organisation) -> date:
    """Returns the latest Monday or first whose e-mails are due."""
    hour = current_settings().reminders_hour
    return latest_due(Rhythm(schedule.rhythm), clock.now(), organisation.time_zone, hour)


def write_email(schedule_id: int, account_id: int, day: date) -> tuple[str, str, str, str]:
    """Writes a scheduled report to one recipient: address, subject, body, language.

    Raises NoLongerTrue where it was stopped, a later one is due, or the recipient does not want it or may not see the
    report any more; StillUpdating.
    """
    found: Row[ReportSchedule, Organisation] | None = next(
        iter(queries.list_active_schedules(ReportSchedule.id == schedule_id)), None
    )
    if found is None or day != latest_day(*found):
        raise outbox.NoLongerTrue
    schedule, organisation = found
    still_wants = any(each.account_id == account_id for each in queries.list_recipients([schedule_id])[schedule_id])
    today = clock.today(organisation.time_zone)
    to = next(iter(queries.list_readers(organisation.id, today, Account.id == account_id)), None)
    if to is None or not still_wants:
        raise outbox.NoLongerTrue
    language = language_for(to.language)
    with force_locale(language):
        query = query_of(schedule, organisation, language)
        if query is None:
            raise outbox.NoLongerTrue
        page = build_report(query, "sector")
        body = render_template(
            "compliance/email/scheduled_report.txt",
            name=to.name,
            organisation=organisation.name,
            filters=list(query_labels(query)),
            sentence="".join(part.text for part in [*report_sentence(page), *sentence_of_later(page)]),
            lines=_lines(page),
            rhythm=schedule.rhythm,
            report_id=str(page.id),
            report=address_of("compliance.reproduced", report_id=str(page.id)),
            schedules=address_of("compliance.schedules"),
        )
        subject = _("Training at %(name)s: report of %(day)s", name=organisation.name, day=plain_day(query.as_of))
        return to.email, subject, body.replace(NO_BREAK, " "), language


def _lines(page: ReportPage) -> list[str]:
    """Returns the figures of each sector with people, one line each."""
    return [
        _(
            "%(sector)s: %(rate)s of %(people)s compliant, not yet due %(in_time)s, overdue %(late)s",
            sector=page.query.labels.sector(line.sector),
            rate=percent(figures.rate),
            people=ngettext("%(count)s person", "%(count)s people", figures.people, count=number(figures.people)),
            in_time=number(figures.in_time),
            late=number(figures.late),
        )
        for line in page.lines
        if (figures := line.figures).people
    ]


def queue_due() -> None:
    """Queues what is due; the worker calls it every quarter of an hour. A report scheduled later than that waits."""
    hour = current_settings().reminders_hour
    with reading():
        due = [
            (schedule.id, day)
            for schedule, organisation in queries.list_active_schedules()
            if (day := latest_day(schedule, organisation)) != schedule.queued_on
            and schedule.recorded_at <= due_at(day, organisation.time_zone, hour)
        ]
    for schedule_id, day in due:
        with unit_of_work():
            operations.queue_emails(schedule_id, day)


@outbox.handler(operations.KIND, quick=True)
def send_report_email(payload: dict[str, Any]) -> None:
    """Sends one e-mail with the figures of the moment. Raises MailServerMissing, NoLongerTrue and RetryLater."""
    mail.require_server()
    try:
        with reading():
            email = write_email(**payload | {"day": date.fromisoformat(payload["day"])})
    except StillUpdating as wait:
        raise outbox.RetryLater from wait
    mail.send(*email)
