"""What templates call on: labels of contacts, versions and authors, telephone links, whether a check is overdue."""

from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from lms.kernel import clock
from lms.kernel.i18n import LazyString, gettext as _, lazy_gettext as _l
from lms.pathways import rules
from lms.pathways.confirming.rules import VersionState
from lms.pathways.models import PathwayVersion
from lms.people.api import load_organisation_names
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


STATE_LABELS: dict[VersionState, tuple[LazyString, str, str]] = {
    VersionState.PUBLISHED: (_l("Published"), "plain", "circle-check"),
    VersionState.CONFIRMED: (_l("Confirmed by a second person"), "good", "circle-check"),
    VersionState.UNCONFIRMED: (_l("Not yet confirmed"), "soon", "triangle-alert"),
    VersionState.WAITING: (_l("Waits to be confirmed"), "soon", "hourglass"),
    VersionState.LAPSED: (_l("Lapsed: nobody confirmed it in time"), "plain", "circle-minus"),
    VersionState.REFUSED: (_l("Refused"), "late", "circle-slash"),
}
"""What is said of a version, with the kind and the icon of its mark."""


def state_label(state: VersionState) -> tuple[LazyString, str, str]:
    """Returns what is said of a version: the words, the kind and the icon of its mark."""
    return STATE_LABELS[state]


def author_label(version: PathwayVersion) -> str:
    """Returns who wrote a version, without a name: HR of which organisations, or a coordinator or administrator."""
    if not version.recorded_by:
        return _("the administrators of this installation")
    names = sorted(load_organisation_names(version.organisation_ids or ()).values())
    return _("HR of %(names)s", names=", ".join(names)) if names else _("a coordinator or administrator")


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
