"""Devices from which somebody has signed in before: guesses made elsewhere never lock their owner out.

The device itself keeps what is known, in a signed cookie: a random key of its own, and keyed hashes of the last names
typed on it at a sign-in that succeeded, and of their accounts. Nobody can read a name from them, and there is no list
of devices.
"""

import secrets

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from lms.web.limits import digest_of

COOKIE = "device"
LIFETIME_SECONDS = 400 * 86400
"""As long as browsers keep a cookie at most."""
MOST_NAMES = 20
"""A phone may be shared by a station's staff; each has two, what they typed and their account."""
_LENGTH = 16


def key_of_device(name: str) -> str:
    """Returns the key of the device that sends this request, empty where that name never signed in on it.

    ``name`` is the keyed hash of what was typed.
    """
    key, *names = _read()
    return key if name[:_LENGTH] in names else ""


def name_of_account(account_id: int) -> str:
    """Returns the keyed hash by which a device knows an account, whatever its holder types to sign in."""
    return digest_of(f"account {account_id}")


def remember_device(*signed_in: str) -> None:
    """Lets the device that sends this request know the names that have just signed in on it."""
    key, *names = _read()
    new = [name[:_LENGTH] for name in signed_in]
    known = [*(each for each in names if each not in new), *new][-MOST_NAMES:]
    sealed = str(_serializer().dumps([key or secrets.token_hex(8), *known]))

    @after_this_request
    def set_cookie(response: Response) -> Response:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie(COOKIE, sealed, max_age=LIFETIME_SECONDS, secure=secure, httponly=True, samesite="Lax")
        return response


def _read() -> list[str]:
    try:
        found: list[str] = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadData:
        return [""]
    return found


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")
