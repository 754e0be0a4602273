"""Every SELECT of attempts."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from lms.assessment.models import Answer, Attempt
from lms.kernel.db import has_one_writer, locked, session
from lms.kernel.transaction_memo import clear_memo, load_once
from lms.people.models import Person


def lock_person(person_id: int) -> None:
    """Locks a person: one transaction at a time starts attempts or switches editions for them."""
    session.execute(locked(select(Person.id).where(Person.id == person_id)))


def lock_attempt(attempt_id: int) -> Attempt:
    """Locks an attempt and returns it as it is stored now."""
    if has_one_writer() and (attempt := session.get(Attempt, attempt_id)) is not None:
        return attempt
    # What was read before the lock may have been changed by the transaction that had it.
    clear_memo()
    statement = locked(select(Attempt).where(Attempt.id == attempt_id))
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def list_attempts(person_id: int, course_id: int) -> Sequence[Attempt]:
    """Returns a person's attempts of a course in all its editions and sectors, the oldest first."""
    mine = select(Attempt).filter_by(person_id=person_id, course_id=course_id)
    return session.scalars(mine.order_by(Attempt.id)).all()


def list_passed(attempt_ids: Collection[int]) -> Sequence[Attempt]:
    """Returns those of some attempts that were passed."""
    # Called right after attempts changed, while they are in the session: then no statement is needed.
    found = (session.get(Attempt, attempt_id) for attempt_id in sorted(attempt_ids))
    return [attempt for attempt in found if attempt is not None and attempt.passed]


def list_answers(attempt_id: int) -> Sequence[Answer]:
    """Returns the saved responses of an attempt; one query in a transaction."""
    statement = select(Answer).where(Answer.attempt_id == attempt_id)
    return load_once(("answers", attempt_id), (Answer,), lambda: session.scalars(statement).all())
