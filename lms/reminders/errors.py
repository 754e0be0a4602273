"""What reminders refuse."""

from lms.kernel.errors import Refusal
from lms.kernel.i18n import lazy_gettext as _l


class FocalPointWithdrawn(Refusal):
    """The focal point was removed in the meantime, perhaps by a second click."""

    default = _l("This focal point was already removed.")
