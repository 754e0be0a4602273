"""The table of the main navigation: who sees which entry, and which one is here."""

from dataclasses import dataclass

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from lms.kernel.actor import Actor, Role
from lms.web.addresses import address_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of the main navigation, by endpoint name, for the roles that have business there."""

    endpoint: str
    label: LazyString
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one request shows it; ``current`` is ``page``, ``true`` (somewhere below it) or empty."""

    url: str
    label: LazyString
    current: str


ENTRIES = (
    Entry("home.my", _l("My training"), frozenset({Role.LEARNER})),
    Entry("learning.courses", _l("Courses"), frozenset({Role.LEARNER})),
    Entry("pathways.mine", _l("Pathway"), frozenset({Role.LEARNER})),
    Entry("authoring.index", _l("Authoring"), frozenset({Role.TRAINER})),
    Entry("people.index", _l("People"), frozenset({Role.HR})),
    Entry("compliance.requirements", _l("Requirements"), frozenset({Role.HR})),
    Entry("compliance.report", _l("Compliance"), frozenset({Role.HR, Role.COORDINATOR})),
    Entry("reminders.index", _l("Reminders"), frozenset({Role.HR})),
    Entry("home.admin", _l("Administration"), frozenset({Role.ADMIN})),
)


def _current(url: str, path: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url.rstrip("/") + "/") else ""


def navigation(actor: Actor | None) -> list[Link]:
    """Returns the links an actor sees, in the order of the table; nobody signed in sees none."""
    if actor is None or actor.is_anonymous:
        return []
    pages, path, roles = current_app.view_functions, request.path, actor.roles
    return [
        Link(url, entry.label, _current(url, path))
        for entry in ENTRIES
        if entry.endpoint in pages and not entry.roles.isdisjoint(roles)
        for url in [address_of(entry.endpoint)]
    ]
