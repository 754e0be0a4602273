"""Every SELECT of attempts."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from lms.assessment.models import Answer, Attempt
from lms.kernel.db import locked, session
from lms.people.models import Person


def find_attempt(attempt_id: int) -> Attempt | None:
    """Finds an attempt by number, whoever asks."""
    return session.get(Attempt, attempt_id)


def lock_person(person_id: int) -> None:
    """Lets one transaction at a time start attempts for a person."""
    statement = locked(select(Person.id).where(Person.id == person_id))
    session.execute(statement)


def lock_attempt(attempt_id: int) -> Attempt:
    """Returns an attempt as it is stored now; nobody else changes it until this transaction ends."""
    statement = locked(select(Attempt).where(Attempt.id == attempt_id))
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def list_attempts(person_id: int, course_id: int) -> Sequence[Attempt]:
    """Lists a person's attempts of a course in all its editions and sectors, the first one first."""
    return session.scalars(
        select(Attempt)
        .where(Attempt.person_id == person_id, Attempt.course_id == course_id)
        .order_by(Attempt.id)
    ).all()


def list_passed(attempt_ids: Collection[int]) -> Sequence[Attempt]:
    """Lists those of some attempts that were submitted and passed."""
    # Asked right after attempts changed, while the session still holds them: then no statement is needed.
    found = (session.get(Attempt, attempt_id) for attempt_id in sorted(attempt_ids))
    return [attempt for attempt in found if attempt is not None and attempt.passed]


def list_answers(attempt_id: int) -> Sequence[Answer]:
    """Lists what was saved of an attempt."""
    return session.scalars(select(Answer).where(Answer.attempt_id == attempt_id)).all()


def saved_responses(attempt_id: int) -> dict[int, Any]:
    """Returns what was saved of an attempt, by question revision."""
    return {answer.question_revision_id: answer.response for answer in list_answers(attempt_id)}
