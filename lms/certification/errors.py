"""What certification refuses. ``field`` names the form control that a message belongs beside."""

from lms.kernel.errors import Invalid
from lms.kernel.i18n import lazy_gettext as _l


class ListChanged(Invalid):
    """A list would do something else now than when it was checked."""

    default = _l("Something changed since you checked this list. Check the outcome below and confirm again.")


class SectorMissing(Invalid):
    """The course is awarded by sector and none was chosen."""

    field = "sector"
    default = _l("This course is awarded by sector: choose one.")
