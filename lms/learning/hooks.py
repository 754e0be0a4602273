"""What packages above say on pages of learning; filled in ``lms/app.py``."""

from collections.abc import Callable, Sequence

from lms.catalogue.api import PublishedCourse
from lms.kernel.actor import Actor
from lms.kernel.hooks import Hook

quiz_notes: Hook[Callable[[Actor, PublishedCourse, str | None], str | None]] = Hook()
"""Returns a sentence for the page before a course's quiz, such as what renewing today would give, or None.

The third argument is the sector, for courses that are awarded for each sector.
"""

courses_to_do: Hook[Callable[[Actor], Sequence[int]]] = Hook()
"""Returns the ids of the courses that an actor must take or renew now, the most urgent first."""
