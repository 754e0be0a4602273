"""What certification refuses, as facts."""

from lms.kernel.errors import Invalid, NotAllowed


class NotYours(NotAllowed):
    """The session or training belongs to another organisation."""


class ListChanged(Invalid):
    """What a list would do is not what was shown when it was checked."""


class NothingToRecord(Invalid):
    """Nobody on a list would get a certificate."""


class TooLongAgo(Invalid):
    """A session was held longer ago than the house recognises."""

    field = "held_on"


class NotHeldYet(Invalid):
    """A session would be held on a day that has not come yet."""

    field = "held_on"


class ListTooLong(Invalid):
    """A list has more lines than are taken at once."""

    field = "lines"


class ListEmpty(Invalid):
    """A list has no line."""

    field = "lines"


class SectorMissing(Invalid):
    """The course is awarded sector by sector and none was chosen."""

    field = "sector"


class SessionWithdrawn(Invalid):
    """The session was withdrawn before."""
