"""Why something cannot be done to a draft."""

from lms.kernel.errors import Invalid, Refusal
from lms.kernel.i18n import lazy_gettext as _l


class DraftClosed(Refusal):
    """The draft was published or discarded meanwhile."""

    default = _l("This draft is closed: it was published or discarded. Start a new one for further changes.")


class EditConflict(Refusal):
    """Somebody saved the file since the author began; ``version`` is the one that is saved now."""

    default = _l("Somebody else has saved this file since you opened it. Nothing is lost: compare the two below.")

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version


class NotUnicode(Refusal):
    """A file that is changed as text is not UTF-8: it came from git."""

    default = _l("A file of this draft is not UTF-8: see the problems. Open it as text, correct it and save it first.")


class NotACourseFile(Invalid):
    """The name is not one of the files of this course."""

    field = "path"
    default = _l(
        "A course has course.yml, modules such as 01-first-steps.md, question banks and pictures. "
        "Names have lower-case letters, digits and hyphens."
    )
