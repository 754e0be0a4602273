"""Every SELECT about correction requests."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people import policy
from lms.people.merging.queries import select_merged_ids
from lms.people.models import CorrectionRequest, CorrectionRequestAnswer, Employment, Organisation, Person

MOST_SHOWN = 50
"""The most requests shown about one person."""

# Named as the fields of a listed request are.
Request = aliased(CorrectionRequest, name="request")
Answer = aliased(CorrectionRequestAnswer, name="answer")


@dataclass(frozen=True, slots=True)
class ListedCorrectionRequest:
    """A correction request with its answer, where there is one, and the names to show."""

    request: CorrectionRequest
    answer: CorrectionRequestAnswer | None
    name: str
    organisation: str
    staff_number: str | None


def _requests(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    number = select(func.min(Employment.staff_number)).where(
        Employment.person_id == Request.person_id, Employment.organisation_id == Request.organisation_id
    )
    return (
        select(
            Request,
            Answer,
            Person.name.label("name"),
            Organisation.name.label("organisation"),
            number.scalar_subquery().label("staff_number"),
        )
        .join(Person, Person.id == Request.person_id)
        .join(Organisation, Organisation.id == Request.organisation_id)
        .outerjoin(Answer, Answer.request_id == Request.id)
        .where(*conditions)
    )


def _latest(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return _requests(*conditions).order_by(Request.recorded_at.desc(), Request.id.desc()).limit(MOST_SHOWN)


# Built once, because every visit of a learner's page runs it and building costs more than running.
_OWN = _latest(Request.person_id.in_(select_merged_ids(bindparam("person"))))


def list_own_correction_requests(person_id: int) -> list[ListedCorrectionRequest]:
    """Lists the correction requests of a person, merged records included, for the person to see; latest first."""
    return [ListedCorrectionRequest(**row._mapping) for row in session.execute(_OWN, {"person": person_id})]


def list_correction_requests_about(actor: Actor, person_ids: Collection[int]) -> list[ListedCorrectionRequest]:
    """Lists the correction requests of some persons that an actor may see as HR; latest first."""
    about = _latest(Request.person_id.in_(sorted(person_ids)), policy.within_scope(actor, Request.organisation_id))
    return [ListedCorrectionRequest(**row._mapping) for row in session.execute(about)]


def list_correction_requests(actor: Actor, *, answered: bool, page: int = 1) -> Pagination[ListedCorrectionRequest]:
    """Lists what an actor may see as HR: open requests, the oldest first, or answered ones, the latest first."""
    statement = _requests(policy.within_scope(actor, Request.organisation_id))
    if answered:
        statement = statement.where(Answer.id.is_not(None)).order_by(Answer.recorded_at.desc(), Request.id.desc())
    else:
        statement = statement.where(Answer.id.is_(None)).order_by(Request.recorded_at, Request.id)
    found = paginate(statement, page)
    return found.with_items([ListedCorrectionRequest(**row._mapping) for row in found.items])


def load_correction_request_for(actor: Actor, request_id: int) -> ListedCorrectionRequest:
    """Loads a correction request that an actor may see as HR. Raises ``NotThere``."""
    statement = _requests(Request.id == request_id, policy.within_scope(actor, Request.organisation_id))
    return ListedCorrectionRequest(**require_found(session.execute(statement).one_or_none())._mapping)


def find_answer(request_id: int) -> CorrectionRequestAnswer | None:
    """Finds the answer to a correction request."""
    return session.scalar(select(CorrectionRequestAnswer).where(CorrectionRequestAnswer.request_id == request_id))


def count_unanswered(person_id: int) -> int:
    """Counts the open correction requests of a person, merged records included."""
    own = _requests(Request.person_id.in_(select_merged_ids(person_id)), Answer.id.is_(None))
    return session.scalar(own.with_only_columns(func.count(Request.id), maintain_column_froms=True)) or 0
