"""Rate limits of sign-in: few wrong tries, and any number of right ones.

A whole class signs in from one address at the same minute, so only what failed is counted; and a person is not locked
out by somebody who guesses from elsewhere, so tries at one name are counted for each address, and over all addresses
only to a number no person reaches.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request
from flask_limiter.util import get_remote_address
from flask_security import views

from lms.accounts.sign_in.views import forgot_password
from lms.kernel.text import normalise
from lms.web.limits import limiter

View = Callable[..., Any]


def typed_name() -> str:
    """Returns the name typed into a form as a key: hashed, so that no list of names is in a cache."""
    name = normalise(request.form.get("email", "")).casefold()
    return hmac.new(str(current_app.secret_key).encode(), name.encode(), hashlib.sha256).hexdigest()


def refused(response: Response) -> bool:
    """Says whether a form was shown again: a wrong password."""
    return response.status_code in (200, 422)


def limit_posts(view: View, rate: str, **more: Any) -> View:
    """Limits how often a form is sent, from an address where ``more`` names no other key."""
    return limiter.limit(rate, methods=["POST"], **more)(view)


def limit_sign_in(view: View) -> View:
    """Limits wrong passwords: 10 a minute from an address, 5 in 15 minutes for a name there, 100 an hour for a name."""
    view = limit_posts(view, "100 per hour", key_func=typed_name, deduct_when=refused)
    there = {"key_func": lambda: f"{typed_name()}@{get_remote_address()}"}
    view = limit_posts(view, "5 per 15 minutes", **there, deduct_when=refused)
    return limit_posts(view, "10 per minute", deduct_when=refused)


limit_codes = limiter.limit("10 per minute", deduct_when=lambda response: response.status_code == 404)
"""Limits unknown codes: 10 a minute from an address. Of a code's 58 bits that leaves enough for ever."""

limit_confirmed = limiter.limit("10 per minute", methods=["POST"], deduct_when=lambda answer: answer.status_code == 422)
"""Limits forms that ask for the password again, where they were refused: 10 a minute from an address."""

# Made once, at import: a limit belongs to a function, and would count twice if it were made twice.
LIMITED_VIEWS = {
    "security.login": limit_sign_in(views.login),
    # Of mails with a link, 5 an hour to one e-mail, known here or not.
    "security.forgot_password": limit_posts(
        limit_posts(forgot_password, "5 per hour", key_func=typed_name), "10 per minute"
    ),
    "security.reset_password": limit_posts(views.reset_password, "20 per minute"),
    "security.change_password": limit_posts(views.change_password, "10 per minute", deduct_when=refused),
    "security.verify": limit_posts(views.verify, "10 per minute", deduct_when=refused),
}
