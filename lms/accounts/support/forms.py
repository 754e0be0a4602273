"""The form by which an administrator begins to see somebody's pages."""

from flask_babel import lazy_gettext as _l
from wtforms import SubmitField

from lms.accounts.sign_in.forms import ConfirmedForm
from lms.web.forms import reason_field


class SupportViewForm(ConfirmedForm):
    """Why, and the administrator's own password."""

    reason = reason_field()
    submit = SubmitField(_l("See the pages"))
