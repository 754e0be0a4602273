"""Who may open a page at all: signed in, or holding a role. What of it they may see is each room's policy."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app
from flask_login import current_user

from lms.kernel.actor import NOBODY, Actor, Role

P = ParamSpec("P")
R = TypeVar("R")


def current_actor() -> Actor:
    """Returns who is acting in this request."""
    actor = getattr(current_user, "actor", None)
    return actor if isinstance(actor, Actor) else NOBODY


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Opens a view to everybody who is signed in; the others are asked to sign in first."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_actor().is_anonymous:
            refused: R = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            return refused
        return view(*args, **kwargs)

    guarded.access = "signed-in"  # type: ignore[attr-defined]
    return guarded


def role_needed(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Opens a view to people who hold one of the roles; signed-in others are refused with 403."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            if not any(actor.has(role) for role in roles):
                abort(403)
            return view(*args, **kwargs)

        opened = signed_in(guarded)
        opened.access = tuple(str(role) for role in roles)  # type: ignore[attr-defined]
        return opened

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view that anybody may open without signing in; a test keeps the list of them short."""
    view.access = "public"  # type: ignore[attr-defined]
    return view
