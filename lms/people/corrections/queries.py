"""Every SELECT about correction requests."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, func, select

from lms.kernel.actor import Actor
from lms.kernel.db import locked, session
from lms.kernel.errors import NotThere
from lms.kernel.pagination import Pagination, paginate
from lms.people import policy
from lms.people.merging.queries import select_merged_ids
from lms.people.models import CorrectionRequest, CorrectionRequestAnswer, Employment, Organisation, Person

MOST_SHOWN = 50
"""The most requests shown about one person."""


@dataclass(frozen=True, slots=True)
class ListedCorrectionRequest:
    """A correction request with its answer, where there is one, and the names to show."""

    request: CorrectionRequest
    answer: CorrectionRequestAnswer | None
    name: str
    organisation: str
    staff_number: str | None


def _requests() -> Select[CorrectionRequest, CorrectionRequestAnswer, str, str, str]:
    number = (
        select(func.min(Employment.staff_number))
        .where(
            Employment.person_id == CorrectionRequest.person_id,
            Employment.organisation_id == CorrectionRequest.organisation_id,
        )
        .scalar_subquery()
    )
    return (
        select(
            CorrectionRequest,
            CorrectionRequestAnswer,
            Person.name.label("name"),
            Organisation.name.label("organisation"),
            number.label("staff_number"),
        )
        .join(Person, Person.id == CorrectionRequest.person_id)
        .join(Organisation, Organisation.id == CorrectionRequest.organisation_id)
        .outerjoin(CorrectionRequestAnswer, CorrectionRequestAnswer.request_id == CorrectionRequest.id)
    )


def _listed(row: Row[CorrectionRequest, CorrectionRequestAnswer, str, str, str]) -> ListedCorrectionRequest:
    return ListedCorrectionRequest(
        request=row.CorrectionRequest,
        answer=row.CorrectionRequestAnswer,
        name=row.name,
        organisation=row.organisation,
        staff_number=row.staff_number,
    )


def _list_latest(*conditions: ColumnElement[bool]) -> list[ListedCorrectionRequest]:
    rows = session.execute(
        _requests()
        .where(*conditions)
        .order_by(CorrectionRequest.recorded_at.desc(), CorrectionRequest.id.desc())
        .limit(MOST_SHOWN)
    )
    return [_listed(row) for row in rows]


def list_own_correction_requests(person_id: int) -> list[ListedCorrectionRequest]:
    """Lists the correction requests of a person, merged records included, for the person to see; latest first."""
    return _list_latest(CorrectionRequest.person_id.in_(select_merged_ids(person_id)))


def list_correction_requests_about(actor: Actor, person_ids: Collection[int]) -> list[ListedCorrectionRequest]:
    """Lists the correction requests of some persons that an actor may see as HR; latest first."""
    return _list_latest(CorrectionRequest.person_id.in_(sorted(person_ids)), policy.visible_correction_requests(actor))


def list_correction_requests(actor: Actor, *, answered: bool, page: int = 1) -> Pagination[ListedCorrectionRequest]:
    """Lists what an actor may see as HR: open requests, the oldest first, or answered ones, the latest first."""
    is_answered = CorrectionRequestAnswer.id.is_not(None) if answered else CorrectionRequestAnswer.id.is_(None)
    order = (
        (CorrectionRequestAnswer.recorded_at.desc(), CorrectionRequest.id.desc())
        if answered
        else (CorrectionRequest.recorded_at, CorrectionRequest.id)
    )
    statement = _requests().where(policy.visible_correction_requests(actor), is_answered).order_by(*order)
    found = paginate(statement, page)
    return found.with_items([_listed(row) for row in found.items])


def load_correction_request_for(actor: Actor, request_id: int) -> ListedCorrectionRequest:
    """Loads a correction request that an actor may see as HR. Raises ``NotThere``."""
    found = session.execute(
        _requests().where(CorrectionRequest.id == request_id, policy.visible_correction_requests(actor))
    ).one_or_none()
    if found is None:
        raise NotThere
    return _listed(found)


def lock_correction_request(request_id: int) -> None:
    """Locks a correction request, so that one transaction at a time answers it."""
    session.execute(locked(select(CorrectionRequest.id).where(CorrectionRequest.id == request_id)))


def find_answer(request_id: int) -> CorrectionRequestAnswer | None:
    """Finds the answer to a correction request."""
    return session.scalar(select(CorrectionRequestAnswer).where(CorrectionRequestAnswer.request_id == request_id))


def count_unanswered(person_id: int) -> int:
    """Counts the open correction requests of a person, merged records included."""
    open_ones = (
        select(func.count(CorrectionRequest.id))
        .outerjoin(CorrectionRequestAnswer, CorrectionRequestAnswer.request_id == CorrectionRequest.id)
        .where(CorrectionRequest.person_id.in_(select_merged_ids(person_id)), CorrectionRequestAnswer.id.is_(None))
    )
    return session.scalar(open_ones) or 0
