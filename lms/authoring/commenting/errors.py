"""Why a comment cannot be added."""

from lms.kernel.errors import Invalid
from lms.kernel.i18n import lazy_gettext as _l


class ParagraphGone(Invalid):
    """The text has no such paragraph."""

    field = "text"
    default = _l(
        "This paragraph was changed while you wrote, and your comment is not sent yet. Copy it, choose the paragraph "
        "below, and send it there."
    )


class NothingSaid(Invalid):
    """A reply has no words and resolves nothing."""

    field = "text"
    default = _l("Write a reply, or mark the comment as resolved.")
