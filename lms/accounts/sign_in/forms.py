"""The forms of sign-in and passwords. Those of Flask-Security keep its field names and get our labels."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import current_app, g
from flask_babel import gettext as _, lazy_gettext as _l
from flask_security import ChangePasswordForm, LoginForm, PasswordUtil, ResetPasswordForm, VerifyForm
from flask_security.forms import IsString
from flask_security.utils import hash_password
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    PasswordField,
    SelectField,
    StringField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, Length

from lms.accounts import queries
from lms.accounts.models import Account
from lms.accounts.passwords import weakness_of
from lms.accounts.sign_in.operations import record_refused_sign_in
from lms.accounts.sign_in.queries import list_accounts_by_staff_number, list_organisation_choices, list_personal_words
from lms.kernel.text import normalise
from lms.web.access import current_actor
from lms.web.forms import BaseForm, at_most, choices_of

NO_MATCH = _l("The passwords do not match. Type them again.")
REPEAT_MATCHES = EqualTo("password", NO_MATCH)


class Passwords(PasswordUtil):
    """Checks passwords in Flask-Security's forms and ours by the same rule."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002
        """Returns what is wrong with a password, if anything, and the password in its normal form."""
        normal: str = self.normalize(password)
        product, personal = current_app.config["PRODUCT_NAME"], list_personal_words(kwargs["user"])
        weakness = weakness_of(normal, product, personal)
        return ([_(weakness)] if weakness else None), normal


def password_field(label: Any, autocomplete: str, *validators: Any) -> Any:
    """Returns a field for a password, named so that password managers know which one is meant."""
    checks = [IsString(), DataRequired(_l("Type a password.")), *validators]
    return PasswordField(label, validators=checks, render_kw={"autocomplete": autocomplete})


class SignInForm(LoginForm):
    """Sign-in by e-mail or staff number.

    The organisation is asked for only where number and password match in several; so an unknown number gets the same
    answer as a wrong password, and nobody learns which numbers exist.
    """

    email = StringField(  # type: ignore[assignment]  # a staff number is no e-mail
        _l("E-mail or staff number"),
        filters=[normalise],
        validators=[IsString(), DataRequired(_l("Type your e-mail or your staff number.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = password_field(_l("Password"), "current-password")
    organisation = SelectField(_l("Organisation"), choices=[], validate_choice=False)
    remember = BooleanField(
        _l("Keep me signed in: this is my own device"),
        description=_l("Do not tick this on a shared phone or computer."),
    )
    submit = SubmitField(_l("Sign in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""
        self.ifield = self.email

    def validate_next(self, _field: Field) -> None:
        """Accepts any address: the redirect is checked after sign-in, and never leads outside the site."""

    def validate(self, **kwargs: Any) -> bool:
        """Finds the one open account that matches; says no more than that none does.

        Flask-Security's own check is left out: it looks for an account before it looks at the password.
        """
        if not FlaskForm.validate(self, **kwargs):
            if self.email.errors:
                # Flask-Security says its generic sentence once for each field with errors; once is enough.
                self.password.errors = []
            return False
        accounts = self._accounts()
        matching = self._matching(accounts)
        if len(matching) > 1:
            choices = [(str(key), name) for key, name in list_organisation_choices()]
            self.organisation.choices = choices_of([("", _("Choose your organisation")), *choices])
            self.form_errors.append(
                _("Several organisations use this number or e-mail. Choose yours and type the password again.")
            )
            return False
        if not matching:
            record_refused_sign_in([account.id for account in accounts])
            # Flask-Security puts its one generic sentence in the place of any error.
            self.password.errors = ["-"]
            return False
        self.user = matching[0]
        self.user_authenticated = True
        return True

    def _accounts(self) -> Sequence[Account]:
        identity, chosen = self.email.data or "", self.organisation.data or ""
        within = int(chosen) if chosen.isdecimal() and len(chosen) < 16 else None
        find = queries.list_accounts_by_email if "@" in identity else list_accounts_by_staff_number
        return find(identity, within)

    def _matching(self, accounts: Iterable[Account]) -> list[Account]:
        known = [account for account in accounts if account.password]
        g.compared_with_several = len(known) > 1
        password = current_app.extensions["security"].password_util.normalize(self.password.data)
        if not known:
            # As much work as comparing with a stored password, so that the time reveals nothing either.
            hash_password(password)
        return [account for account in known if account.verify_and_update_password(password) and account.active]


class ForgotForm(BaseForm):
    """Requesting a link to choose a new password; whether the e-mail is anybody's, only the worker looks up."""

    email = EmailField(
        _l("Your e-mail"),
        filters=[normalise],
        validators=[DataRequired(_l("Type your e-mail.")), at_most(254)],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    submit = SubmitField(_l("Send me a link"))


class ResetForm(ResetPasswordForm):
    """Choosing a new password after a mail."""

    password = password_field(_l("New password"), "new-password")
    password_confirm = password_field(_l("Repeat the password"), "new-password", REPEAT_MATCHES)
    submit = SubmitField(_l("Save the password"))


class ChangeForm(ChangePasswordForm):
    """Changing the password while signed in."""

    password = password_field(_l("Your current password"), "current-password")
    new_password = password_field(_l("New password"), "new-password")
    new_password_confirm = password_field(_l("Repeat the password"), "new-password", EqualTo("new_password", NO_MATCH))
    submit = SubmitField(_l("Save the password"))


class ConfirmedForm(BaseForm):
    """A form that asks who sends it for their password again, because a device left open must not be enough."""

    password = password_field(_l("Your own password"), "current-password")

    def validate_password(self, field: PasswordField) -> None:
        """Refuses any other than the present password of who is signed in."""
        account = queries.load_own_account(current_actor())
        typed = current_app.extensions["security"].password_util.normalize(field.data)
        if not account.password or not account.verify_and_update_password(typed):
            raise ValidationError(_("This is not your current password."))


class ConfirmForm(VerifyForm):
    """Typing the password once more before something that matters."""

    password = password_field(_l("Your password"), "current-password")
    submit = SubmitField(_l("Continue"))
