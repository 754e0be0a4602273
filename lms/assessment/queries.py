"""Every SELECT of attempts."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from lms.assessment.models import Answer, Attempt
from lms.kernel.db import has_one_writer, locked, session
from lms.kernel.transaction_memo import clear_memo, load_once
from lms.people.models import Person

# Each quiz runs them several times, so they are built once.
_PERSON = locked(select(Person.id).where(Person.id == bindparam("person")))
_ATTEMPT = select(Attempt).where(Attempt.id == bindparam("attempt"))
_ATTEMPTS = (
    select(Attempt)
    .where(Attempt.person_id == bindparam("person"), Attempt.course_id == bindparam("course"))
    .order_by(Attempt.id)
)
_ANSWERS = select(Answer).where(Answer.attempt_id == bindparam("attempt"))


def lock_person(person_id: int) -> None:
    """Locks a person: one transaction at a time starts attempts or switches editions for them."""
    session.execute(_PERSON, {"person": person_id})


def find_attempt(attempt_id: int) -> Attempt | None:
    """Finds an attempt; the caller decides who may see it."""
    return session.scalar(_ATTEMPT, {"attempt": attempt_id})


def lock_attempt(attempt_id: int) -> Attempt:
    """Locks an attempt and returns it as it is stored now."""
    if has_one_writer() and (attempt := session.get(Attempt, attempt_id)) is not None:
        return attempt
    # What was read before the lock may have been changed by the transaction that had it.
    clear_memo()
    statement = locked(_ATTEMPT).execution_options(populate_existing=True)
    return session.scalars(statement, {"attempt": attempt_id}).one()


def list_attempts(person_id: int, course_id: int) -> Sequence[Attempt]:
    """Returns a person's attempts of a course in all its editions and sectors, the oldest first."""
    return session.scalars(_ATTEMPTS, {"person": person_id, "course": course_id}).all()


def list_passed(attempt_ids: Collection[int]) -> Sequence[Attempt]:
    """Returns those of some attempts that were passed."""
    # Called right after attempts changed, while they are in the session: then no statement is needed.
    found = (session.get(Attempt, attempt_id) for attempt_id in sorted(attempt_ids))
    return [attempt for attempt in found if attempt is not None and attempt.passed]


def list_answers(attempt_id: int) -> Sequence[Answer]:
    """Returns the saved responses of an attempt; one query in a transaction."""
    saved = {"attempt": attempt_id}
    return load_once(("answers", attempt_id), (Answer,), lambda: session.scalars(_ANSWERS, saved).all())
