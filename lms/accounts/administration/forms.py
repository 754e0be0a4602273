"""The forms of the administrator's pages of accounts."""

from collections.abc import Iterable

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import SelectField, StringField, SubmitField
from wtforms.validators import Optional

from lms.accounts.labels import ROLE_LABELS
from lms.kernel.text import normalise
from lms.people.models import Organisation
from lms.web.forms import BaseForm, PlainForm, choices_of, reason_field

ROLE_CHOICES = choices_of(ROLE_LABELS.items())


class AccountsForm(PlainForm):
    """The filters of the list of accounts, sent with GET and so without a token."""

    q = StringField(_l("Name or e-mail"), filters=[normalise])
    role = SelectField(_l("Role"), choices=[*choices_of([("", _l("Everyone"))]), *ROLE_CHOICES], validate_choice=False)

    def chosen(self) -> dict[str, str]:
        """Returns the query parameters in use, for links to other pages of the list."""
        return {name: value for name, value in self.data.items() if value}


class GrantForm(BaseForm):
    """Giving somebody a role."""

    role = SelectField(_l("Role"), choices=ROLE_CHOICES)
    organisation = SelectField(
        _l("Organisation"),
        description=_l("Required for HR, not possible for administrators, optional for the other roles."),
        validators=[Optional()],
    )
    reason = reason_field()
    submit = SubmitField(_l("Give this role"))

    def offer(self, organisations: Iterable[Organisation]) -> None:
        """Fills the choices."""
        self.organisation.choices = choices_of(
            [("", _("All organisations")), *((str(each.id), each.name) for each in organisations)]
        )

    def organisation_id(self) -> int | None:
        """Returns the organisation chosen, None for all."""
        return int(self.organisation.data) if self.organisation.data else None


class ReasonForm(BaseForm):
    """A reason, for a change that needs nothing else."""

    reason = reason_field()
