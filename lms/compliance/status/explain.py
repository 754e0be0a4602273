"""The sentence that explains a status, written from its reason in the language of the page, job or file.

The sentence is the same on HR pages, in the API and in every export, so it speaks of nobody as "you"; the learner's
page adds its own words for due days.
"""

from collections.abc import Callable
from datetime import date

from babel.support import NullTranslations

from lms.compliance.status.definitions import Limit, Reason, StatusRule, TrainingStatus
from lms.kernel.i18n import N_, current_catalogue, day_writer, format_day, gettext as _, ngettext

MESSAGES = {
    "no_placement": N_("Not required: no placement in the organisation on this day."),
    "not_in_force": N_("Not required: the requirement is not in force on this day."),
    "not_matched": N_("Not required: the requirement does not apply to this placement."),
    "valid": N_("Valid until %(effective_end)s: earned %(earned_on)s, edition %(edition)s."),
    "expiring": N_(
        "Valid until %(effective_end)s: earned %(earned_on)s, edition %(edition)s; "
        "open for renewal since %(window_open_since)s without losing a day."
    ),
    "exempt": N_("Exempt from %(exempt_from)s until %(exempt_until)s."),
    "exempt_open": N_("Exempt from %(exempt_from)s, without an end date."),
    "not_started": N_("Due on %(due_on)s: required since %(obliged_from)s, with %(due_days)s to complete it."),
    "in_progress": N_("Due on %(due_on)s: required since %(obliged_from)s, with %(due_days)s to complete it."),
    "overdue": N_("Was due on %(due_on)s: required since %(obliged_from)s, with %(due_days)s to complete it."),
    "revoked": N_("Revoked from %(revoked_on)s: the award earned %(earned_on)s counted through %(ended_on)s."),
    "grace": N_("Ended on %(ended_on)s, in grace until %(grace_through)s: earned %(earned_on)s, edition %(edition)s."),
    "expired": N_("Expired, last valid day %(ended_on)s: earned %(earned_on)s, edition %(edition)s."),
    "last_before": N_("The last award, earned %(earned_on)s, ended on %(ended_on)s, before the requirement applied."),
    "progress": N_("Last worked on %(progress_on)s."),
    "revoked_since": N_("Revoked since, from %(revoked_on)s."),
    "max_age": N_("The end is set by the age the requirement allows."),
    "min_edition": N_("The end is set by the day from which the requirement asks for a newer edition."),
    "sector": N_("Sector: %(sector)s."),
}
DAY_PATTERN = "d MMM y"
SECTORS = {
    "protection": N_("Protection"),
    "food-security-livelihoods": N_("Food security and livelihoods"),
    "education": N_("Education"),
    "health": N_("Health"),
    "mhpss": N_("Mental health and psychosocial support"),
    "nutrition": N_("Nutrition"),
    "wash": N_("WASH"),
    "shelter-settlement": N_("Shelter and settlement"),
    "camp-management": N_("Camp management"),
}
"""The nine sectors as a sentence names them; an added sector has its own name."""


def sentence(reason: Reason) -> str:
    """Returns the reason of a status in words: first what it is and until when, then the details."""
    head = reason.status.value
    if reason.status is TrainingStatus.NOT_REQUIRED:
        head = reason.rule.value
    elif reason.status is TrainingStatus.EXEMPT and reason.exempt_until is None:
        head = "exempt_open"
    return _say([head, *_detail_keys(reason)], reason)


def valid_writer() -> Callable[[date, date, int], str]:
    """Returns what writes the sentence of valid statuses without details, as ``sentence`` does: for many at once.

    It takes the last valid day, the earned day and the edition.
    """
    texts = current_catalogue()
    text, day = str(texts.ugettext(MESSAGES["valid"])), day_writer(texts, DAY_PATTERN)
    return lambda end, earned, edition: text % {"effective_end": day(end), "earned_on": day(earned), "edition": edition}


def details(reason: Reason) -> str:
    """Returns the details that follow the first part of the sentence; may be empty."""
    return _say(_detail_keys(reason), reason)


def written_day(day: date) -> str:
    """Returns a day as sentences name it: 22 Nov 2026."""
    return format_day(day, DAY_PATTERN)


class _Values:
    """What a reason's sentence is filled with: the text looks up only what it names."""

    def __init__(self, reason: Reason, texts: NullTranslations) -> None:
        self._reason = reason
        self._written_day = day_writer(texts, DAY_PATTERN)

    def __getitem__(self, name: str) -> object:
        value = getattr(self._reason, name)
        if isinstance(value, date):
            return self._written_day(value)
        if name == "sector":
            named = SECTORS.get(str(value))
            return value if named is None else _(named)
        return ngettext("%(num)s day", "%(num)s days", value) if name == "due_days" else value


def _say(keys: list[str], reason: Reason) -> str:
    texts = current_catalogue()
    values = _Values(reason, texts)
    return " ".join([str(texts.ugettext(MESSAGES[key])) % values for key in keys])


def _detail_keys(reason: Reason) -> list[str]:
    concerned: list[str] = []
    if reason.status is TrainingStatus.IN_PROGRESS:
        concerned.append("progress")
    if reason.rule is StatusRule.ENDED_BEFORE_OBLIGATION:
        concerned.append("last_before")
    if reason.limit in (Limit.MAX_AGE, Limit.MIN_EDITION) and reason.rule in (StatusRule.LIVE_AWARD, StatusRule.ENDED):
        concerned.append(str(reason.limit))
    if reason.rule is StatusRule.LIVE_AWARD and reason.revoked_on is not None:
        concerned.append("revoked_since")
    if reason.sector is not None:
        concerned.append("sector")
    return concerned
