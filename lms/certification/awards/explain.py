"""Explains how an award was earned and why it has its dates."""

from datetime import date, timedelta

from lms.certification.awards.rules import last_valid_day, parse_period
from lms.certification.models import Award
from lms.kernel.i18n import gettext as _
from lms.web.formatting import day, period


def how_earned(award: Award) -> str:
    """Returns how an award was earned."""
    if award.how == "session":
        return _("In-person session on %(day)s", day=day(award.earned_on))
    return {"quiz": _("Course quiz"), "prior": _("Recognised prior training"), "import": _("Earlier record")}[award.how]


def why_these_dates(award: Award) -> str:
    """Explains the dates of an award from the inputs that were stored with it."""
    inputs = award.date_inputs
    earned = _(
        "Earned on %(earned)s (time zone %(zone)s), course edition %(edition)s.",
        earned=day(award.earned_on),
        zone=award.zone,
        edition=award.printed["edition"],
    )
    return f"{earned} {_counted(award, inputs['period'], date.fromisoformat(inputs['counted_from']))}"


def _counted(award: Award, length: str, counted_from: date) -> str:
    old_until = award.date_inputs["old_until"]
    if award.date_inputs["kept_old_until"]:
        return _(
            "%(period)s from that day would end earlier than the previous certificate, so this one is valid as "
            "long as that one: through %(until)s.",
            period=period(length),
            until=day(award.valid_until),
        )
    if counted_from != award.earned_on:
        return _(
            "Renewed in time, so it is valid for %(period)s from %(start)s, the day after the previous certificate "
            "ends: through %(until)s. No days were lost by renewing early.",
            period=period(length),
            start=day(counted_from),
            until=day(award.valid_until),
        )
    plain = _(
        "Valid for %(period)s from that day: through %(until)s.", period=period(length), until=day(award.valid_until)
    )
    opened = _opened_later(award)
    if old_until is None or opened is None:
        return plain
    early = _(
        "The previous certificate was valid through %(old)s; it could be renewed without losing days from %(opened)s.",
        old=day(date.fromisoformat(old_until)),
        opened=day(opened),
    )
    return f"{plain} {early}"


def _opened_later(award: Award) -> date | None:
    """Returns when the first renewal window opened, where the award was earned before that."""
    opened = [date.fromisoformat(window["opens_on"]) for window in award.date_inputs["windows"]]
    first = min(opened, default=None)
    return first if first is not None and award.earned_on < first else None


def renewal_sentence(old_until: date, earned_on: date, length: str, until: date, free_from: date | None) -> str:
    """Returns, before a quiz, what passing it on a day would give somebody with a valid certificate."""
    present = _("Your certificate is valid through %(until)s.", until=day(old_until))
    new = _("If you pass today, the new one is valid through %(until)s.", until=day(until))
    if free_from is None:
        return f"{present} {new}"
    if free_from <= earned_on:
        return f"{present} {new} {_('You lose no days by renewing now.')}"
    full = last_valid_day(old_until + timedelta(days=1), parse_period(length))
    later = _(
        "From %(start)s you lose no days by renewing early: the new one would then be valid through %(until)s.",
        start=day(free_from),
        until=day(full),
    )
    return f"{present} {new} {later}"
