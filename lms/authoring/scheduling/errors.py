"""Why a draft is not published on its day."""

from lms.kernel.errors import Refusal
from lms.kernel.i18n import lazy_gettext as _l


class ChangedSince(Refusal):
    """The draft has another text than when its day was chosen."""

    default = _l("The draft was changed after its day was chosen. Look at what changes, and choose a day again.")


class AuthorLeft(Refusal):
    """Whoever chose the day may no longer publish."""

    default = _l("Whoever chose the day may no longer publish courses. Choose a day again.")
