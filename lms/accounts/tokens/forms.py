"""The form by which an access token is made."""

from collections.abc import Collection, Iterable

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import SelectField, SubmitField
from wtforms.validators import DataRequired

from lms.accounts.sign_in.forms import ConfirmedForm
from lms.accounts.tokens.rules import SCOPE_LABELS, VALID_DAYS, usable_scopes
from lms.kernel.actor import Role
from lms.web.forms import checkboxes_field, choices_of, offer, text_field


class TokenForm(ConfirmedForm):
    """What a token is for, what it may do, and for how long."""

    name = text_field(
        _l("What it is for"),
        80,
        required=_l("Write what the token is for."),
        description=_l("The program that will use it, for example “payroll, every night”."),
    )
    organisation = SelectField(_l("Organisation"), coerce=int)
    scopes = checkboxes_field(_l("What it may do"), DataRequired(_l("Choose at least one.")))
    days = SelectField(_l("Valid for"), coerce=int, default=90)
    submit = SubmitField(_l("Make this token"))

    def offer(self, organisations: Iterable[tuple[int, str]], roles: Collection[Role]) -> None:
        """Fills the choices, of which some need a role."""
        offer(self.organisation, organisations)
        usable = usable_scopes(SCOPE_LABELS, roles)
        self.scopes.choices = choices_of(
            (str(scope), f"{_(label)} ({scope})") for scope, label in SCOPE_LABELS.items() if scope in usable
        )
        self.days.choices = choices_of((days, _("%(count)s days", count=days)) for days in VALID_DAYS)
