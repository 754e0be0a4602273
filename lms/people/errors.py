"""What people refuses. ``field`` names the form field that the error belongs beside."""

from lms.kernel.errors import Invalid, Refusal
from lms.kernel.i18n import lazy_gettext as _l


class StaffNumberTaken(Invalid):
    """Another person of the organisation has this staff number."""

    field = "staff_number"
    default = _l(
        "Somebody else in this organisation has this staff number. If it is the same person, open them under People "
        "and correct their details."
    )


class NothingCorrected(Invalid):
    """Everything is as it was recorded."""

    default = _l("Nothing was changed: all of this is recorded already.")


class InvalidFirstDay(Invalid):
    """The first day does not fit the other days of the employment."""

    field = "from_on"


class InvalidLastDay(Invalid):
    """The last day does not fit the other days of the employment."""

    field = "through_on"


class ShortNameTaken(Invalid):
    """Another organisation or station has this short name."""

    field = "slug"


class PlacementChanged(Refusal):
    """The placement was changed or withdrawn since the page was shown, perhaps by a second click."""


class CannotMerge(Invalid):
    """The two records cannot be merged: they are the same, or one of them belongs to another merge."""


class EmployedElsewhere(Invalid):
    """One of the two is employed where the actor is not HR: a merge would change that organisation's report."""


class MergeAlreadyUndone(Refusal):
    """The merge was undone before, perhaps by a second click."""


class ImportChanged(Refusal):
    """The import is in another state by now, perhaps by a second click."""

    default = _l("This import has moved on; here is its current state.")


class AlreadyAnswered(Refusal):
    """The correction request was answered since the page was shown."""


class TooManyOpenRequests(Invalid):
    """The person has as many open correction requests as one may have at a time."""


class StillEmployed(Invalid):
    """A placement of the person counts today or later: their data is needed."""

    default = _l("This person works for an organisation today, or will. HR must end the placement first.")


class AlreadyErased(Invalid):
    """The person's data was erased before."""

    default = _l("The data of this person is erased already.")
