"""What pathways refuse."""

from lms.kernel.errors import NotAllowed, Refusal
from lms.kernel.i18n import lazy_gettext as _l


class NewerVersion(Refusal):
    """Somebody published a newer version while this one was being written; ``number`` is the newest."""

    default = _l("Somebody published a newer version of this pathway in the meantime. Compare it with yours.")

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class MayNotEditPathway(NotAllowed):
    """The actor may read the station's pathway, but not write it."""

    default = _l("Only HR of staff who work at a station, coordinators and administrators can write its pathway.")
