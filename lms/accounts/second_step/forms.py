"""The forms of the second step. Those of Flask-Security keep its field names and get our labels."""

import json
from typing import Any, cast

from flask import session as cookie
from flask_babel import gettext as _, lazy_gettext as _l
from flask_security import WebAuthnRegisterForm, WebAuthnSigninResponseForm
from flask_security.forms import TwoFactorRescueForm, TwoFactorVerifyCodeForm
from flask_security.proxies import _security
from flask_security.webauthn import WebAuthnRegisterResponseForm
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, SubmitField
from wtforms.validators import DataRequired, Length

from lms.accounts.models import Account
from lms.accounts.second_step.operations import use_recovery_code
from lms.accounts.second_step.rules import normalise_code
from lms.accounts.sign_in.forms import ConfirmedForm
from lms.accounts.sign_in.operations import record_refused_code
from lms.kernel.text import normalise
from lms.web.forms import BaseForm, at_most, reason_field

WRONG_CODE = _l(
    "This code is not right, or was used already. Wait for the next one, and check that your phone's clock is right."
)
CODE_ATTRIBUTES = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


def code_field(label: Any, **attributes: str) -> Any:
    """Returns a field for a code of an app, typed with or without spaces."""
    checks = [DataRequired(_l("Type the code.")), at_most(40)]
    return StringField(label, validators=checks, render_kw=CODE_ATTRIBUTES | attributes)


class CodeStepForm(TwoFactorVerifyCodeForm):
    """The second step by a code: one of the app, or a recovery code."""

    code = code_field(_l("Code from your app, or a recovery code"))
    submit = SubmitField(_l("Sign in"))

    def validate(self, **kwargs: Any) -> bool:
        """Accepts each code once, and audits those that are refused."""
        if not FlaskForm.validate(self, **kwargs):
            return False
        account, code = cast("Account", self.user), normalise_code(self.code.data or "")
        if "-" in code:
            accepted = use_recovery_code(account, code)
        else:
            accepted = bool(self.tf_totp_secret) and verify_app_code(account, code, self.tf_totp_secret)
        if not accepted:
            record_refused_code(account.id)
            self.code.errors = [WRONG_CODE]
        return accepted


class NoRescueForm(TwoFactorRescueForm):
    """Flask-Security's way out, which ours does without: recovery codes, or somebody who removes the second step."""

    help_setup = HiddenField()  # type: ignore[assignment]


class AppForm(BaseForm):
    """Setting up an app: the first code that it shows."""

    code = code_field(_l("The code that the app shows now"), inputmode="numeric")
    submit = SubmitField(_l("Switch on"))


class NewPasskeyForm(WebAuthnRegisterForm):
    """Naming a new passkey."""

    name = StringField(
        _l("Name"),
        description=_l("So that you know it in the list: my phone, key on my key ring."),
        filters=[normalise],
        validators=[DataRequired(_l("Give it a name.")), Length(max=64)],
        render_kw={"autocomplete": "off"},
    )
    usage = HiddenField(default="secondary")  # type: ignore[assignment]  # there is nothing to choose
    submit = SubmitField(_l("Continue"))


class NewPasskeyAnswer(WebAuthnRegisterResponseForm):
    """What the browser answers about a new passkey."""

    def validate(self, **kwargs: Any) -> bool:
        """Refuses what is no answer of a browser; ignores what it says of extensions."""
        if not _is_object(self.credential.data) or not super().validate(**kwargs):
            return False
        self.extensions = None  # type: ignore[assignment]
        return True


class PasskeyAnswer(WebAuthnSigninResponseForm):
    """What the browser answers about a passkey in the second step."""

    def validate(self, **kwargs: Any) -> bool:
        """Accepts a passkey of the one whose password was right.

        Flask-Security would sign in whoever the passkey belongs to: a lost key would open its owner's account to
        anybody who has an account.
        """
        if not _is_object(self.credential.data) or not super().validate(**kwargs):
            return False
        if self.user is None or self.user.fs_uniquifier != cookie.get("tf_user_id"):
            self.credential.errors = [_("This passkey belongs to another account.")]
            return False
        return True


class LostStepForm(ConfirmedForm):
    """Removing the second step of somebody who has lost it."""

    reason = reason_field()
    submit = SubmitField(_l("Remove the second step"))


def verify_app_code(account: Account, code: str, secret: str) -> bool:
    """Returns whether an app with this secret shows the code now, or half a minute ago or ahead, and uses it up."""
    accepted: bool = _security.totp_factory.verify_totp(code, secret, account, window=30)
    return accepted


def _is_object(text: str | None) -> bool:
    try:
        return isinstance(json.loads(text or ""), dict)
    except ValueError:
        return False
