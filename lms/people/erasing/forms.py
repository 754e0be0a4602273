"""The form that erases who somebody was."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SubmitField
from wtforms.validators import InputRequired

from lms.web.forms import BaseForm, reason_field


class EraseForm(BaseForm):
    """Why somebody is erased, and that it is meant."""

    reason = reason_field()
    is_meant = BooleanField(
        _l("I have checked who asked for this. I know that nobody can undo it."),
        validators=[InputRequired(_l("Confirm that it is meant."))],
    )
    submit = SubmitField(_l("Erase"))
