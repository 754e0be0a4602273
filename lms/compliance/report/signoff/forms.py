"""The form that signs a report off."""

from flask_babel import lazy_gettext as _l
from wtforms import SubmitField

from lms.web.forms import BaseForm, text_field


class SignOffForm(BaseForm):
    """Signs a report off, with a sentence if one is needed."""

    remark = text_field(
        _l("Remark"),
        300,
        description=_l("One sentence, shown with your name. Do not write about a real child, family or incident."),
    )
    submit = SubmitField(_l("Sign off this report"))
