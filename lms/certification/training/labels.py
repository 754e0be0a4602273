"""The outcome of a line of a list in words."""

from lms.certification.training.check import CheckedLine, LineOutcome
from lms.kernel.i18n import gettext as _
from lms.web.formatting import day_short


def outcome_label(checked: CheckedLine) -> str:
    """Returns the outcome of a line in a word or two."""
    return {
        LineOutcome.NEW: _("Found"),
        LineOutcome.RENEWED: _("Already covered"),
        LineOutcome.COVERED: _("Already covered"),
        LineOutcome.SAME_DAY: _("Already covered"),
        LineOutcome.UNKNOWN: _("Unknown"),
        LineOutcome.DUPLICATE: _("Duplicate"),
        LineOutcome.OWN: _("Yourself"),
        LineOutcome.NO_DAY: _("No date"),
        LineOutcome.NO_EVIDENCE: _("No evidence"),
        LineOutcome.FUTURE: _("In the future"),
        LineOutcome.TOO_OLD: _("Too long ago"),
        LineOutcome.ENDED: _("Expired"),
    }[checked.outcome]


def outcome_look(checked: CheckedLine) -> tuple[str, str]:
    """Returns the kind and the icon of the label."""
    if checked.is_awarded:
        return ("good", "circle-check") if checked.outcome is LineOutcome.NEW else ("good", "rotate-ccw")
    if checked.outcome in (LineOutcome.COVERED, LineOutcome.SAME_DAY, LineOutcome.DUPLICATE):
        return ("plain", "circle-minus")
    return ("late", "circle-alert")


def explain_outcome(checked: CheckedLine) -> str:
    """Returns in a sentence what a line gives, or why it gives nothing."""
    earned_on, until = day_short(checked.line.earned_on), day_short(checked.until)
    return {
        LineOutcome.NEW: _("Valid through %(until)s.", until=until),
        LineOutcome.RENEWED: _("Had a valid certificate on that day. Renewed, valid through %(until)s.", until=until),
        LineOutcome.COVERED: _("Had a certificate on that day, valid through %(until)s.", until=until),
        LineOutcome.SAME_DAY: _("Already has a certificate earned on %(day)s.", day=earned_on),
        LineOutcome.UNKNOWN: _("Nobody of this organisation has this staff number. Check it, or add the person first."),
        LineOutcome.DUPLICATE: _("Already on line %(number)s.", number=checked.first_line),
        LineOutcome.OWN: _("This is you. A second person must decide: ask another HR officer to record it."),
        LineOutcome.NO_DAY: _("The date cannot be read. Write it as 2026-03-31."),
        LineOutcome.NO_EVIDENCE: _("Write where the evidence is kept, in at most 200 characters."),
        LineOutcome.FUTURE: _("%(day)s is in the future.", day=earned_on),
        LineOutcome.TOO_OLD: _(
            "Earned on %(day)s; only training since %(limit)s is recognised.",
            day=earned_on,
            limit=day_short(checked.limit),
        ),
        LineOutcome.ENDED: _(
            "A certificate earned on %(day)s would have expired on %(until)s. The person must take the course again.",
            day=earned_on,
            until=until,
        ),
    }[checked.outcome]
