"""The e-mails of reminders: short plain text in the reader's language, with links to the training.

Dates are written out, never as "tomorrow": an e-mail that waited for the mail server must still be true. The subject
names a date and nothing else, because others see it on a locked screen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from flask import render_template
from flask_babel import force_locale, gettext as _, ngettext

from lms.compliance.api import CourseTitle, TrainingStatus
from lms.people.models import Sector
from lms.reminders.queries.runs import Recipient
from lms.reminders.rules import Due, ReminderStage
from lms.web.emails import address_of, language_for, plain_day
from lms.web.formatting import NO_BREAK, percent


def write_due_email(
    to: Recipient,
    dues: Sequence[Due],
    stage: ReminderStage,
    *,
    day: date,
    courses: Mapping[int, CourseTitle],
    organisations: Mapping[int, str],
) -> tuple[str, str, str]:
    """Writes the reminder of what is due, subject, body, language; organisations are named where there are several."""
    employers = {due.organisation_id: organisations.get(due.organisation_id, "") for due in dues}
    language = language_for(to.language)
    with force_locale(language):
        lines = [
            {
                "title": courses[due.course_id].title,
                "organisation": employers[due.organisation_id] if len(employers) > 1 else "",
                "when": _when(due, day),
                "address": address_of("learning.course", course=courses[due.course_id].slug),
            }
            for due in dues
        ]
        body = render_template(
            "reminders/email/due.txt",
            name=to.name,
            lines=lines,
            required_by=", ".join(filter(None, employers.values())),
            why=address_of("reminders.why"),
            home=address_of("home.my"),
            help_now=address_of("pathways.help_now"),
        )
        return _subject(dues, stage, day), body, language


def _subject(dues: Sequence[Due], stage: ReminderStage, day: date) -> str:
    if stage in (ReminderStage.AFTER, ReminderStage.WEEKLY):
        return str(_("Training was due on %(day)s", day=plain_day(min(due.deadline for due in dues))))
    nearest = min(due.deadline for due in dues if due.deadline >= day)
    return str(_("Training due on %(day)s", day=plain_day(nearest)))


def _when(due: Due, day: date) -> str:
    said = plain_day(due.deadline)
    if due.status in (TrainingStatus.VALID, TrainingStatus.EXPIRING):
        return str(_("Your certificate is valid until %(day)s. Please renew it by then.", day=said))
    if due.status in (TrainingStatus.GRACE, TrainingStatus.EXPIRED):
        return str(_("Your certificate expired on %(day)s. Please renew it.", day=said))
    if due.status is TrainingStatus.REVOKED:
        return str(_("Your certificate was revoked; its last valid day was %(day)s.", day=said))
    return str(_("Due on %(day)s.", day=said) if due.deadline >= day else _("Was due on %(day)s.", day=said))


def write_figures(counts: Counter[str], courses: Mapping[int, str], day: date) -> list[str]:
    """Returns the counts of a week as the lines of a text."""
    endings = Counter({int(name[7:]): num for name, num in counts.items() if name.startswith("ending:") and num})
    return [
        _(
            "On %(day)s, %(share)s of %(people)s are compliant with everything required.",
            day=plain_day(day),
            share=percent(counts["compliant"], counts["people"]).replace(NO_BREAK, " "),
            people=ngettext("%(num)d person", "%(num)d people", counts["people"]),
        ),
        "",
        _("Overdue: %(num)d, of these new in the last week: %(new)d", num=counts["late"], new=counts["newly_late"]),
        _("Not yet due: %(num)d", num=counts["in_time"]),
        _("Certificates that expire in the next 30 days: %(num)d", num=endings.total()),
        *(
            f"  {courses.get(course, '')}: {num}"
            for course, num in sorted(endings.items(), key=lambda e: (-e[1], e[0]))
        ),
    ]


def write_hr_figures(
    to: Recipient, organisation: str, counts: Counter[str], courses: Mapping[int, str], day: date
) -> tuple[str, str, str]:
    """Writes the weekly figures of an organisation to its HR, subject, body, language: counts and links, no names."""
    language = language_for(to.language)
    with force_locale(language):
        body = render_template(
            "reminders/email/hr_week.txt",
            name=to.name,
            organisation=organisation,
            figures=write_figures(counts, courses, day),
            without_email=counts["without_email"],
            report=address_of("compliance.report"),
            late=address_of("compliance.people"),
            print_list=address_of("reminders.print_list"),
            log=address_of("reminders.index"),
        )
        return _("Training at %(name)s: week of %(day)s", name=organisation, day=plain_day(day)), body, language


def write_sector_figures(
    to: Recipient,
    organisation: str,
    sectors: Sequence[tuple[Sector, Counter[str]]],
    courses: Mapping[int, str],
    day: date,
) -> tuple[str, str, str]:
    """Writes the weekly figures of sectors to a focal point, subject, body, language: counts only."""
    language = language_for(to.language)
    with force_locale(language):
        body = render_template(
            "reminders/email/sector_week.txt",
            name=to.name,
            organisation=organisation,
            sectors=[(sector.name(language), write_figures(counts, courses, day)) for sector, counts in sectors],
        )
        return _("Training at %(name)s: week of %(day)s", name=organisation, day=plain_day(day)), body, language
