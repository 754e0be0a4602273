"""The forms of sign-in. Those of Flask-Security keep its names of fields and get our words."""

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_babel import gettext as _, lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    PasswordUtil,
    ResetPasswordForm,
    VerifyForm,
    hash_password,
)
from flask_security.forms import EmailValidation, IsString, valid_user_email
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    PasswordField,
    SelectField,
    StringField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from lms.accounts import queries, rules
from lms.accounts.models import Account
from lms.accounts.rules import Weakness
from lms.kernel.actor import Role
from lms.kernel.text import normalise
from lms.people.models import Organisation
from lms.web.forms import BaseForm, choices_of, reason_field

WEAK = {
    Weakness.SHORT: _l("Use at least 10 characters. Three or four words are good and easy to keep in mind."),
    Weakness.LONG: _l("This is too long: at most 128 characters fit."),
    Weakness.REPEATED: _l("This repeats the same few signs. Three or four words are better."),
    Weakness.GUESSABLE: _l("Many people would guess this. Three or four words of your own are better."),
    Weakness.PERSONAL: _l(
        "People who know your name, e-mail or staff number would guess this. Choose other words."
    ),
}
ROLES = (
    (Role.TRAINER, _l("Trainer: writes courses")),
    (Role.HR, _l("HR of one organisation: its people, requirements and reports")),
    (Role.COORDINATOR, _l("Coordinator: counts across organisations, never names")),
    (Role.ADMIN, _l("Administrator: accounts, organisations, the server")),
)
ROLE_CHOICES = choices_of((str(role), words) for role, words in ROLES)
SAME_AGAIN = EqualTo("password", _l("The two are not the same. Type them again."))
TYPE_PASSWORD = _l("Type a password.")


class Passwords(PasswordUtil):
    """Judges passwords for Flask-Security's forms and ours by the same rule."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002
        """Returns what is wrong with a password, if anything, and the password in its normal form."""
        normal: str = self.normalize(password)
        holder = kwargs["user"]
        product = current_app.config["PRODUCT_NAME"]
        weakness = rules.weakness_of(normal, product, queries.list_personal_words(holder))
        return ([str(WEAK[weakness])] if weakness else None), normal


def password_field(label: Any, autocomplete: str, *validators: Any) -> Any:
    """Returns a field for a password, named so that password managers know which one is meant."""
    needed = DataRequired(TYPE_PASSWORD)
    return PasswordField(
        label, validators=[IsString(), needed, *validators], render_kw={"autocomplete": autocomplete}
    )


class SignInForm(LoginForm):
    """Sign-in by e-mail or staff number.

    The organisation is asked only of somebody whose number and password fit in several; so the answer to an unknown
    number is the same as to a wrong password, and nobody learns which numbers exist.
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
        _l("This phone is mine: keep me signed in"),
        description=_l("Leave it empty on a shared phone or computer."),
    )
    submit = SubmitField(_l("Sign in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""
        self.ifield = self.email

    def validate_next(self, _field: Field) -> None:
        """Lets any address pass: where one is led is decided after sign-in, and never outside the site."""

    def validate(self, **kwargs: Any) -> bool:
        """Finds the one open account that fits; says no more than that none does.

        Flask-Security's own judgement is left out: it looks for an account before it looks at the password.
        """
        if not FlaskForm.validate(self, **kwargs):
            if self.email.errors:
                # Flask-Security says its generic sentence once for each field with errors; once is enough.
                self.password.errors = []
            return False
        fitting = self._fitting()
        if len(fitting) > 1:
            choices = [(str(key), name) for key, name in queries.list_organisation_choices()]
            self.organisation.choices = choices_of([("", _("Choose your organisation")), *choices])
            self.form_errors.append(
                _("Several organisations use this number. Choose yours and type the password again.")
            )
            return False
        if not fitting:
            self.password.errors = [
                "-"
            ]  # Flask-Security puts its one generic sentence in the place of any error.
            return False
        self.user = fitting[0]
        self.user_authenticated = True
        return True

    def _fitting(self) -> list[Account]:
        password = current_app.extensions["security"].password_util.normalize(self.password.data)
        known = [account for account in self._known() if account.password]
        if not known:
            # As much work as comparing with a stored password: the time tells nothing either.
            hash_password(password)
        fitting = [account for account in known if account.verify_and_update_password(password)]
        return [account for account in fitting if account.active]

    def _known(self) -> Iterable[Account]:
        identity = self.email.data or ""
        if "@" in identity:
            account = queries.find_account_by_email(identity)
            return [account] if account else []
        chosen = self.organisation.data or ""
        within = int(chosen) if chosen.isdecimal() and len(chosen) < 16 else None
        return queries.list_accounts_by_staff_number(identity, within)


class ForgotForm(ForgotPasswordForm):
    """Asking for a link to choose a new password; the answer is the same whether there is an account or not."""

    email = EmailField(
        _l("Your e-mail"),
        filters=[normalise],
        validators=[
            IsString(),
            DataRequired(_l("Type your e-mail.")),
            EmailValidation(verify=True),
            valid_user_email,
        ],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    submit = SubmitField(_l("Send me a link"))


class ResetForm(ResetPasswordForm):
    """Choosing a new password after a mail."""

    password = password_field(_l("New password"), "new-password")
    password_confirm = password_field(_l("The same again"), "new-password", SAME_AGAIN)
    submit = SubmitField(_l("Save the password"))


class ChangeForm(ChangePasswordForm):
    """Changing the password while signed in."""

    password = password_field(_l("Your present password"), "current-password")
    new_password = password_field(_l("New password"), "new-password")
    new_password_confirm = password_field(
        _l("The same again"),
        "new-password",
        EqualTo("new_password", _l("The two are not the same. Type them again.")),
    )
    submit = SubmitField(_l("Save the password"))


class ConfirmForm(VerifyForm):
    """Typing the password once more before something that matters."""

    password = password_field(_l("Your password"), "current-password")
    submit = SubmitField(_l("Continue"))


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Typing a printed code."""

    code = StringField(
        _l("Your code"),
        validators=[DataRequired(_l("Type the code from your paper.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )
    submit = SubmitField(_l("Continue"))


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """Choosing the first password, with a printed code."""

    password = password_field(_l("New password"), "new-password")
    again = password_field(_l("The same again"), "new-password", SAME_AGAIN)
    submit = SubmitField(_l("Save the password"))

    def __init__(self, holder: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holder = holder

    def validate_password(self, field: PasswordField) -> None:
        """Refuses what is too short or too easy to guess."""
        passwords = current_app.extensions["security"].password_util
        refused, field.data = passwords.validate(field.data, False, user=self.holder)
        if refused:
            raise ValidationError(refused[0])


class AccountsForm(Form):
    """What to look for among the accounts: an address, not a change, so it carries no token."""

    q = StringField(_l("Name or e-mail"), filters=[normalise])
    role = SelectField(
        _l("Role"),
        choices=[*choices_of([("", _l("Everybody"))]), *ROLE_CHOICES],
        validate_choice=False,
    )

    def chosen(self) -> dict[str, str]:
        """Returns the address's words again, for the links to other pages of the list."""
        return {name: value for name, value in self.data.items() if value}


class GrantForm(BaseForm):
    """Giving somebody a role."""

    role = SelectField(_l("Role"), choices=ROLE_CHOICES)
    organisation = SelectField(
        _l("Organisation"),
        description=_l(
            "HR belongs to one. An administrator belongs to none. The others may have one or none."
        ),
        validators=[Optional()],
    )
    reason = reason_field()
    submit = SubmitField(_l("Give this role"))

    def offer(self, organisations: Iterable[Organisation]) -> None:
        """Fills the choices."""
        self.organisation.choices = choices_of(
            [
                ("", _("The whole house")),
                *((str(each.id), each.name) for each in organisations),
            ]
        )

    def where(self) -> int | None:
        """Returns the organisation chosen, or nothing for the whole house."""
        return int(self.organisation.data) if self.organisation.data else None


class ReasonForm(BaseForm):
    """Saying why, before something that matters."""

    reason = reason_field()
