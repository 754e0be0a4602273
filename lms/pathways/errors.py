"""What pathways refuse."""

from lms.kernel.errors import NotAllowed, Refusal
from lms.kernel.i18n import lazy_gettext as _l


class NewerVersion(Refusal):
    """Somebody published a newer version while this one was being written; ``number`` is the newest."""

    default = _l("Somebody published a newer version of this pathway in the meantime. Compare it with yours.")

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class ChangeWaits(Refusal):
    """Somebody else's change of this pathway waits for a decision; ``number`` is its version."""

    default = _l("A change of this pathway waits to be confirmed. Confirm or refuse it first.")

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class AlreadyDecided(Refusal):
    """A version was confirmed, refused or replaced before, or has lapsed."""

    default = _l("This change does not wait any longer: somebody has decided on it, or it has lapsed.")


class MayNotEditPathway(NotAllowed):
    """The actor may read the station's pathway, but not write it."""

    default = _l("Only HR of staff who work at a station today, coordinators and administrators can write its pathway.")


class MayNotConfirm(NotAllowed):
    """The actor may not confirm this change: they wrote it, or somebody less close to its author must."""

    default = _l(
        "A second person must confirm this change: a coordinator or HR of another organisation at this station, where "
        "there is one."
    )
