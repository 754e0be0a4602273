"""The mails themselves: plain text in the reader's language, short, with the link to the thing to do.

Days are written out and never as "tomorrow": a mail that waited for the mail server must still be true. The subject
names a day and nothing else, because others see it on a locked screen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app, render_template
from flask_babel import force_locale, gettext as _, ngettext

from lms.compliance.api import CourseWords, TrainingStatus
from lms.kernel.config import Settings
from lms.people.models import Sector
from lms.reminders.queries import Recipient
from lms.reminders.rules import Due, Moment
from lms.web.formatting import NO_BREAK, day as in_words, percent


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in plain text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing to do as the mail lists it."""

    title: str
    organisation: str
    when: str
    address: str


def plain_day(day: date) -> str:
    """Writes a day with ordinary spaces: a mail is wrapped by whoever reads it."""
    return in_words(day).replace(NO_BREAK, " ")


def address_of(endpoint: str, **parts: str) -> str:
    """Returns the full address of a page as people type it, whatever request or command is under way."""
    settings: Settings = current_app.extensions["settings"]
    path = current_app.url_map.bind("reminders").build(endpoint, parts)
    return settings.public_address.rstrip("/") + path


def language_for(wanted: str) -> str:
    """Returns a person's language where the house offers it, else the house's own."""
    offered: list[str] = current_app.config["LANGUAGES"]
    return wanted if wanted in offered else offered[0]


def write_due(
    to: Recipient,
    dues: Sequence[Due],
    moment: Moment,
    *,
    day: date,
    courses: Mapping[int, CourseWords],
    organisations: Mapping[int, str],
) -> Letter:
    """Writes the mail that tells somebody what is due; organisations are named where they are several."""
    several = len({due.organisation_id for due in dues}) > 1
    with force_locale(language_for(to.language)):
        lines = [
            DueLine(
                title=courses[due.course_id].title,
                organisation=organisations.get(due.organisation_id, "") if several else "",
                when=_when(due, day),
                address=address_of("learning.course", course=courses[due.course_id].slug),
            )
            for due in dues
        ]
        body = render_template(
            "reminders/email/due.txt",
            name=to.name,
            lines=lines,
            asked_by=_asked_by(dues, organisations),
            why=address_of("reminders.why"),
            home=address_of("home.my"),
            help_now=address_of("pathways.help_now"),
        )
        return Letter(_subject(dues, moment, day), body)


def _asked_by(dues: Sequence[Due], organisations: Mapping[int, str]) -> str:
    names = dict.fromkeys(organisations.get(due.organisation_id, "") for due in dues)
    return ", ".join(name for name in names if name)


def _subject(dues: Sequence[Due], moment: Moment, day: date) -> str:
    if moment in (Moment.AFTER, Moment.WEEKLY):
        return str(_("Training was due on %(day)s", day=plain_day(min(due.deadline for due in dues))))
    nearest = min(due.deadline for due in dues if due.deadline >= day)
    return str(_("Training due on %(day)s", day=plain_day(nearest)))


def _when(due: Due, day: date) -> str:
    said = plain_day(due.deadline)
    if due.status in (TrainingStatus.VALID, TrainingStatus.EXPIRING):
        words = _("Your certificate is valid until %(day)s. Please renew it by then.", day=said)
    elif due.status in (TrainingStatus.GRACE, TrainingStatus.EXPIRED):
        words = _("Your certificate ended on %(day)s. Please renew it.", day=said)
    elif due.status is TrainingStatus.REVOKED:
        words = _("Your certificate no longer counts; its last day was %(day)s.", day=said)
    elif due.deadline >= day:
        words = _("Due on %(day)s.", day=said)
    else:
        words = _("Was due on %(day)s.", day=said)
    return str(words)


@dataclass(frozen=True, slots=True)
class FigureLines:
    """The figures of a week as lines of a mail."""

    sentence: str
    lines: Sequence[str]


def figure_lines(counts: Counter[str], courses: Mapping[int, str], day: date) -> FigureLines:
    """Puts counts into words."""
    sentence = _(
        "On %(day)s, %(share)s of %(people)s hold every certificate they need.",
        day=plain_day(day),
        share=percent(counts["compliant"], counts["people"]).replace(NO_BREAK, " "),
        people=ngettext("%(num)d person", "%(num)d people", counts["people"]),
    )
    lines = [
        _(
            "Late: %(num)d, of them new in the last week: %(new)d",
            num=counts["late"],
            new=counts["newly_late"],
        ),
        _("Still in time: %(num)d", num=counts["in_time"]),
        _("Certificates that end in the next 30 days: %(num)d", num=sum(_endings(counts).values())),
    ]
    lines += [f"  {courses.get(course, '')}: {num}" for course, num in _endings(counts).items()]
    return FigureLines(sentence, lines)


def _endings(counts: Counter[str]) -> dict[int, int]:
    found = {
        int(name.removeprefix("ending:")): num
        for name, num in counts.items()
        if name.startswith("ending:") and num
    }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def write_hr_week(
    to: Recipient, organisation: str, counts: Counter[str], courses: Mapping[int, str], day: date
) -> Letter:
    """Writes the weekly figures of an organisation to its HR: counts and links, names stay on the pages."""
    with force_locale(language_for(to.language)):
        figures = figure_lines(counts, courses, day)
        body = render_template(
            "reminders/email/hr_week.txt",
            name=to.name,
            organisation=organisation,
            figures=figures,
            on_paper=counts["on_paper"],
            report=address_of("compliance.report"),
            late=address_of("compliance.people"),
            paper=address_of("reminders.on_paper"),
            log=address_of("reminders.index"),
        )
        subject = _("Training at %(name)s: the week of %(day)s", name=organisation, day=plain_day(day))
        return Letter(subject, body)


def write_sector_week(
    to: Recipient,
    organisation: str,
    sectors: Sequence[tuple[Sector, Counter[str]]],
    courses: Mapping[int, str],
    day: date,
) -> Letter:
    """Writes the weekly figures of sectors to somebody HR has chosen: counts only."""
    language = language_for(to.language)
    with force_locale(language):
        body = render_template(
            "reminders/email/sector_week.txt",
            name=to.name,
            organisation=organisation,
            sectors=[
                (sector.name(language), figure_lines(counts, courses, day)) for sector, counts in sectors
            ],
        )
        subject = _("Training at %(name)s: the week of %(day)s", name=organisation, day=plain_day(day))
        return Letter(subject, body)
