"""Who may open a page at all: signed in, or with a role. What they may see of it is each package's policy."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app
from flask_login import current_user

from lms.kernel.actor import NOBODY, Actor, Role

P = ParamSpec("P")
R = TypeVar("R")


def current_actor() -> Actor:
    """Returns the actor of this request."""
    actor = getattr(current_user, "actor", None)
    return actor if isinstance(actor, Actor) else NOBODY


def role_needed(*roles: Role, before_second_step: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Opens a view to people with one of the roles; others who are signed in get 403.

    Who is not signed in is sent to the sign-in page, and who must set up a second step for it is sent to do that,
    but for a view that says ``before_second_step``.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            if actor.is_anonymous:
                refused: R = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
                return refused
            if getattr(current_user, "needs_second_step", False) and not before_second_step:
                waiting: R = current_app.extensions["ask_for_second_step"]()
                return waiting
            if roles and not any(actor.has(role) for role in roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.access = tuple(map(str, roles)) or "signed-in"  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Opens a view to everybody signed in; others are sent to the sign-in page."""
    return role_needed()(view)


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Opens a view to everybody without signing in; a test lists these views."""
    view.access = "public"  # type: ignore[attr-defined]
    return view
