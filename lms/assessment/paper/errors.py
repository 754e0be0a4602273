"""Why a quiz is not printed, or a copy not entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from lms.kernel.errors import Invalid


class NoCopy(StrEnum):
    """Why somebody gets no copy."""

    UNKNOWN = "unknown"
    OWN = "own"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A staff number that gets no copy, and why; ``code`` is that of the open copy, ``until`` the pause's end."""

    staff_number: str
    reason: NoCopy
    code: str = ""
    until: datetime | None = None


class SomeLeftOut(Invalid):
    """Some of a list get no copy; the others would where the caller accepts that."""

    default = _l("Some of these people get no copy. Correct the list, or print for the others.")
    field = "numbers"

    def __init__(self, left_out: Sequence[LeftOut]) -> None:
        super().__init__()
        self.left_out = left_out


class EnteredMeanwhile(Invalid):
    """This entry of a copy was saved before, with other answers or by somebody else."""

    default = _l(
        "This copy was entered since you opened this page. What you typed is still here, and has not been saved. "
        "Check it against the paper and save it as the second entry."
    )
