"""The sentence that explains a standing, written from its reason through one table of messages.

A translation gives its own `Language`; the English one is here. The sentence is the same on the learner's
page, the HR page, in the API and in every export, so it speaks of nobody as "you".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from lms.compliance.status.definitions import Because, Limit, Rule, Standing

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MESSAGES: Mapping[str, str] = {
    "no_placement": "Not required: no placement in the organisation on this day.",
    "not_in_force": "Not required: the requirement is not in force on this day.",
    "not_matched": "Not required: the requirement does not ask it of this placement.",
    "valid": "Valid until {effective_end}: earned {earned_on}, edition {edition}.",
    "expiring": (
        "Valid until {effective_end}: earned {earned_on}, edition {edition}; "
        "renewing loses no day since {window_open_since}."
    ),
    "exempt": "Exempt from {exempt_from} until {exempt_until}.",
    "exempt_open": "Exempt from {exempt_from}, without a last day.",
    "not_started": "Due on {due_on}: the obligation started on {obliged_from}, with {due_days} to meet it.",
    "in_progress": (
        "Due on {due_on}: the obligation started on {obliged_from}, with {due_days} to meet it; "
        "last worked on {progress_on}."
    ),
    "overdue": (
        "Overdue, was due on {due_on}: the obligation started on {obliged_from}, with {due_days} to meet it."
    ),
    "revoked": "Revoked from {revoked_on}: the award earned {earned_on} counted through {ended_on}.",
    "grace": "Ended on {ended_on}, in grace until {grace_through}: earned {earned_on}, edition {edition}.",
    "expired": "Expired, last valid day {ended_on}: earned {earned_on}, edition {edition}.",
    "last_before": "The last award, earned {earned_on}, ended on {ended_on}, before the obligation started.",
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
"""The nine sectors as a sentence calls them; one that a house adds goes by its own word."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says a reason: messages by key, days, the key for a number of days, and the sectors."""

    messages: Mapping[str, str]
    say_day: Callable[[date], str]
    plural: Callable[[int], str]
    sectors: Mapping[str, str]


ENGLISH = Language(MESSAGES, english_day, _english_count, SECTORS)


def sentence(because: Because, language: Language = ENGLISH) -> str:
    """Returns the reason of a standing in words: first what it is and until when, then what adds to it."""
    values: dict[str, object] = {
        name: language.say_day(value) if isinstance(value, date) else value
        for name in Because.__dataclass_fields__
        if (value := getattr(because, name)) is not None
    }
    if because.sector is not None:
        values["sector"] = language.sectors.get(str(because.sector), because.sector)
    if because.due_days is not None:
        values["due_days"] = language.messages[language.plural(because.due_days)].format(
            count=because.due_days
        )
    return " ".join(language.messages[key].format_map(values) for key in _keys(because))


def _keys(because: Because) -> list[str]:
    keys = [_head(because)]
    if because.rule is Rule.ENDED_BEFORE_OBLIGATION:
        keys.append("last_before")
    if because.limit in (Limit.MAX_AGE, Limit.MIN_EDITION) and because.rule in (Rule.LIVE_AWARD, Rule.ENDED):
        keys.append(because.limit.value)
    if because.rule is Rule.LIVE_AWARD and because.revoked_on is not None:
        keys.append("revoked_since")
    if because.sector is not None:
        keys.append("sector")
    return keys


def _head(because: Because) -> str:
    if because.standing is Standing.NOT_REQUIRED:
        return because.rule.value
    if because.standing is Standing.EXEMPT and because.exempt_until is None:
        return "exempt_open"
    return because.standing.value
