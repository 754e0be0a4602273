"""Every SELECT of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.kernel.actor import Actor, Role
from lms.kernel.db import locked, session
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _
from lms.people import policy
from lms.people.errors import PlacementChanged
from lms.people.importing.models import PeopleImport
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector


def lock_employment(employment_id: int) -> None:
    """Locks an employment, so that one transaction at a time changes its placements."""
    session.execute(locked(select(Employment.id).where(Employment.id == employment_id)))


def lock_organisation(organisation_id: int) -> None:
    """Locks an organisation, so that one transaction at a time gives out its staff numbers."""
    session.execute(locked(select(Organisation.id).where(Organisation.id == organisation_id)))


def load_person_for(actor: Actor, person_id: int) -> Person:
    """Loads a person whom an actor may see. Raises ``NotThere`` for anybody else, known or not."""
    return require_found(session.scalar(select(Person).where(Person.id == person_id, policy.visible_people(actor))))


def list_employments_for(actor: Actor, person_id: int) -> Sequence[Employment]:
    """Lists those employments of a person that an actor may see, with their organisations."""
    return session.scalars(
        select(Employment)
        .options(joinedload(Employment.organisation))
        .where(Employment.person_id == person_id, policy.visible_employments(actor))
        .order_by(Employment.id)
    ).all()


def load_employment_for(actor: Actor, person_id: int, employment_id: int) -> Employment:
    """Loads one employment of a person, with person and organisation. Raises ``NotThere`` as the person's does."""
    return require_found(
        session.scalar(
            select(Employment)
            .options(joinedload(Employment.person), joinedload(Employment.organisation))
            .where(Employment.id == employment_id, Employment.person_id == person_id, policy.visible_employments(actor))
        )
    )


def load_placement_for(actor: Actor, person_id: int, placement_id: int) -> Placement:
    """Loads one placement of a person, with station, employment, person and organisation.

    Raises ``NotThere`` across organisations and ``PlacementChanged`` where it was withdrawn since.
    """
    placement = require_found(
        session.scalar(
            select(Placement)
            .join(Placement.employment)
            .options(
                joinedload(Placement.station),
                contains_eager(Placement.employment).options(
                    joinedload(Employment.person), joinedload(Employment.organisation)
                ),
            )
            .where(Placement.id == placement_id, Employment.person_id == person_id, policy.visible_employments(actor))
        )
    )
    require_active(placement)
    return placement


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
    """Finds who has a staff number at an organisation, whatever the case, with the person."""
    return session.scalars(
        select(Employment)
        .options(joinedload(Employment.person))
        .where(
            Employment.organisation_id == organisation_id,
            func.lower(Employment.staff_number) == func.lower(staff_number),
        )
        .limit(1)
    ).one_or_none()


def list_organisations_of(actor: Actor, role: Role) -> Sequence[Organisation]:
    """Lists the organisations that a role of an actor covers, by name."""
    scope = actor.organisations(role)
    statement = select(Organisation).order_by(Organisation.name)
    return session.scalars(statement if scope is None else statement.where(Organisation.id.in_(scope))).all()


def find_organisation_by_slug(slug: str) -> Organisation | None:
    """Finds an organisation by its short name."""
    return session.scalar(select(Organisation).where(Organisation.slug == slug))


def list_organisation_sizes() -> list[tuple[Organisation, int]]:
    """Lists all organisations by name, each with how many people have a staff number there."""
    rows = session.execute(
        select(Organisation, func.count(Employment.id).label("people"))
        .outerjoin(Employment, Employment.organisation_id == Organisation.id)
        .group_by(Organisation.id)
        .order_by(Organisation.name)
    )
    return [(row.Organisation, row.people) for row in rows]


def list_placements(employment_id: int) -> Sequence[Placement]:
    """Lists the known placements of an employment, earliest first."""
    return session.scalars(
        select(Placement)
        .where(Placement.employment_id == employment_id, Placement.retracted_at.is_(None))
        .order_by(Placement.from_on)
    ).all()


def list_organisations() -> Sequence[Organisation]:
    """Lists all organisations by name."""
    return session.scalars(select(Organisation).order_by(Organisation.name)).all()


def list_stations() -> Sequence[DutyStation]:
    """Lists all duty stations by name."""
    return session.scalars(select(DutyStation).order_by(DutyStation.name)).all()


def find_station(slug: str) -> DutyStation | None:
    """Finds a duty station by its short name."""
    return session.scalar(select(DutyStation).where(DutyStation.slug == slug))


def list_sectors() -> Sequence[Sector]:
    """Lists all sectors in their order."""
    return session.scalars(select(Sector).order_by(Sector.position)).all()


def find_sector(slug: str) -> Sector | None:
    """Finds a sector by its short name."""
    return session.get(Sector, slug)


def load_organisation(organisation_id: int) -> Organisation:
    """Loads an organisation for an administrator. Raises ``NotThere``."""
    return require_found(session.get(Organisation, organisation_id))


def find_person(person_id: int) -> Person | None:
    """Finds a person by id; the caller decides who may see them."""
    return session.get(Person, person_id)


def count_people() -> int:
    """Counts all persons of the installation."""
    return session.scalar(select(func.count(Person.id))) or 0


@dataclass(frozen=True, slots=True)
class RunningImport:
    """An import that is being applied or undone: figures of its organisation are incomplete until it is done."""

    organisation_id: int
    organisation: str
    done: int
    total: int


def list_running_imports(organisation_ids: Iterable[int] | None = None) -> list[RunningImport]:
    """Lists the running imports of some organisations, or of all, with the batches done and in all."""
    undoing = PeopleImport.undo_requested_at.is_not(None)
    statement = (
        select(
            PeopleImport.organisation_id,
            Organisation.name.label("organisation"),
            case((undoing, PeopleImport.batches_undone), else_=PeopleImport.batches_done).label("done"),
            case((undoing, PeopleImport.batches_done), else_=PeopleImport.batches).label("total"),
        )
        .join(Organisation, Organisation.id == PeopleImport.organisation_id)
        .where(
            PeopleImport.apply_requested_at.is_not(None),
            PeopleImport.undone_at.is_(None),
            or_(PeopleImport.applied_at.is_(None), undoing),
        )
        .order_by(PeopleImport.id)
    )
    if organisation_ids is not None:
        statement = statement.where(PeopleImport.organisation_id.in_(list(organisation_ids)))
    return [RunningImport(**row._mapping) for row in session.execute(statement)]
