"""Why a draft cannot be signed off, or published without it."""

from lms.kernel.errors import Refusal
from lms.kernel.i18n import lazy_gettext as _l


class OwnDraft(Refusal):
    """Nobody signs off their own text."""

    default = _l("You have written in this draft, so somebody else must sign it off.")


class TextChanged(Refusal):
    """The draft was changed since its page was opened."""

    default = _l("The draft has changed since you opened this page. Read what changes now, then sign it off.")


class NeedsSignoff(Refusal):
    """This installation publishes only what a reviewer has signed off."""

    default = _l(
        "Before it is published, a reviewer who has written nothing in this draft must sign off its present text."
    )
