"""What certification refuses. ``field`` names the form control that a message belongs beside."""

from lms.kernel.errors import Invalid, NotAllowed
from lms.kernel.i18n import lazy_gettext as _l


class OtherOrganisationsTraining(NotAllowed):
    """The session or training belongs to another organisation."""

    default = _l("This belongs to another organisation.")


class ListChanged(Invalid):
    """A list would do something else now than when it was checked."""

    default = _l("Something changed since you checked this list. Check the outcome below and confirm again.")


class NothingToRecord(Invalid):
    """Nobody on a list would get a certificate."""

    default = _l("Nobody on this list would get a certificate, so nothing was recorded.")


class TooLongAgo(Invalid):
    """A session was held longer ago than this installation recognises."""

    field = "held_on"


class SessionInFuture(Invalid):
    """The day of a session is in the future."""

    field = "held_on"
    default = _l("This day is in the future. Record a session after it was held.")


class ListTooLong(Invalid):
    """A list has too many lines."""

    field = "lines"


class ListEmpty(Invalid):
    """A list has no lines."""

    field = "lines"
    default = _l("The list is empty.")


class SectorMissing(Invalid):
    """The course is awarded by sector and none was chosen."""

    field = "sector"
    default = _l("This course is awarded by sector: choose one.")


class SessionWithdrawn(Invalid):
    """The session was already withdrawn."""

    default = _l("This session was already withdrawn.")
