"""Places on this room's pages that rooms above fill; the roof connects them."""

from collections.abc import Callable

from lms.catalogue.api import PublishedCourse
from lms.kernel.actor import Actor

QuizNote = Callable[[Actor, PublishedCourse, str | None], str | None]
"""Says in one sentence what an actor should know before a course's quiz, for a sector where that matters."""

quiz_notes: list[QuizNote] = []
"""What the page before a quiz says besides its own rules, such as what renewing today would give."""


def notes_for(actor: Actor, course: PublishedCourse, sector: str | None) -> list[str]:
    """Collects what the rooms above have to say before a quiz."""
    said = (note(actor, course, sector) for note in quiz_notes)
    return [sentence for sentence in said if sentence]
