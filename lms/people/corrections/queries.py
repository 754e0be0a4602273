"""Every SELECT about what people say is wrong in their record."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from lms.kernel.actor import Actor
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere
from lms.kernel.pagination import Pagination, paginate
from lms.people import policy
from lms.people.merging.queries import one_with
from lms.people.models import Employment, Organisation, Person, RecordQuery, RecordQueryAnswer

MOST_SHOWN = 50
"""The most messages shown about one person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody said of their record, with its answer where there is one."""

    query: RecordQuery
    answer: RecordQueryAnswer | None
    name: str
    organisation: str
    staff_number: str


def _asked() -> Select[RecordQuery, RecordQueryAnswer, str, str, str]:
    number = (
        select(func.min(Employment.staff_number))
        .where(
            Employment.person_id == RecordQuery.person_id,
            Employment.organisation_id == RecordQuery.organisation_id,
        )
        .scalar_subquery()
    )
    return (
        select(RecordQuery, RecordQueryAnswer, Person.name, Organisation.name, number)
        .join(Person, Person.id == RecordQuery.person_id)
        .join(Organisation, Organisation.id == RecordQuery.organisation_id)
        .outerjoin(RecordQueryAnswer, RecordQueryAnswer.query_id == RecordQuery.id)
    )


def list_queries_of(person_id: int) -> list[Asked]:
    """Lists what a person, and who is one with them, said of their record: for themselves. The latest first."""
    rows = session.execute(
        _asked()
        .where(RecordQuery.person_id.in_(one_with(person_id)))
        .order_by(RecordQuery.recorded_at.desc(), RecordQuery.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Asked(*row) for row in rows]


def list_queries_about(actor: Actor, persons: Collection[int]) -> list[Asked]:
    """Lists what some persons said to HR of the actor's organisations, the latest first."""
    rows = session.execute(
        _asked()
        .where(RecordQuery.person_id.in_(sorted(persons)), policy.visible_record_queries(actor))
        .order_by(RecordQuery.recorded_at.desc(), RecordQuery.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Asked(*row) for row in rows]


def list_queries_for(actor: Actor, *, answered: bool, page: int = 1) -> Pagination[Asked]:
    """Lists the messages to HR of the actor's organisations: open ones the oldest first, answered ones the latest."""
    is_answered = RecordQueryAnswer.id.is_not(None) if answered else RecordQueryAnswer.id.is_(None)
    order = (
        (RecordQueryAnswer.recorded_at.desc(), RecordQuery.id.desc())
        if answered
        else (RecordQuery.recorded_at, RecordQuery.id)
    )
    found = paginate(_asked().where(policy.visible_record_queries(actor), is_answered).order_by(*order), page)
    return found.with_items([Asked(*row) for row in found.items])


def count_open_queries(actor: Actor) -> int:
    """Counts the messages that wait for an answer of HR of the actor's organisations."""
    waiting = (
        select(func.count(RecordQuery.id))
        .outerjoin(RecordQueryAnswer, RecordQueryAnswer.query_id == RecordQuery.id)
        .where(policy.visible_record_queries(actor), RecordQueryAnswer.id.is_(None))
    )
    return session.scalar(waiting) or 0


def load_query_for(actor: Actor, query_id: int) -> Asked:
    """Loads a message sent to HR of an organisation of the actor's. Raises ``NotThere``."""
    if query_id > LARGEST_ID:
        raise NotThere
    row = session.execute(
        _asked().where(RecordQuery.id == query_id, policy.visible_record_queries(actor))
    ).one_or_none()
    if row is None:
        raise NotThere
    return Asked(*row)


def lock_query(query_id: int) -> None:
    """Lets one transaction at a time answer a message."""
    session.execute(locked(select(RecordQuery.id).where(RecordQuery.id == query_id)))


def find_answer(query_id: int) -> RecordQueryAnswer | None:
    """Finds the answer to a message."""
    return session.scalar(select(RecordQueryAnswer).where(RecordQueryAnswer.query_id == query_id))


def count_unanswered_of(person_id: int) -> int:
    """Counts the messages of a person that wait for an answer."""
    waiting = (
        select(func.count(RecordQuery.id))
        .outerjoin(RecordQueryAnswer, RecordQueryAnswer.query_id == RecordQuery.id)
        .where(RecordQuery.person_id == person_id, RecordQueryAnswer.id.is_(None))
    )
    return session.scalar(waiting) or 0


def list_own_employers(person_id: int) -> list[tuple[int, str]]:
    """Lists the organisations a person is or was employed at, by name: whom they can write to."""
    rows = session.execute(
        select(Organisation.id, Organisation.name)
        .join(Employment, Employment.organisation_id == Organisation.id)
        .where(Employment.person_id == person_id)
        .distinct()
        .order_by(Organisation.name)
    )
    return [(row[0], row[1]) for row in rows]
