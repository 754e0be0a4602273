"""What people refuse. ``field`` names the control of a form that the refusal belongs beside."""

from lms.kernel.errors import Invalid, Refusal


class StaffNumberTaken(Invalid):
    """Another person of the organisation has this staff number."""

    field = "staff_number"


class DaysRefused(Invalid):
    """The first or last day does not fit the other days of the employment."""

    field = "from_on"


class LastDayRefused(Invalid):
    """The last day does not fit the other days of the employment."""

    field = "through_on"


class ShortNameTaken(Invalid):
    """Another organisation or station goes by this name in addresses."""

    field = "slug"


class PlacementChanged(Refusal):
    """Somebody has changed or withdrawn the placement meanwhile, perhaps the same person with a second click."""


class NotTwoPersons(Invalid):
    """The two records cannot be merged: they are one already, or one of them belongs to another merge."""


class NotYoursAlone(Invalid):
    """One of the two is employed where the actor is not HR: a merge would reach into that organisation's report."""


class AlreadyUndone(Refusal):
    """The merge was undone before, perhaps by the same person's second click."""


class AlreadyAnswered(Refusal):
    """Somebody has answered meanwhile."""


class TooManyOpen(Invalid):
    """A person has as many unanswered messages about their record as one can have at a time."""
