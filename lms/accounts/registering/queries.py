"""Every SELECT about registration."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts.registering import rules
from lms.accounts.registering.models import RegistrationOpening, RegistrationRequest
from lms.kernel.actor import Actor, Role
from lms.kernel.caching import Cache, application_cache
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import NotThere, require_found
from lms.kernel.identifiers import identifier_key
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import (
    SimilarPerson,
    find_person_id_by_number,
    list_employments_of,
    list_organisations_of,
    list_possible_duplicates,
    list_similar_people,
    visible_employments,
    within_scope,
)
from lms.people.models import DutyStation, Employment, Organisation, Person

OFFERED_SECONDS = 60


def offered() -> Cache:
    """Returns the cache of whether `/login` names `/register`; another process may show a change a minute later."""
    return application_cache("registration", 1, OFFERED_SECONDS)


def is_offered() -> bool:
    """Says whether any organisation is open: where none is, the sign-in page does not look into the database for it."""
    return offered().get_or_load("open", lambda: bool(list_openings()))


def list_openings() -> Sequence[RegistrationOpening]:
    """Lists the organisations that are open, with their names, by name."""
    found = session.scalars(
        select(RegistrationOpening)
        .join(RegistrationOpening.organisation)
        .options(contains_eager(RegistrationOpening.organisation))
        .order_by(Organisation.name)
    )
    return [each for each in found if each.domains]


def find_opening(email: str) -> RegistrationOpening | None:
    """Finds the organisation that is open for a clean e-mail."""
    domain = rules.domain_of(email)
    return next((each for each in list_openings() if domain in each.domains), None)


def find_opening_of(organisation_id: int) -> RegistrationOpening | None:
    """Finds what an organisation has chosen, open or not."""
    return session.scalar(select(RegistrationOpening).where(RegistrationOpening.organisation_id == organisation_id))


def load_organisation_for(actor: Actor, organisation_id: int) -> Organisation:
    """Loads an organisation whose HR an actor is. Raises ``NotThere``."""
    found = [each for each in list_organisations_of(actor, Role.HR) if each.id == organisation_id]
    return require_found(found[0] if found else None)


def find_request(organisation_id: int, email: str) -> RegistrationRequest | None:
    """Finds the request of an e-mail, used or not."""
    return session.scalar(
        select(RegistrationRequest).where(
            RegistrationRequest.organisation_id == organisation_id, RegistrationRequest.email == email
        )
    )


def _requests() -> Select[RegistrationRequest]:
    return select(RegistrationRequest).options(
        joinedload(RegistrationRequest.organisation), joinedload(RegistrationRequest.station)
    )


def load_by_link(secret_key: str, token: str, now: datetime) -> RegistrationRequest:
    """Loads and locks the request that a link is for. Raises ``NotThere`` for one that is not the last, or expired."""
    request_id, sent_at = rules.read(secret_key, token) or (0, 0.0)
    lock_rows(RegistrationRequest, request_id)
    found = require_found(session.scalar(_requests().where(RegistrationRequest.id == request_id)))
    if found.recorded_at.timestamp() != sent_at or found.expires_at <= now:
        raise NotThere
    return found


def _waiting(actor: Actor, now: datetime) -> Select[RegistrationRequest]:
    return _requests().where(
        within_scope(actor, RegistrationRequest.organisation_id),
        RegistrationRequest.proved_at.is_not(None),
        RegistrationRequest.expires_at > now,
    )


def list_waiting(actor: Actor, now: datetime, page: int) -> Pagination[RegistrationRequest]:
    """Lists the requests that HR decides, the oldest first."""
    found = paginate(_waiting(actor, now).order_by(RegistrationRequest.proved_at, RegistrationRequest.id), page)
    return found.with_items([row.RegistrationRequest for row in found.items])


def load_waiting(actor: Actor, now: datetime, request_ids: Collection[int]) -> Sequence[RegistrationRequest]:
    """Loads and locks those of some requests that still wait for an actor; others are left out."""
    lock_rows(RegistrationRequest, *request_ids)
    statement = _waiting(actor, now).where(RegistrationRequest.id.in_(sorted(request_ids)))
    return session.scalars(statement.order_by(RegistrationRequest.id)).all()


def list_known(actor: Actor, requests: Collection[RegistrationRequest]) -> set[int]:
    """Returns the ids of requests whose name, e-mail or staff number somebody has whom an actor may see."""
    # Databases fold the case of Latin letters without accents only; so more spellings are tried.
    keys = {
        each.id: {
            each.name, each.name.lower(), each.name.upper(), each.name.title(), each.email,
            identifier_key(each.staff_number),
        } - {""}
        for each in requests
    }  # fmt: skip
    every = sorted(set().union(*keys.values()))
    columns = (Person.name, func.lower(Person.name), Person.email, Employment.staff_number_key)
    rows = session.execute(
        select(*columns)
        .join(Employment, Employment.person_id == Person.id)
        .where(visible_employments(actor), or_(*(column.in_(every) for column in columns)))
    )
    known = {value for row in rows for value in row}
    return {number for number, words in keys.items() if words & known}


def list_same(actor: Actor, request: RegistrationRequest) -> list[SimilarPerson]:
    """Lists who may be the same among those an actor may see: by staff number, e-mail, or a similar name."""
    found: list[SimilarPerson] = []
    person_id = find_person_id_by_number(actor, request.organisation_id, request.staff_number)
    if person_id is not None:
        found = [
            SimilarPerson(person_id, each.person.name, each.staff_number, each.organisation.name)
            for each in list_employments_of(actor, [person_id])
        ]
    found += list_possible_duplicates(actor, Person(name=request.name, email=request.email), ())
    found += list_similar_people(actor, request.organisation_id, request.name, "")
    return list({(each.person_id, each.staff_number): each for each in found}.values())


def find_offered_stations(station_ids: Collection[int]) -> Sequence[DutyStation]:
    """Lists some duty stations by name."""
    statement = select(DutyStation).where(DutyStation.id.in_(sorted(station_ids)))
    return session.scalars(statement.order_by(DutyStation.name, DutyStation.id)).all()


def remove_expired(now: datetime) -> None:
    """Removes what nobody proved or decided in time."""
    session.execute(delete(RegistrationRequest).where(RegistrationRequest.expires_at <= now))
