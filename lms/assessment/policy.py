"""Who may see an attempt: the person who made it, and nobody else.

HR and trainers see results, never responses, but for those on paper that they type themselves.
"""

from lms.assessment.models import Attempt
from lms.assessment.queries import find_attempt
from lms.kernel.actor import Actor
from lms.kernel.errors import NotThere


def load_attempt_for(actor: Actor, attempt_id: int) -> Attempt:
    """Loads an attempt of the actor's own; raises ``NotThere`` for all others alike."""
    attempt = find_attempt(attempt_id)
    if attempt is None or actor.person_id is None or attempt.person_id != actor.person_id:
        raise NotThere
    return attempt
