"""The main navigation: which role sees which entry, and which one is current."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from lms.kernel.actor import Actor, Role
from lms.kernel.caching import application_cache


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """An entry in one request; ``current`` is ``page``, ``true`` (a page below it) or empty: aria-current."""

    url: str
    label: LazyString
    current: str


ENTRIES: tuple[tuple[str, LazyString, set[Role]], ...] = (
    ("home.my", _l("My training"), {Role.LEARNER}),
    ("learning.courses", _l("Courses"), {Role.LEARNER}),
    ("pathways.mine", _l("Pathway"), {Role.LEARNER}),
    ("authoring.index", _l("Authoring"), {Role.TRAINER, Role.ADMIN}),
    ("people.index", _l("People"), {Role.HR}),
    ("compliance.requirements", _l("Requirements"), {Role.HR}),
    ("compliance.report", _l("Compliance"), {Role.HR, Role.COORDINATOR}),
    ("reminders.index", _l("Reminders"), {Role.HR}),
    ("home.admin", _l("Administration"), {Role.ADMIN}),
)
"""Endpoint, label, and the roles that see the entry."""


def address_of(endpoint: str) -> str:
    """Returns the address of a page without arguments, cached for each application and the path it is mounted at."""
    return application_cache("addresses", 1024).get_or_load((request.script_root, endpoint), lambda: url_for(endpoint))


def navigation(actor: Actor | None) -> list[NavigationLink]:
    """Returns the links an actor sees, in their order; none where nobody is signed in."""
    if actor is None or actor.is_anonymous:
        return []
    links, path, actor_roles = [], request.path, actor.roles
    for endpoint, label, roles in ENTRIES:
        if endpoint in current_app.view_functions and not actor_roles.isdisjoint(roles):
            url = address_of(endpoint)
            below = "true" if path.startswith(url.rstrip("/") + "/") else ""
            links.append(NavigationLink(url, label, "page" if path == url else below))
    return links
