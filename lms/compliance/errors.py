"""What compliance refuses, as facts."""

from lms.kernel.errors import Invalid, NotAllowed


class NothingRetroactive(Invalid):
    """A later version of a requirement would take effect before today."""

    field = "effective_from"


class PastNotAccepted(Invalid):
    """A first version would start in the past and nobody has said that this is meant."""

    field = "past_accepted"


class NotYours(NotAllowed):
    """The requirement or exemption belongs to somebody else to change."""


class AlreadyWithdrawn(Invalid):
    """The exemption was withdrawn before."""
