"""The forms in which somebody types a printed code and chooses a password."""

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField, SubmitField, ValidationError
from wtforms.validators import DataRequired, Length

from lms.accounts.codes.queries import PeopleFilters
from lms.accounts.models import Account
from lms.accounts.sign_in.forms import REPEAT_MATCHES, password_field
from lms.kernel.text import normalise
from lms.people.models import DutyStation, Sector
from lms.web.forms import FilterForm, choices_of


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


class NewPeopleForm(FilterForm):
    """The filters of people who have never signed in."""

    q = StringField(_l("Name, staff number or e-mail"), filters=[normalise])
    station = SelectField(_l("Duty station"), validate_choice=False)
    sector = SelectField(_l("Main sector"), validate_choice=False)

    def offer(self, stations: Iterable[DutyStation], sectors: Iterable[Sector], language: str) -> None:
        """Fills the choices."""
        self.station.choices = choices_of([("", _l("All stations")), *((each.slug, each.name) for each in stations)])
        names = ((each.slug, each.name(language)) for each in sectors)
        self.sector.choices = choices_of([("", _l("All sectors")), *names])

    def filters(self) -> PeopleFilters:
        """Returns the filters; unknown values find nobody."""
        text, station, sector = (normalise(field.data)[:200] for field in (self.q, self.station, self.sector))
        return PeopleFilters(text=text, station=station, sector=sector)
