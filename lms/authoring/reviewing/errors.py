"""Why a review cannot be asked for."""

from lms.kernel.errors import Invalid
from lms.kernel.i18n import lazy_gettext as _l


class NothingToReview(Invalid):
    """The draft changes nothing."""

    default = _l("This draft changes nothing yet, so there is nothing to review.")


class NoReviewer(Invalid):
    """The account cannot review the draft."""

    field = "reviewer"
    default = _l("This person has written in the draft meanwhile, or is no longer an author. Choose somebody else.")
