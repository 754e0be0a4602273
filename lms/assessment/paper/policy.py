"""Who may print quizzes and enter copies: HR and trainers, each for their organisations, and nobody their own."""

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from lms.assessment.models import PaperQuiz, QuizCopy
from lms.assessment.paper import queries
from lms.assessment.paper.queries import ListedPaperQuiz
from lms.kernel.actor import Actor, Role
from lms.kernel.errors import NotThere, require_found
from lms.kernel.pagination import Pagination
from lms.kernel.paper_codes import read_paper_code
from lms.people.api import load_merged_ids

PAPER_ROLES = (Role.HR, Role.TRAINER)


def covered_organisations(actor: Actor) -> frozenset[int] | None:
    """Returns the organisations whose quizzes an actor may print; None for all of them."""
    scopes = [actor.organisations(role) for role in PAPER_ROLES]
    known = [scope for scope in scopes if scope is not None]
    return frozenset().union(*known) if len(known) == len(scopes) else None


def covers(actor: Actor, organisation_id: int) -> bool:
    """Returns whether an actor may print quizzes for an organisation, and enter its copies."""
    return any(actor.covers(role, organisation_id) for role in PAPER_ROLES)


def within_covered(actor: Actor, organisation_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Returns the same rule as a condition on the column that names the organisation."""
    scope = covered_organisations(actor)
    return true() if scope is None else organisation_id.in_(sorted(scope))


def load_own_ids(actor: Actor) -> frozenset[int]:
    """Returns the ids under which an actor is recorded: nobody prints or enters a quiz of their own."""
    return load_merged_ids(actor.person_id) if actor.person_id is not None else frozenset()


def list_paper_quizzes_for(actor: Actor, page: int) -> Pagination[ListedPaperQuiz]:
    """Lists the printed quizzes of the organisations that an actor covers, the latest first."""
    return queries.list_quizzes(within_covered(actor, PaperQuiz.organisation_id), page)


def load_paper_quiz_for(actor: Actor, quiz_id: int) -> PaperQuiz:
    """Loads a printed quiz; raises ``NotThere`` where it is unknown or another organisation's."""
    quiz = require_found(queries.find_quiz(quiz_id))
    if not covers(actor, quiz.organisation_id):
        raise NotThere
    return quiz


def load_quiz_copy_for(actor: Actor, code: str) -> tuple[QuizCopy, PaperQuiz]:
    """Loads a copy by its code as scanned or typed, with its quiz; raises ``NotThere`` likewise."""
    copy = require_found(queries.find_copy(read_paper_code(code)))
    return copy, load_paper_quiz_for(actor, copy.quiz_id)
