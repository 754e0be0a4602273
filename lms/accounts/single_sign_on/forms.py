"""The form of a sign-in provider."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, SubmitField, ValidationError
from wtforms.validators import DataRequired, Optional, Regexp

from lms.accounts.sign_in.forms import ConfirmedForm
from lms.kernel.config import current_settings
from lms.kernel.outgoing import PrivateAddress, parse_address
from lms.kernel.text import normalise
from lms.web.forms import RequiredWhen, at_most, choices_of, offer, text_field

PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}


class ProviderForm(ConfirmedForm):
    """What an administrator types of a provider that is there."""

    name = text_field(
        _l("Name"),
        80,
        required=_l("Write the name."),
        description=_l("What people know it as; the button says “Sign in with …”."),
    )
    issuer = text_field(
        _l("Issuer"),
        300,
        required=_l("Write the issuer."),
        description=_l(
            "The address that the provider calls itself, letter by letter: https://login.example.org/realms/staff"
        ),
        render_kw=PLAIN | {"inputmode": "url"},
    )
    client_id = text_field(
        _l("Client id"),
        200,
        required=_l("Write the client id."),
        description=_l("The provider shows it where you registered this site."),
        render_kw=PLAIN,
    )
    client_secret = PasswordField(
        _l("Client secret"),
        description=_l("Leave it empty to keep the one that is stored."),
        validators=[Optional(), at_most(400)],
        render_kw={"autocomplete": "off"},
    )
    match_by = RadioField(
        _l("Who somebody is, at their first sign-in"),
        choices=choices_of(
            [
                ("staff_number", _l("The staff number that the provider says")),
                ("email", _l("The e-mail, where the provider says that it is verified")),
            ]
        ),
        default="staff_number",
    )
    staff_number_claim = StringField(
        _l("Claim with the staff number"),
        description=_l("The name under which the provider says it, for example employee_number."),
        filters=[normalise],
        validators=[
            RequiredWhen(
                lambda form: form.match_by.data == "staff_number" or form.makes_people.data,
                _l("Write what the provider calls the staff number, for example employee_number."),
            ),
            at_most(60),
        ],
        render_kw=PLAIN,
    )
    email_domains = text_field(
        _l("E-mail domains"),
        500,
        description=_l(
            "Those of the organisation, with spaces between: example.org example.net. Other e-mails are ignored. "
            "Empty: any; not for a provider at which anybody can open an account."
        ),
        render_kw=PLAIN,
    )
    makes_people = BooleanField(
        _l("Make somebody unknown a person of the organisation"),
        description=_l("With name, staff number and verified e-mail. HR then records where they work."),
    )
    is_second_step = BooleanField(
        _l("This provider always asks for a second step"),
        description=_l(
            "Tick this only if it does. Where it says so itself with each sign-in, that counts without this."
        ),
    )
    is_on = BooleanField(_l("People can sign in through it"), default=True)
    submit = SubmitField(_l("Save"))

    def validate_issuer(self, field: Any) -> None:
        """Refuses what is no address, and a host without TLS that is not in an own network."""
        try:
            parse_address(field.data, current_settings().sign_in_networks)
        except PrivateAddress as error:
            raise ValidationError(str(error)) from None

    def validate_email_domains(self, field: Any) -> None:
        """Refuses what is no domain."""
        if any("@" in each or "." not in each for each in (field.data or "").split()):
            raise ValidationError(_("Write domains such as example.org, with spaces between."))

    def values(self) -> dict[str, Any]:
        """Returns what was typed, by column; the secret is not among them."""
        names = ("name", "issuer", "client_id", "match_by", "makes_people", "is_second_step", "is_on")
        return {name: self[name].data for name in names} | {
            "staff_number_claim": self.staff_number_claim.data or "",
            "email_domains": (self.email_domains.data or "").lower().split(),
        }


class NewProviderForm(ProviderForm):
    """A provider that is added: its organisation and its word never change."""

    organisation = SelectField(_l("Organisation"), coerce=int, description=_l("It signs in people of this one alone."))
    slug = text_field(
        _l("Word in the address"),
        40,
        Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("Use small letters, digits and hyphens: rivers-staff")),
        required=_l("Write a word."),
        description=_l("Small letters, digits and hyphens. The redirect address at the provider has it."),
        render_kw=PLAIN,
    )
    client_secret = PasswordField(
        _l("Client secret"),
        validators=[DataRequired(_l("Write the client secret.")), at_most(400)],
        render_kw={"autocomplete": "off"},
    )
    submit = SubmitField(_l("Add this provider"))

    def offer(self, organisations: Iterable[tuple[int, str]]) -> None:
        """Fills the choices."""
        offer(self.organisation, organisations)
