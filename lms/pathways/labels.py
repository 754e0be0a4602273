"""What templates call on to show contacts: labels of their kinds, telephone links, and whether a check is overdue."""

from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from lms.kernel import clock
from lms.kernel.i18n import LazyString, lazy_gettext as _l
from lms.pathways import rules
from lms.pathways.models import PathwayVersion
from lms.web.access import current_actor

KIND_LABELS: dict[str, LazyString] = {
    "emergency": _l("Emergency, day and night"),
    "focal-point": _l("Child protection focal point"),
    "staff-concern": _l("Concern about staff (safeguarding, PSEA)"),
    "health": _l("Health care"),
    "gbv": _l("After sexual violence"),
    "mhpss": _l("Mental health and psychosocial support"),
    "family-tracing": _l("Family tracing and reunification"),
    "police": _l("Police"),
    "staff-care": _l("Staff care: support for you"),
    "other": _l("Other help"),
}
"""What each kind of contact is called; the keys are ``rules.KINDS``."""


def kind_label(kind: str) -> str:
    """Returns what a kind of contact is called; a kind from an older release shows as it was written."""
    return str(KIND_LABELS.get(kind, kind))


def tel(phone: str) -> str:
    """Returns the ``tel:`` address of a number; empty where it cannot be dialled."""
    dialled = rules.dial(phone)
    return f"tel:{quote(dialled, safe='+*')}" if dialled else ""


def overdue_pathway(version: PathwayVersion | Row[*tuple[Any, ...]]) -> bool:
    """Says whether a version should have been checked before today, in the reader's time zone."""
    return rules.is_overdue(version.review_by, clock.today(current_actor().time_zone))
