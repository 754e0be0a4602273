"""The form by which a webhook is made."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SubmitField
from wtforms.validators import DataRequired

from lms.accounts.api import ConfirmedForm
from lms.rest.webhooks.rules import KIND_LABELS, EventKind
from lms.web.forms import checkboxes_field, choices_of, offer, text_field


class WebhookForm(ConfirmedForm):
    """Where what happens is sent, and what."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    address = text_field(
        _l("Address"),
        500,
        required=_l("Write the address."),
        description=_l("A page of your own program, such as https://hr.example.org/hook"),
    )
    kinds = checkboxes_field(_l("What is sent"), DataRequired(_l("Choose at least one.")))
    submit = SubmitField(_l("Make this webhook"))

    def offer(self, organisations: Iterable[tuple[int, str]]) -> None:
        """Fills the choices."""
        offer(self.organisation, organisations)
        self.kinds.choices = choices_of((str(kind), KIND_LABELS[kind]) for kind in EventKind)
