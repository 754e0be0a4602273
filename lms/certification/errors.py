"""What certification refuses. ``field`` names the form control that a message belongs beside."""

from lms.kernel.errors import Invalid, NotAllowed


class OtherOrganisationsTraining(NotAllowed):
    """The session or training belongs to another organisation."""


class ListChanged(Invalid):
    """A list would do something else now than when it was checked."""


class NothingToRecord(Invalid):
    """Nobody on a list would get a certificate."""


class TooLongAgo(Invalid):
    """A session was held longer ago than this installation recognises."""

    field = "held_on"


class SessionInFuture(Invalid):
    """The day of a session is in the future."""

    field = "held_on"


class ListTooLong(Invalid):
    """A list has too many lines."""

    field = "lines"


class ListEmpty(Invalid):
    """A list has no lines."""

    field = "lines"


class SectorMissing(Invalid):
    """The course is awarded by sector and none was chosen."""

    field = "sector"


class SessionWithdrawn(Invalid):
    """The session was already withdrawn."""
