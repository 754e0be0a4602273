"""The forms of the administrator's pages of accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, SubmitField
from wtforms.validators import Optional

from lms.accounts.labels import ROLE_LABELS
from lms.kernel.text import normalise
from lms.web.forms import BaseForm, FilterForm, choices_of, reason_field

ROLE_CHOICES = choices_of(ROLE_LABELS.items())


class AccountsForm(FilterForm):
    """The filters of the list of accounts."""

    q = StringField(_l("Name or e-mail"), filters=[normalise])
    role = SelectField(_l("Role"), choices=[*choices_of([("", _l("Everyone"))]), *ROLE_CHOICES], validate_choice=False)


class GrantForm(BaseForm):
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
