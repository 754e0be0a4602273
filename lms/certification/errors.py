"""What certification refuses. ``field`` names the form control that a message belongs beside."""

from lms.kernel.errors import Invalid, NotAllowed
from lms.kernel.i18n import lazy_gettext as _l


class OtherOrganisationsTraining(NotAllowed):
    """The session or training belongs to another organisation."""

    default = _l("This belongs to another organisation.")


class ListChanged(Invalid):
    """A list would do something else now than when it was checked."""

    default = _l("Something changed since you checked this list. Check the outcome below and confirm again.")


class InvalidHeldOn(Invalid):
    """The day of a session is in the future, or longer ago than this installation recognises."""

    field = "held_on"


class InvalidList(Invalid):
    """A list has no lines, or too many."""

    field = "lines"


class SectorMissing(Invalid):
    """The course is awarded by sector and none was chosen."""

    field = "sector"
    default = _l("This course is awarded by sector: choose one.")
