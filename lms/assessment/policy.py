"""Who may see an attempt: the person who made it, and nobody else. HR and trainers see outcomes, never answers."""

from sqlalchemy import ColumnElement, false

from lms.assessment import queries
from lms.assessment.models import Attempt
from lms.kernel.actor import Actor
from lms.kernel.errors import NotThere


def may_see(actor: Actor, attempt: Attempt) -> bool:
    """Says whether an actor may open an attempt with its questions and answers."""
    return actor.person_id is not None and attempt.person_id == actor.person_id


def visible_attempts(actor: Actor) -> ColumnElement[bool]:
    """Returns the same as a filter for statements."""
    return false() if actor.person_id is None else Attempt.person_id == actor.person_id


def load_attempt_for(actor: Actor, attempt_id: int) -> Attempt:
    """Loads an attempt the actor may see; raises ``NotThere`` for all others alike."""
    attempt = queries.find_attempt(attempt_id)
    if attempt is None or not may_see(actor, attempt):
        raise NotThere
    return attempt
