"""The forms of the administrator's pages of accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, SubmitField
from wtforms.validators import Optional

from lms.accounts.sign_in.forms import ConfirmedForm
from lms.kernel.actor import Role
from lms.kernel.text import normalise
from lms.web.forms import FilterForm, choices_of, reason_field

ROLE_CHOICES = choices_of(
    [
        (str(Role.TRAINER), _l("Trainer: writes courses")),
        (str(Role.HR), _l("HR of one organisation: its people, requirements and reports")),
        (str(Role.COORDINATOR), _l("Coordinator: figures across organisations, never names")),
        (str(Role.ADMIN), _l("Administrator: accounts, organisations, the server")),
    ]
)


class AccountsForm(FilterForm):
    """The filters of the list of accounts."""

    q = StringField(_l("Name or e-mail"), filters=[normalise])
    shared = BooleanField(_l("Only accounts that share an e-mail"))
    role = SelectField(_l("Role"), choices=[*choices_of([("", _l("Everyone"))]), *ROLE_CHOICES], validate_choice=False)


class GrantForm(ConfirmedForm):
    """Giving somebody a role."""

    role = SelectField(_l("Role"), choices=ROLE_CHOICES)
    organisation = SelectField(
        _l("Organisation"),
        coerce=lambda value: int(value) if value else None,
        description=_l("Required for HR, not possible for administrators, optional for the other roles."),
        validators=[Optional()],
    )
    reason = reason_field()
    submit = SubmitField(_l("Give this role"))
