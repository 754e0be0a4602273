"""The main navigation: which role sees which entry, and which one is current."""

from dataclasses import dataclass

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from lms.kernel.actor import Actor, Role
from lms.web.addresses import address_of


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """An entry of the main navigation, by endpoint name, with the roles that see it."""

    endpoint: str
    label: LazyString
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """An entry in one request; ``current`` is ``page``, ``true`` (a page below it) or empty: aria-current."""

    url: str
    label: LazyString
    current: str


ENTRIES = (
    NavigationEntry("home.my", _l("My training"), frozenset({Role.LEARNER})),
    NavigationEntry("learning.courses", _l("Courses"), frozenset({Role.LEARNER})),
    NavigationEntry("pathways.mine", _l("Pathway"), frozenset({Role.LEARNER})),
    NavigationEntry("authoring.index", _l("Authoring"), frozenset({Role.TRAINER})),
    NavigationEntry("people.index", _l("People"), frozenset({Role.HR})),
    NavigationEntry("compliance.requirements", _l("Requirements"), frozenset({Role.HR})),
    NavigationEntry("compliance.report", _l("Compliance"), frozenset({Role.HR, Role.COORDINATOR})),
    NavigationEntry("reminders.index", _l("Reminders"), frozenset({Role.HR})),
    NavigationEntry("home.admin", _l("Administration"), frozenset({Role.ADMIN})),
)


def _current(url: str, path: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url.rstrip("/") + "/") else ""


def navigation(actor: Actor | None) -> list[NavigationLink]:
    """Returns the links an actor sees, in their order; none where nobody is signed in."""
    if actor is None or actor.is_anonymous:
        return []
    pages, path, roles = current_app.view_functions, request.path, actor.roles
    return [
        NavigationLink(url, entry.label, _current(url, path))
        for entry in ENTRIES
        if entry.endpoint in pages and not entry.roles.isdisjoint(roles)
        for url in [address_of(entry.endpoint)]
    ]
