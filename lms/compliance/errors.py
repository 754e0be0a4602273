"""What compliance refuses."""

from lms.kernel.errors import Invalid, NotAllowed, Refusal
from lms.kernel.i18n import lazy_gettext as _l


class NothingRetroactive(Invalid):
    """A later version of a requirement would take effect before today."""

    field = "effective_from"


class PastNotAccepted(Invalid):
    """A first version would start in the past, and nobody has confirmed that."""

    field = "past_accepted"


class NotYours(NotAllowed):
    """The requirement or exemption is somebody else's to change."""


class AlreadyWithdrawn(Invalid):
    """The exemption was withdrawn before."""


class StillUpdating(Refusal):
    """Statuses are being updated, so no figure can be given yet: `done` of `total` steps are done."""

    # Accepted, and not ready: neither this nor a list that is being imported is a fault of the server.
    status = 202

    def __init__(self, done: int, total: int) -> None:
        """Takes how far the work is."""
        super().__init__(_l("Figures are being updated. They will be complete in a few minutes."))
        self.done, self.total = done, total


class NoSuchRecord(Invalid):
    """No other record answers to what was typed."""

    field = "staff_number"


class ViewNotSaved(Invalid):
    """The account has another view with this name, or as many views as it may."""

    field = "name"


class TooManyExports(Refusal):
    """As many files are being made for the account as may be at a time."""

    status = 429
