"""Flask-Security's settings and its messages in our words."""

from datetime import timedelta
from typing import Any

from lms.accounts.sign_in.operations import LONGEST_SESSION
from lms.kernel.config import ROOT
from lms.kernel.i18n import N_

MESSAGES = {
    "GENERIC_AUTHN_FAILED": (N_("The name or the password is not right. Check both and try again."), "error"),
    "UNAUTHENTICATED": (N_("Sign in to continue."), "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Please type your password again."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. Please continue."), "success"),
    "PASSWORD_NOT_PROVIDED": (N_("Type a password."), "error"),
    "INVALID_PASSWORD": (N_("This is not your current password."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("This is your current password. Choose a new one."), "error"),
    "PASSWORD_CHANGE": (
        N_("Your new password has been saved. You have been signed out on all other devices."), "success",
    ),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your new password has been saved. Sign in with it now."), "success"),
    "PASSWORD_RESET_EXPIRED": (N_("This link has expired. Request a new one here."), "warning"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        N_("This link has already been used or is incomplete. Request a new one here."), "warning",
    ),
}  # fmt: skip
"""Flask-Security's messages in our words, with their kinds; it translates them from our catalogue."""


def security_config() -> dict[str, Any]:
    """Returns Flask-Security's settings: our addresses, generic answers, Argon2id at 19 MiB."""
    return {
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_VERIFY_URL": "/account/confirm",
        "SECURITY_POST_LOGIN_VIEW": "/my",
        "SECURITY_POST_RESET_VIEW": "/login",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_POST_VERIFY_VIEW": "/account",
        # Its own static files, commands and tokens are off: only sessions authenticate.
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=1),
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": str(ROOT / "lms" / "translations"),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__rounds": 2,
            "argon2__memory_cost": 19456,
            "argon2__parallelism": 1,
        },
        "SECURITY_PASSWORD_SALT": "every-sector",
        # A link holds a hash of the password's hash, which nobody can guess: a quick one is enough.
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        "SECURITY_LOGIN_USER_TEMPLATE": "accounts/login.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": "accounts/reset.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "accounts/change.html",
        "SECURITY_VERIFY_TEMPLATE": "accounts/confirm.html",
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        # Written without a value: the default's ``no-store=True`` is no word that browsers must understand.
        "SECURITY_CACHE_CONTROL": {"private": None, "no-store": None},
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_AUTO_LOGIN_AFTER_RESET": False,
        "REMEMBER_COOKIE_DURATION": LONGEST_SESSION,
        **{f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()},
    }
