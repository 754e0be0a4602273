"""Explains how an award was earned, why it has its dates, and what renewing it would give."""

from datetime import date

from lms.assessment.models import OpenedBy
from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries
from lms.certification.awards.dates import decide_dates
from lms.certification.awards.rules import last_valid_day, parse_period
from lms.certification.models import Award
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.days import ONE_DAY
from lms.kernel.i18n import gettext as _
from lms.learning.hooks import HeldCertificate
from lms.web.formatting import day, period


def how_earned(award: Award) -> str:
    """Returns how an award was earned; one query for a quiz."""
    if award.how == "session":
        return _("In-person session on %(day)s", day=day(award.earned_on))
    if award.how == "quiz":
        return _quiz(queries.find_opened_by(award))
    return {"prior": _("Recognised prior training"), "import": _("Earlier record")}[award.how]


def _quiz(opened_by: OpenedBy) -> str:
    return {
        OpenedBy.MODULES: _("Course quiz"),
        OpenedBy.CHANGES: _("Course quiz about what had changed"),
        OpenedBy.CERTIFICATE: _("Course quiz, the modules known from an earlier certificate"),
        OpenedBy.ORGANISATION: _("Course quiz, without the modules"),
        OpenedBy.PAPER: _("Course quiz on paper"),
    }[opened_by]


def held_certificate(actor: Actor, course: PublishedCourse, sector: str | None) -> HeldCertificate | None:
    """Returns an actor's certificate of a course that ends last; None without one. One query."""
    if actor.person_id is None:
        return None
    examined = sector if course.per_sector else None
    award = queries.find_last_award(actor.person_id, course.course_id, examined, clock.today(actor.time_zone))
    return HeldCertificate(award.printed["edition"], award.valid_until) if award else None


def why_these_dates(award: Award) -> str:
    """Explains the dates of an award from the inputs that were stored with it."""
    earned = _(
        "Earned on %(earned)s (time zone %(zone)s), course edition %(edition)s.",
        earned=day(award.earned_on),
        zone=award.zone,
        edition=award.printed["edition"],
    )
    return f"{earned} {_counted(award)}"


def _counted(award: Award) -> str:
    inputs, until = award.date_inputs, day(award.valid_until)
    length, counted_from = period(inputs["period"]), date.fromisoformat(inputs["counted_from"])
    if inputs["kept_old_until"]:
        return _(
            "%(period)s from that day would end earlier than the previous certificate, so this one is valid as "
            "long as that one: through %(until)s.",
            period=length,
            until=until,
        )
    if counted_from != award.earned_on:
        return _(
            "Renewed in time, so it is valid for %(period)s from %(start)s, the day after the previous certificate "
            "ends: through %(until)s. No days were lost by renewing early.",
            period=length,
            start=day(counted_from),
            until=until,
        )
    plain = _("Valid for %(period)s from that day: through %(until)s.", period=length, until=until)
    opened = min((date.fromisoformat(window["opens_on"]) for window in inputs["windows"]), default=None)
    if opened is None or opened <= award.earned_on:
        return plain
    early = _(
        "The previous certificate was valid through %(old)s; it could be renewed without losing days from %(opened)s.",
        old=day(date.fromisoformat(inputs["old_until"])),
        opened=day(opened),
    )
    return f"{plain} {early}"


def renewal_note(actor: Actor, course: PublishedCourse, sector: str | None) -> str | None:
    """Returns, before a quiz, what passing it today would give; None for a learner without a valid certificate."""
    if actor.person_id is None:
        return None
    today, examined = clock.today(actor.time_zone), sector if course.per_sector else None
    old = queries.find_last_award(actor.person_id, course.course_id, examined, today)
    if old is None or old.valid_until < today:
        return None
    decided = decide_dates(actor.person_id, course, examined, today)
    free_from = decided.early_renewal_from
    present = _("Your certificate is valid through %(until)s.", until=day(old.valid_until))
    new = _("If you pass today, the new one is valid through %(until)s.", until=day(decided.dates.valid_until))
    if free_from is None:
        return f"{present} {new}"
    if free_from <= today:
        return f"{present} {new} {_('You lose no days by renewing now.')}"
    later = _(
        "From %(start)s you lose no days by renewing early: the new one would then be valid through %(until)s.",
        start=day(free_from),
        until=day(last_valid_day(old.valid_until + ONE_DAY, parse_period(decided.period))),
    )
    return f"{present} {new} {later}"
