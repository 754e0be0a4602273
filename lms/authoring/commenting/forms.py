"""The forms of comments."""

from wtforms import HiddenField, IntegerField, SubmitField
from wtforms.widgets import HiddenInput

from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, sentences_field

MOST = 1000
NO_CASES = _l("Other authors read it, also after publication. Do not write about a real child, family or incident.")


class CommentForm(BaseForm):
    """A comment on a paragraph, and the version of the file that was read."""

    place = HiddenField()
    version = IntegerField(widget=HiddenInput(), default=0)
    text = sentences_field(_l("Your comment"), MOST, required=_l("Write what you think."), description=NO_CASES)
    submit = SubmitField(_l("Send the comment"))


class ReplyForm(BaseForm):
    """A reply to a comment, and whether it is resolved by it."""

    text = sentences_field(_l("Reply"), MOST, description=NO_CASES)
    reply = SubmitField(_l("Reply"))
    resolve = SubmitField(_l("Mark as resolved"))
    reopen = SubmitField(_l("Open again"))
