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

from lms.kernel.text import normalise
from lms.web.limits import limiter

View = Callable[..., Any]


def typed_name() -> str:
    """Returns the name typed into a form as a key: hashed, so that no list of names is in a cache."""
    name = normalise(request.form.get("email", "")).casefold()
    return hmac.new(str(current_app.secret_key).encode(), name.encode(), hashlib.sha256).hexdigest()


def typed_name_and_address() -> str:
    """Returns the key of a name and of the address it is tried from."""
    return f"{typed_name()}@{get_remote_address()}"


def refused(response: Response) -> bool:
    """Says whether a form was shown again: a wrong password."""
    return response.status_code in (200, 422)


def not_found(response: Response) -> bool:
    """Says whether a code was unknown."""
    return response.status_code == 404


def limit_sign_in(view: View) -> View:
    """Limits wrong passwords: 10 a minute from an address, 5 in 15 minutes for a name there, 100 an hour for a name."""
    view = limiter.limit("100 per hour", key_func=typed_name, methods=["POST"], deduct_when=refused)(view)
    view = limiter.limit("5 per 15 minutes", key_func=typed_name_and_address, methods=["POST"], deduct_when=refused)(
        view
    )
    return limiter.limit("10 per minute", methods=["POST"], deduct_when=refused)(view)


def limit_mails(view: View) -> View:
    """Limits mails with a link: 10 a minute from an address and 5 an hour to one e-mail, known here or not."""
    view = limiter.limit("5 per hour", key_func=typed_name, methods=["POST"])(view)
    return limiter.limit("10 per minute", methods=["POST"])(view)


limit_codes = limiter.limit("10 per minute", deduct_when=not_found)
"""Limits unknown codes: 10 a minute from an address. Of a code's 58 bits that leaves enough for ever."""

# Made once, at import: a limit belongs to a function, and would count twice if it were made twice.
LIMITED_VIEWS = {
    "security.login": limit_sign_in(views.login),
    "security.forgot_password": limit_mails(views.forgot_password),
    "security.reset_password": limiter.limit("20 per minute", methods=["POST"])(views.reset_password),
    "security.change_password": limiter.limit("10 per minute", methods=["POST"], deduct_when=refused)(
        views.change_password
    ),
    "security.verify": limiter.limit("10 per minute", methods=["POST"], deduct_when=refused)(views.verify),
}
