"""The sentence that explains a status, written from its reason through one table of messages.

A translation gives its own `Language`; the English one is here. The sentence is the same on HR pages, in
the API and in every export, so it speaks of nobody as "you"; the learner's page adds its own words for due days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from lms.compliance.status.definitions import Limit, Reason, StatusRule, TrainingStatus

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MESSAGES: Mapping[str, str] = {
    "no_placement": "Not required: no placement in the organisation on this day.",
    "not_in_force": "Not required: the requirement is not in force on this day.",
    "not_matched": "Not required: the requirement does not apply to this placement.",
    "valid": "Valid until {effective_end}: earned {earned_on}, edition {edition}.",
    "expiring": (
        "Valid until {effective_end}: earned {earned_on}, edition {edition}; "
        "open for renewal since {window_open_since} without losing a day."
    ),
    "exempt": "Exempt from {exempt_from} until {exempt_until}.",
    "exempt_open": "Exempt from {exempt_from}, without an end date.",
    "not_started": "Due on {due_on}: required since {obliged_from}, with {due_days} to complete it.",
    "in_progress": "Due on {due_on}: required since {obliged_from}, with {due_days} to complete it.",
    "overdue": "Was due on {due_on}: required since {obliged_from}, with {due_days} to complete it.",
    "revoked": "Revoked from {revoked_on}: the award earned {earned_on} counted through {ended_on}.",
    "grace": "Ended on {ended_on}, in grace until {grace_through}: earned {earned_on}, edition {edition}.",
    "expired": "Expired, last valid day {ended_on}: earned {earned_on}, edition {edition}.",
    "last_before": "The last award, earned {earned_on}, ended on {ended_on}, before the requirement applied.",
    "progress": "Last worked on {progress_on}.",
    "revoked_since": "Revoked since, from {revoked_on}.",
    "max_age": "The end is set by the age the requirement allows.",
    "min_edition": "The end is set by the day from which the requirement asks for a newer edition.",
    "sector": "Sector: {sector}.",
    "day": "{count} day",
    "days": "{count} days",
}


def english_day(day: date) -> str:
    """Returns a day as an English reader writes it: 11 Feb 2027."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _english_count(count: int) -> str:
    return "day" if count == 1 else "days"


SECTORS: Mapping[str, str] = {
    "protection": "Protection",
    "food-security-livelihoods": "Food security and livelihoods",
    "education": "Education",
    "health": "Health",
    "mhpss": "Mental health and psychosocial support",
    "nutrition": "Nutrition",
    "wash": "WASH",
    "shelter-settlement": "Shelter and settlement",
    "camp-management": "Camp management",
}
"""The nine sectors as a sentence names them; an added sector has its own name."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says a reason: messages by key, days, the key for a number of days, and the sectors."""

    messages: Mapping[str, str]
    say_day: Callable[[date], str]
    plural: Callable[[int], str]
    sectors: Mapping[str, str]


ENGLISH = Language(MESSAGES, english_day, _english_count, SECTORS)


def sentence(reason: Reason, language: Language = ENGLISH) -> str:
    """Returns the reason of a status in words: first what it is and until when, then the details."""
    return _say([_head(reason), *_detail_keys(reason)], reason, language)


def details(reason: Reason, language: Language = ENGLISH) -> str:
    """Returns the details that follow the first part of the sentence; may be empty."""
    return _say(_detail_keys(reason), reason, language)


def _say(keys: list[str], reason: Reason, language: Language) -> str:
    values: dict[str, object] = {
        name: language.say_day(value) if isinstance(value, date) else value
        for name in Reason.__dataclass_fields__
        if (value := getattr(reason, name)) is not None
    }
    if reason.sector is not None:
        values["sector"] = language.sectors.get(str(reason.sector), reason.sector)
    if reason.due_days is not None:
        values["due_days"] = language.messages[language.plural(reason.due_days)].format(count=reason.due_days)
    return " ".join(language.messages[key].format_map(values) for key in keys)


def _detail_keys(reason: Reason) -> list[str]:
    keys = []
    if reason.status is TrainingStatus.IN_PROGRESS:
        keys.append("progress")
    if reason.rule is StatusRule.ENDED_BEFORE_OBLIGATION:
        keys.append("last_before")
    if reason.limit in (Limit.MAX_AGE, Limit.MIN_EDITION) and reason.rule in (StatusRule.LIVE_AWARD, StatusRule.ENDED):
        keys.append(reason.limit.value)
    if reason.rule is StatusRule.LIVE_AWARD and reason.revoked_on is not None:
        keys.append("revoked_since")
    if reason.sector is not None:
        keys.append("sector")
    return keys


def _head(reason: Reason) -> str:
    if reason.status is TrainingStatus.NOT_REQUIRED:
        return reason.rule.value
    if reason.status is TrainingStatus.EXEMPT and reason.exempt_until is None:
        return "exempt_open"
    return reason.status.value
