"""What reminders refuse. ``field`` names the form control that a message belongs beside."""

from lms.kernel.errors import Invalid, Refusal
from lms.kernel.i18n import lazy_gettext as _l


class DayInFuture(Refusal):
    """Reminders of a future day cannot be sent."""

    default = _l("This day is in the future. To see what would be sent, use --dry-run.")


class FocalPointUnknown(Invalid):
    """Nobody of the organisation who can be written to has this e-mail address or staff number."""

    field = "who"
    default = _l("Nobody in this organisation with an account has this e-mail address or staff number.")


class AlreadyFocalPoint(Invalid):
    """The account already gets these figures."""

    field = "who"
    default = _l("This person is already a focal point of this sector.")


class FocalPointWithdrawn(Refusal):
    """The focal point was removed in the meantime, perhaps by a second click."""

    default = _l("This focal point was already removed.")
