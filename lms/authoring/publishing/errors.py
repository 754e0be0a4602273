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


class NeedsEdition(Refusal):
    """The meaning changes within an edition."""

    default = _l(
        "This draft changes the meaning of the course, so its edition must be raised first. Nothing was published."
    )


class EditionNotRaised(Refusal):
    """The edition in course.yml cannot be raised by the program."""

    default = _l("The edition in course.yml could not be changed. Open the file and raise it there.")
