"""The form of a sign-off."""

from wtforms import HiddenField, SubmitField

from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, text_field


class SignoffForm(BaseForm):
    """What was read, and a note."""

    digest = HiddenField()
    # The page has another note, that of a new edition.
    note = text_field(
        _l("Note"), 500, id="sign_off_note",
        description=_l("Other authors see it. Do not write about a real child, family or incident."),
    )  # fmt: skip
    submit = SubmitField(_l("I have read this text and agree"))
