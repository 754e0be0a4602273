"""What packages above say on pages of learning; filled in ``lms/app.py``."""

from collections.abc import Callable

from lms.catalogue.api import PublishedCourse
from lms.kernel.actor import Actor
from lms.kernel.hooks import Hook

quiz_notes: Hook[Callable[[Actor, PublishedCourse, str | None], str | None]] = Hook()
"""Returns a sentence for the page before a course's quiz, such as what renewing today would give, or None.

The third argument is the sector, for courses that are awarded for each sector.
"""


def list_quiz_notes(actor: Actor, course: PublishedCourse, sector: str | None) -> list[str]:
    """Returns what packages above say on the page before a quiz."""
    notes = (note(actor, course, sector) for note in quiz_notes)
    return [note for note in notes if note]
