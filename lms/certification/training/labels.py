"""What a line of a list comes to, in words."""

from flask_babel import gettext

from lms.certification.training.operations import AWARDED, Found, JudgedLine
from lms.web.words import day_short


def _(text: str, **values: object) -> str:
    # Flask-Babel has no types.
    return str(gettext(text, **values))


def found_word(judged: JudgedLine) -> str:
    """Names in a word or two what a line comes to."""
    return {
        Found.NEW: _("Found"),
        Found.RENEWED: _("Already covered"),
        Found.COVERED: _("Already covered"),
        Found.SAME_DAY: _("Already covered"),
        Found.UNKNOWN: _("Unknown"),
        Found.NOT_YOURS: _("Not yours"),
        Found.TWICE: _("Twice"),
        Found.NO_DAY: _("No day"),
        Found.NO_EVIDENCE: _("No proof"),
        Found.FUTURE: _("In the future"),
        Found.TOO_OLD: _("Too long ago"),
        Found.ENDED: _("Too long ago"),
    }[judged.found]


def found_look(judged: JudgedLine) -> tuple[str, str]:
    """Returns kind and icon of the word."""
    if judged.found in AWARDED:
        return ("good", "circle-check") if judged.found is Found.NEW else ("good", "rotate-ccw")
    if judged.found in (Found.COVERED, Found.SAME_DAY, Found.TWICE):
        return ("plain", "circle-minus")
    return ("late", "circle-alert")


def reason(judged: JudgedLine) -> str:
    """Says in a sentence what a line gives, or why it gives nothing."""
    earned_on, until = day_short(judged.line.earned_on), day_short(judged.until)
    return {
        Found.NEW: _("Valid through %(until)s.", until=until),
        Found.RENEWED: _("Held one on that day. Renewed, valid through %(until)s.", until=until),
        Found.COVERED: _("Held one on that day, valid through %(until)s.", until=until),
        Found.SAME_DAY: _("Has a certificate that was earned on %(day)s already.", day=earned_on),
        Found.UNKNOWN: _("Nobody has this staff number. Look for a slip, or add the person first."),
        Found.NOT_YOURS: _("This staff number belongs to another organisation."),
        Found.TWICE: _("Stands on line %(number)s already.", number=judged.first_line),
        Found.NO_DAY: _("The day cannot be read. Write it as 2026-03-31."),
        Found.NO_EVIDENCE: _("Write where the proof lies, in at most 200 characters."),
        Found.FUTURE: _("%(day)s has not come yet.", day=earned_on),
        Found.TOO_OLD: _(
            "It was earned on %(day)s; only what was earned since %(limit)s is recognised.",
            day=earned_on,
            limit=day_short(judged.limit),
        ),
        Found.ENDED: _(
            "A certificate of this course earned on %(day)s ended on %(until)s. The course has to be done again.",
            day=earned_on,
            until=until,
        ),
    }[judged.found]
