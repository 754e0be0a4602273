"""Every SELECT of people."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.kernel.actor import Actor, Role
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import identifier_key
from lms.people import policy
from lms.people.errors import PlacementChanged
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector


def load_person_for(actor: Actor, person_id: int) -> Person:
    """Loads a person whom an actor may see. Raises ``NotThere`` for anybody else, known or not."""
    return require_found(session.scalar(select(Person).where(Person.id == person_id, policy.visible_people(actor))))


def list_employments_of(actor: Actor, person_ids: Collection[int]) -> Sequence[Employment]:
    """Lists those employments of some persons that an actor may see, with person and organisation."""
    return session.scalars(_employments(actor).where(Employment.person_id.in_(sorted(person_ids)))).all()


def load_employment_for(actor: Actor, person_id: int, employment_id: int) -> Employment:
    """Loads one employment of a person, with person and organisation. Raises ``NotThere`` as the person's does."""
    statement = _employments(actor).where(Employment.id == employment_id, Employment.person_id == person_id)
    return require_found(session.scalar(statement))


def _employments(actor: Actor) -> Select[Employment]:
    return (
        select(Employment)
        .options(joinedload(Employment.person), joinedload(Employment.organisation))
        .where(policy.visible_employments(actor))
        .order_by(Employment.id)
    )


def load_placement_for(actor: Actor, person_id: int, placement_id: int) -> Placement:
    """Loads one placement of a person, with station, employment, person and organisation.

    Raises ``NotThere`` across organisations and ``PlacementChanged`` where it was withdrawn since.
    """
    own = (Placement.id == placement_id, Employment.person_id == person_id)
    placement = require_found(session.scalar(visible_placements(actor).where(*own)))
    require_active(placement)
    return placement


def visible_placements(actor: Actor) -> Select[Placement]:
    """Returns the statement of the placements an actor may see, with station, employment, person and organisation."""
    employment = contains_eager(Placement.employment)
    return (
        select(Placement)
        .join(Placement.employment)
        .options(
            joinedload(Placement.station),
            employment.options(joinedload(Employment.person), joinedload(Employment.organisation)),
        )
        .where(policy.visible_employments(actor))
    )


def require_active(placement: Placement) -> None:
    """Raises ``PlacementChanged`` where a placement was withdrawn or replaced."""
    if placement.retracted_at is not None:
        raise PlacementChanged(_("This placement has been changed in the meantime. Here are the current placements."))


def list_placements_of(employment_ids: Sequence[int]) -> Sequence[Placement]:
    """Lists the known placements of several employments with their stations, latest first."""
    return session.scalars(
        select(Placement)
        .options(joinedload(Placement.station))
        .where(Placement.employment_id.in_(employment_ids), Placement.retracted_at.is_(None))
        .order_by(Placement.from_on.desc())
    ).all()


def find_employment_by_number(organisation_id: int, staff_number: str) -> Employment | None:
    """Finds who has a staff number at an organisation, however it is spelled, with the person."""
    same_number = Employment.staff_number_key == identifier_key(staff_number)
    return session.scalar(
        select(Employment)
        .options(joinedload(Employment.person))
        .where(Employment.organisation_id == organisation_id, same_number)
        .limit(1)
    )


def list_emails_of_staff(
    employments: ColumnElement[bool], emails: Iterable[str], besides: Collection[int] = ()
) -> set[str]:
    """Returns those of some e-mails that are recorded of people who have or had an employment fitting a condition.

    ``besides`` are persons who are not asked about. A query for each 500 e-mails.
    """
    employed = exists().where(Employment.person_id == Person.id, employments)
    rows = execute_in_batches(select(Person.id, Person.email).where(employed), Person.email, sorted(emails))
    return {row.email for row in rows if row.id not in besides}


def find_staff(organisation_id: int, numbers: Collection[str]) -> dict[str, Person]:
    """Finds the people who have staff numbers at an organisation, by the key of the number."""
    statement = (
        select(Employment.staff_number_key, Person)
        .join(Person, Person.id == Employment.person_id)
        .where(
            Employment.organisation_id == organisation_id,
            Employment.staff_number_key.in_({identifier_key(number) for number in numbers}),
        )
    )
    return {row.staff_number_key: row.Person for row in session.execute(statement)}


# Asked on many pages, and built once.
_ORGANISATIONS = select(Organisation).order_by(Organisation.name)
_ORGANISATIONS_IN = _ORGANISATIONS.where(Organisation.id.in_(bindparam("organisations", expanding=True)))
_STATIONS = select(DutyStation).order_by(DutyStation.name)
_SECTORS = select(Sector).order_by(Sector.position)


def list_organisations_of(actor: Actor, role: Role) -> Sequence[Organisation]:
    """Lists the organisations that a role of an actor covers, by name."""
    scope = actor.organisations(role)
    if scope is None:
        return list_organisations()
    return session.scalars(_ORGANISATIONS_IN, {"organisations": sorted(scope)}).all()


def find_organisation_by_slug(slug: str) -> Organisation | None:
    """Finds an organisation by its short name."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug))


def sector_names(language: str) -> dict[str, str]:
    """Returns the names of the sectors in a language, by slug in their order."""
    return {each.slug: each.name(language) for each in list_sectors()}


def list_organisation_sizes() -> list[tuple[Organisation, int]]:
    """Lists all organisations by name, each with how many people have a staff number there."""
    rows = session.execute(
        select(Organisation, func.count(Employment.id).label("people"))
        .outerjoin(Employment, Employment.organisation_id == Organisation.id)
        .group_by(Organisation.id)
        .order_by(Organisation.name)
    )
    return [(row.Organisation, row.people) for row in rows]


def list_organisations() -> Sequence[Organisation]:
    """Lists all organisations by name."""
    return session.scalars(_ORGANISATIONS).all()


def load_organisation_names(ids: Collection[int]) -> dict[int, str]:
    """Returns the names of organisations by id."""
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def list_stations() -> Sequence[DutyStation]:
    """Lists all duty stations by name."""
    return session.scalars(_STATIONS).all()


def find_station(slug: str) -> DutyStation | None:
    """Finds a duty station by its short name."""
    return session.scalar(select(DutyStation).where(DutyStation.slug == slug))


def list_sectors() -> Sequence[Sector]:
    """Lists all sectors in their order."""
    return session.scalars(_SECTORS).all()


# Built once, because every visit of a learner's page runs it.
_SECTOR = select(Sector).where(Sector.slug == bindparam("slug"))


def find_sector(slug: str) -> Sector | None:
    """Finds a sector by its short name."""
    return session.scalar(_SECTOR, {"slug": slug})


def load_organisation(organisation_id: int) -> Organisation:
    """Loads an organisation for an administrator. Raises ``NotThere``."""
    return require_found(session.get(Organisation, organisation_id))


def find_person(person_id: int) -> Person | None:
    """Finds a person by id; the caller decides who may see them."""
    return session.get(Person, person_id)


def count_people() -> int:
    """Counts all persons of the installation."""
    return session.scalar(select(func.count(Person.id))) or 0


def matches_text(text: str) -> ColumnElement[bool]:
    """Returns the condition that a text is a staff number, however spelled, or part of what is known of somebody."""
    words = contains_words(text, Person.name, Employment.staff_number, Person.email)
    return or_(words, Employment.staff_number_key == identifier_key(text))


def contains_words(text: str, *columns: Any) -> ColumnElement[bool]:
    """Returns the condition that each of the first six words of a text is part of a column, whatever the case.

    Databases fold the case of Latin letters without accents only; so of other words more spellings are tried.
    """
    conditions = [
        or_(
            *(
                column.contains(spelling, autoescape=True)
                for column in columns
                for spelling in ({word} if word.isascii() else {word, word.lower(), word.upper(), word.title()})
            ),
            *(func.lower(column).contains(word.lower(), autoescape=True) for column in columns),
        )
        for word in text.split()[:6]
    ]
    return and_(True, *conditions)
