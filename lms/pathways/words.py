"""How pathways are written on pages: the names of the kinds of contacts, numbers to tap, and what is overdue."""

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol
from urllib.parse import quote

from flask_babel import LazyString, lazy_gettext as _l

from lms.kernel import clock
from lms.pathways import rules
from lms.web.access import current_actor

KIND_WORDS: dict[str, LazyString] = {
    "emergency": _l("Danger now, day and night"),
    "focal-point": _l("Child protection focal point"),
    "staff-concern": _l("Worry about staff (safeguarding, PSEA)"),
    "health": _l("Health care"),
    "gbv": _l("After sexual violence"),
    "mhpss": _l("Mental health and psychosocial support"),
    "police": _l("Police"),
    "other": _l("Other help"),
}
"""What each kind of contact is called; the keys are ``rules.KINDS``."""


def kind_word(kind: str) -> str:
    """Returns what a kind of contact is called; a kind from an older release shows as it was written."""
    return str(KIND_WORDS.get(kind, kind))


def tel(phone: str) -> str:
    """Returns the address that dials a number when it is tapped; empty where it cannot be dialled."""
    dialled = rules.dial(phone)
    return f"tel:{quote(dialled, safe='+*')}" if dialled else ""


class Reviewed(Protocol):
    """Anything that names the day by which it is checked again: a version, or a line of the list."""

    @property
    def review_by(self) -> date:
        """Returns the last day that is in time."""


def overdue_pathway(version: Reviewed) -> bool:
    """Says whether a version should have been checked again before today, where the reader works."""
    return rules.is_overdue(version.review_by, clock.today(current_actor().time_zone))


FILTERS: dict[str, Callable[..., Any]] = {
    "kind_word": kind_word,
    "tel": tel,
    "by_kind": rules.by_kind,
    "missing_kinds": rules.missing_kinds,
}
"""Template filters for every page that shows contacts."""

TESTS: dict[str, Callable[..., bool]] = {"overdue_pathway": overdue_pathway}
"""Template tests: ``{% if version is overdue_pathway %}``."""
