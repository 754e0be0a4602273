"""Flask-Security's settings of the second step, and from when the installation requires it."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, request
from flask_security import WebauthnUtil

from lms.accounts.second_step import rules
from lms.kernel import clock
from lms.kernel.config import current_settings
from lms.kernel.i18n import N_

FRESH = timedelta(minutes=30)
"""For how long after somebody typed their password they may change how they sign in."""

MESSAGES = {
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Sign in with your password first."), "info"),
    "API_ERROR": (N_("The browser sent no passkey. Try again."), "error"),
    "WEBAUTHN_EXPIRED": (N_("This took too long. Try again."), "error"),
    "WEBAUTHN_NAME_INUSE": (N_("You have a passkey of this name. Choose another name."), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (N_("There is no passkey of this name any more."), "info"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (N_("Use letters, digits, spaces and hyphens only."), "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey has been removed."), "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("From now on, signing in takes a passkey or a code."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is known already."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (N_("This passkey is not known here. Try another one, or a code."), "error"),
    "WEBAUTHN_NO_VERIFY": (N_("This passkey was not accepted. Try again, or use a code."), "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (N_("This passkey belongs to another account."), "error"),
}


class PasskeyOptions(WebauthnUtil):
    """What we ask of browsers: any kind of passkey, for our address."""

    def origin(self) -> str:
        """Returns the address that a browser must have been at: that of the request, as proxies report it."""
        return request.host_url.rstrip("/")

    def authenticator_selection(self, user: Any, usage: str) -> Any:
        """Returns which passkeys may be added: those of a phone or computer and those on a key, stored there or not."""
        found = super().authenticator_selection(user, usage)
        found.authenticator_attachment = None
        return found


def second_step_config(app: Flask) -> dict[str, Any]:
    """Returns Flask-Security's settings of the second step. Its keys are made from the installation's secret."""
    secret, name = str(app.secret_key), app.config["PRODUCT_NAME"].replace(":", " ")
    return {
        "SECURITY_TWO_FACTOR": True,
        # An app, by its older name: with the newer one Flask-Security asks for a library of QR codes; we have one.
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["google_authenticator"],
        "SECURITY_TOTP_SECRETS": {"1": rules.derive_key(secret, "apps")},
        "SECURITY_TOTP_ISSUER": name,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [rules.derive_key(secret, "recovery codes").encode()],
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": rules.RECOVERY_CODES,
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": name,
        "SECURITY_WAN_ALLOW_AS_FIRST_FACTOR": False,
        "SECURITY_WAN_ALLOW_AS_VERIFY": [],
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=5),
        "SECURITY_WAN_REGISTER_WITHIN": timedelta(minutes=5),
        "SECURITY_WAN_SIGNIN_TIMEOUT": 120_000,
        "SECURITY_WAN_REGISTER_TIMEOUT": 120_000,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": FRESH,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/account/second-step/app",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/login/choose",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/login/rescue",
        "SECURITY_WAN_REGISTER_URL": "/account/second-step/passkey",
        "SECURITY_WAN_DELETE_URL": "/account/second-step/remove-passkey",
        "SECURITY_WAN_SIGNIN_URL": "/login/passkey",
        "SECURITY_WAN_POST_REGISTER_VIEW": "/account/second-step",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "accounts/login_code.html",
        "SECURITY_WAN_REGISTER_TEMPLATE": "accounts/passkey_new.html",
        "SECURITY_WAN_SIGNIN_TEMPLATE": "accounts/login_passkey.html",
        **{f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()},
    }


def required_day(roles_since: datetime | None) -> date | None:
    """Returns from when somebody with a role needs a second step; None where the installation requires none.

    Neither do people of the demonstration, who got their roles at no time.
    """
    settings = current_settings()
    if not settings.second_step_required or roles_since is None:
        return None
    return rules.required_from(roles_since, settings.second_step_after_days)


def roles_rest(roles_since: datetime | None, *, has_second_step: bool) -> bool:
    """Says whether the roles of somebody rest today, on pages and for their programs, until a second step is set up."""
    required = None if has_second_step else required_day(roles_since)
    return required is not None and clock.today() >= required
