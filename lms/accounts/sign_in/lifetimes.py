"""How long a session lasts: without use as its own cookie says, and since signing in; shorter for who holds a role."""

from datetime import timedelta

from flask import request, session as cookie
from flask_login import COOKIE_NAME as REMEMBER_COOKIE, decode_cookie

from lms.accounts.models import SignedIn
from lms.kernel import clock
from lms.kernel.config import current_settings

LAST_USE = "used"
"""Where the session's cookie has when it was last used, in seconds since 1970."""


def is_over(signed_in: SignedIn) -> bool:
    """Says whether somebody with a role must sign in again.

    They must some days after they did, and after some hours without use, but on a device that they said is their own.
    """
    if not signed_in.holds_role:
        return False
    settings = current_settings()
    days, hours = settings.role_sign_in_days, settings.role_sign_in_hours
    if days and clock.now() - signed_in.signed_in_at > timedelta(days=days):
        return True
    # Without a last use, Flask-Login has just read the cookie of "keep me signed in".
    is_unused = bool(hours) and LAST_USE in cookie and _seconds_unused() > hours * 3600
    return is_unused and decode_cookie(request.cookies.get(REMEMBER_COOKIE, "")) != signed_in.fs_uniquifier


def note_use(signed_in: SignedIn | None = None) -> None:
    """Notes in the cookie that the session is used, which restarts its lifetime; a dozen times within it is enough."""
    settings = current_settings()
    of_role = settings.role_sign_in_hours if signed_in and signed_in.holds_role else 0
    if signed_in is None or not 0 <= _seconds_unused() < (of_role or settings.sign_in_hours) * 300:
        cookie[LAST_USE] = int(clock.now().timestamp())


def _seconds_unused() -> int:
    return int(clock.now().timestamp()) - int(cookie.get(LAST_USE, 0))
