"""The forms of registration."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import EmailField, Field, SelectField, SubmitField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Optional

from lms.accounts.registering import rules
from lms.accounts.registering.models import RegistrationOpening
from lms.kernel.identifiers import clean_email
from lms.people.models import DutyStation, Sector
from lms.web.forms import (
    BaseForm,
    at_most,
    check_email,
    checkboxes_field,
    choices_of,
    day_field,
    offer,
    reason_field,
    text_field,
)


class RegisterForm(BaseForm):
    """Asking to join. Which e-mails are accepted depends on their domain alone."""

    name = text_field(
        _l("Your name"), 200, required=_l("Write your name."), description=_l("As you write it. Certificates show it."),
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    email = EmailField(
        _l("Your e-mail at work"),
        filters=[clean_email],
        validators=[DataRequired(_l("Type your e-mail.")), at_most(254), check_email],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )
    station = SelectField(
        _l("Duty station"), coerce=lambda value: int(value or 0),
        validators=[DataRequired(_l("Choose the duty station."))],
    )  # fmt: skip
    sector = SelectField(_l("Sector you work in"), validators=[DataRequired(_l("Choose the sector."))])
    staff_number = text_field(_l("Staff number"), 40, description=_l("Leave empty if you do not know it."))
    submit = SubmitField(_l("Send me a link"))

    def offer(
        self, openings: Sequence[RegistrationOpening], stations: Iterable[DutyStation], sectors: Iterable[Sector],
        language: str,
    ) -> None:  # fmt: skip
        """Fills the choices: what any of the open organisations offers."""
        self.openings = openings
        places = [(each.id, f"{each.name}, {each.country}") for each in stations]
        self.station.choices = choices_of([(0, _l("Choose")), *places] if len(places) > 1 else places)
        offered = {slug for each in openings for slug in each.sectors}
        offer(self.sector, [(each.slug, each.name(language)) for each in sectors if each.slug in offered], _l("Choose"))

    def opening(self) -> RegistrationOpening | None:
        """Returns the organisation that the typed e-mail belongs to."""
        domain = rules.domain_of(self.email.data or "")
        return next((each for each in self.openings if domain in each.domains), None)

    def validate_email(self, _field: Field) -> None:
        """Refuses e-mails of other domains, whoever has them."""
        if self.opening() is None:
            domains = ", ".join(f"@{domain}" for each in self.openings for domain in each.domains)
            raise ValidationError(
                _("Only e-mails of these organisations can register: %(domains)s. Else ask HR.", domains=domains)
            )

    def validate_station(self, field: Field) -> None:
        """Refuses a station of another organisation."""
        if (opening := self.opening()) and field.data not in opening.stations:
            raise ValidationError(_("Your organisation offers other duty stations. Choose one, or ask HR."))

    def validate_sector(self, field: Field) -> None:
        """Refuses a sector of another organisation."""
        if (opening := self.opening()) and field.data not in opening.sectors:
            raise ValidationError(_("Your organisation offers other sectors. Choose one, or ask HR."))


class OpeningForm(BaseForm):
    """For which e-mails an organisation is open, and what can be chosen."""

    domains = TextAreaField(
        _l("Domains of your organisation's e-mails"),
        validators=[Optional(), at_most(2000)],
        description=_l(
            "What follows the @, such as relief.example; one on each line. Only domains whose addresses your "
            "organisation gives out. Leave it empty to close registration."
        ),
        render_kw={"rows": 3, "spellcheck": "false", "autocapitalize": "none"},
    )
    stations = checkboxes_field(_l("Duty stations to choose from"), coerce=int)
    sectors = checkboxes_field(_l("Sectors to choose from"))
    reason = reason_field()
    submit = SubmitField(_l("Save"))

    def validate_domains(self, field: TextAreaField) -> None:
        """Refuses what cannot follow an @."""
        if wrong := rules.not_domains(rules.read_domains(field.data or "")):
            raise ValidationError(_("This is no domain of e-mails: %(text)s.", text=wrong[0]))


class ApproveForm(BaseForm):
    """As what and from when people join; each staff number is beside its person."""

    role = text_field(
        _l("Role"), 60, required=_l("Write what they do."),
        description=_l("A short job title, such as driver."),
    )  # fmt: skip
    from_on = day_field(_l("First day"), required=_l("Choose the first day."))
    submit = SubmitField(_l("Approve, and invite by e-mail"))


class ApproveOneForm(ApproveForm):
    """The same for one person, with the staff number."""

    staff_number = text_field(_l("Staff number"), 40, required=_l("Write the staff number."))
