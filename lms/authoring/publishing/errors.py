"""Why a draft cannot be published."""

from lms.kernel.errors import Refusal
from lms.kernel.i18n import lazy_gettext as _l


class DraftOutdated(Refusal):
    """Files of the draft were published by somebody else since."""

    default = _l("Files of this draft have been published since it was written. Bring the changes together first.")


class HasErrors(Refusal):
    """The files have errors."""

    default = _l("This draft has errors, so nothing was published. Correct them first: they are listed below.")


class NothingToPublish(Refusal):
    """The draft is the same as what is published."""

    default = _l("This draft changes nothing, so there is nothing to publish.")
