"""Rate limits of sign-in: few wrong tries, and any number of right ones.

Who has guessed is told apart in three ways. For a name at one network (or on one device that knows it) a few wrong
passwords are enough. For a name over all networks there is a number that no person reaches, which keeps out many
computers; a device on which the name has signed in before is counted by itself, so that nobody is locked out by others.
For a network there is room for a whole office behind one address; what succeeded is never counted.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, g, request, session as cookie
from flask_security import anonymous_user_required, views

from lms.accounts.sign_in.devices import key_of_device
from lms.accounts.sign_in.views import forgot_password
from lms.accounts.single_sign_on.sessions import clear_origin
from lms.kernel.requests import hashes_passwords, writes_at_once
from lms.kernel.text import normalise
from lms.web.access import current_actor
from lms.web.limits import OFFICE, digest_of, limiter, network

View = Callable[..., Any]

NAME_OF_FIRST_STEP = "typed_name"
"""Where the session cookie has the key of the name that was typed with the password, until the second step is done."""


def typed_name() -> str:
    """Returns the name typed into a form as a key: hashed, so that no list of names is in a store."""
    return digest_of(normalise(request.form.get("email", "")).casefold())


def device() -> str:
    """Returns the key of the device, empty where the typed name never signed in on it."""
    return key_of_device(typed_name())


def name_here() -> str:
    """Returns the key of the typed name on this device, or where that is unknown at this network."""
    return f"{typed_name()}@{device() or network()}"


def name_anywhere() -> str:
    """Returns the key of the typed name over all networks; a device that knows it has its own."""
    known = device()
    return f"{typed_name()}@{known}" if known else typed_name()


def account() -> str:
    """Returns the key of who is signed in."""
    return f"account:{current_actor().account_id}"


def refused(response: Response) -> bool:
    """Says whether a form was shown again: a wrong password.

    So is a right one that was compared with the passwords of several accounts: with an account of the same number or
    e-mail somebody could otherwise try out the password of another without any limit.
    """
    return response.status_code in (200, 422) or bool(g.get("compared_with_several"))


def accepted(response: Response) -> bool:
    """Says whether a form was not refused, by a limit or otherwise."""
    return response.status_code < 400


def limit_posts(view: View, rate: str, **more: Any) -> View:
    """Limits how often a form is sent, from a network where ``more`` names no other key."""
    return limiter.limit(rate, methods=["POST"], **more)(view)


def limit_name(view: View, here: str, anywhere: str, counted: Callable[[Response], bool]) -> View:
    """Limits what is sent with one name, at one place and over all of them, and from one network with any name."""
    view = limit_posts(view, anywhere, key_func=name_anywhere, deduct_when=counted)
    view = limit_posts(view, here, key_func=name_here, deduct_when=counted)
    return limit_posts(view, OFFICE, exempt_when=device, deduct_when=counted)


def limit_account(view: View) -> View:
    """Limits wrong passwords of who is signed in."""
    return limit_posts(hashes_passwords(view), "10 per 15 minutes", key_func=account, deduct_when=refused)


limit_codes = limiter.limit(OFFICE, deduct_when=lambda response: response.status_code == 404)
"""Limits unknown codes, from a network. Of a code's 58 bits that leaves enough for ever."""


def confirmed(view: View) -> View:
    """Marks and limits a form that asks for the password again: refused 10 times in 15 minutes by who is signed in."""
    limit = limiter.limit(
        "10 per 15 minutes", methods=["POST"], key_func=account, deduct_when=lambda answer: answer.status_code == 422
    )
    return hashes_passwords(limit(view))


def password_owner() -> str:
    """Returns the key of whose password was right, at the second step."""
    return digest_of(cookie.get("tf_user_id", ""))


def owner_here() -> str:
    """Returns that key on a device that has signed in as them before, or where none has at this network."""
    return f"{password_owner()}@{_device_of_owner() or network()}"


def owner_anywhere() -> str:
    """Returns that key over all networks; a device that has signed in as them has its own."""
    known = _device_of_owner()
    return f"{password_owner()}@{known}" if known else password_owner()


def _device_of_owner() -> str:
    return key_of_device(cookie.get(NAME_OF_FIRST_STEP, ""))


def limit_codes_typed(view: View) -> View:
    """Limits wrong codes of the second step: of a million, five a quarter of an hour and 30 a day may be tried."""
    view = limit_posts(view, "30 per day", key_func=owner_anywhere, deduct_when=refused)
    return limit_posts(view, "5 per 15 minutes", key_func=owner_here, deduct_when=refused)


def sign_in() -> Any:
    """Takes name and password; where a second step follows, remembers until then which name was typed."""
    if request.method == "POST":
        clear_origin()
    response = views.login()
    if "tf_user_id" in cookie:
        cookie[NAME_OF_FIRST_STEP] = "" if g.get("compared_with_several") else typed_name()
        if not request.values.get("next"):
            # Flask-Security would lead back to the sign-in page at the end.
            response.location = response.location.partition("?")[0]
    return response


# Made once, at import: a limit belongs to a function, and would count twice if it were made twice.
LIMITED_VIEWS = {
    "security.login": limit_name(
        writes_at_once(hashes_passwords(sign_in)), "5 per 15 minutes", "100 per hour", refused
    ),
    # Of mails with a link, to one e-mail, known here or not.
    "security.forgot_password": limit_name(forgot_password, "5 per hour", "20 per hour", accepted),
    "security.reset_password": limit_posts(hashes_passwords(views.reset_password), OFFICE, deduct_when=accepted),
    "security.change_password": limit_account(views.change_password),
    "security.verify": limit_account(views.verify),
    "security.two_factor_token_validation": limit_codes_typed(
        # Who is signed in already, and went back to it, would else be signed out.
        anonymous_user_required(views.two_factor_token_validation)
    ),
}
