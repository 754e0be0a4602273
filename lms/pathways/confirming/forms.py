"""The forms in which a second person confirms or refuses a change of a pathway."""

from wtforms import BooleanField, SubmitField
from wtforms.validators import InputRequired

from lms.kernel.i18n import lazy_gettext as _l
from lms.pathways.forms import NO_CASES
from lms.pathways.rules import LONGEST_REASON
from lms.web.forms import BaseForm, sentences_field


class ConfirmChangeForm(BaseForm):
    """Confirming, after having called the numbers."""

    called = BooleanField(
        _l("I called every number that changes, and reached whom this page names."),
        validators=[InputRequired(_l("Call the numbers first, then tick this."))],
    )
    submit = SubmitField(_l("Confirm"))


class RefuseChangeForm(BaseForm):
    """Refusing, or withdrawing what oneself wrote; the reason is for everybody who writes this pathway."""

    reason = sentences_field(
        _l("Reason"), LONGEST_REASON, required=_l("Say why, for people who write this pathway."), description=NO_CASES
    )
    submit = SubmitField(_l("Refuse"))
