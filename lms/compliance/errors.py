"""What compliance refuses."""

from lms.kernel.errors import Invalid, Refusal
from lms.kernel.i18n import lazy_gettext as _l
from lms.kernel.outbox import Failure


class StillUpdating(Refusal):
    """Statuses are being updated, so no figure can be given yet: `done` of `total` steps are done.

    `failure` is that of a job that failed and has not moved since.
    """

    # Accepted, and not ready: neither this nor a list that is being imported is a fault of the server.
    status = 202

    def __init__(self, done: int, total: int, failure: Failure | None = None) -> None:
        """Takes how far the work is."""
        super().__init__(_l("Figures are being updated. They will be complete in a few minutes."))
        self.done, self.total, self.failure = done, total, failure


class FiguresDiffer(Invalid):
    """The data do not give the figures of the id, so nobody can sign the report off."""

    default = _l("The data recorded here does not give the figures of this report, so it cannot be signed off.")


class RecipientNotAllowed(Invalid):
    """Somebody chosen may not see the report, has no e-mail address or has left."""

    field = "recipients"
    default = _l("Choose at least one recipient, and only people who may see the report of this organisation.")


class TooManyExports(Refusal):
    """As many files are being made for the account as may be at a time."""

    status = 429
