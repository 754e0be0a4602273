"""What packages above say on pages of learning; filled in ``lms/app.py``."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from lms.catalogue.api import PublishedCourse
from lms.kernel.actor import Actor
from lms.kernel.hooks import Hook

quiz_notes: Hook[Callable[[Actor, PublishedCourse, str | None], str | None]] = Hook()
"""Returns a sentence for the page before a course's quiz, such as what renewing today would give, or None.

The third argument is the sector, for courses that are awarded for each sector.
"""

courses_to_do: Hook[Callable[[Actor], Sequence[int]]] = Hook()
"""Returns the ids of the courses that an actor must take or renew now, the most urgent first."""


class HeldCertificate(NamedTuple):
    """A certificate of a course: the edition it was earned in, by number, and its last valid day."""

    edition: int
    valid_until: date


held_certificates: Hook[Callable[[Actor, PublishedCourse, str | None], HeldCertificate | None]] = Hook()
"""Returns an actor's certificate of a course that ends last, neither revoked nor replaced, or None.

The third argument is the sector, for courses that are awarded for each sector.
"""


class SignedOff(NamedTuple):
    """Somebody who has read the text of a course and agreed before it was published, and the day."""

    name: str
    on: date


sign_offs: Hook[Callable[[int], Sequence[SignedOff]]] = Hook()
"""Returns who has signed off a course revision, by its id."""
