"""The forms in which somebody types a printed code and chooses a password."""

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, SubmitField, ValidationError
from wtforms.validators import DataRequired, Length

from lms.accounts.models import Account
from lms.accounts.sign_in.forms import REPEAT_MATCHES, password_field


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
    again = password_field(_l("Repeat the password"), "new-password", REPEAT_MATCHES)
    submit = SubmitField(_l("Save the password"))

    def __init__(self, holder: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holder = holder

    def validate_password(self, field: PasswordField) -> None:
        """Refuses what is too short or too easy to guess."""
        passwords = current_app.extensions["security"].password_util
        errors, field.data = passwords.validate(field.data, False, user=self.holder)
        if errors:
            raise ValidationError(errors[0])
