"""Focal points, who get the weekly figures of a sector."""

from dataclasses import dataclass

from sqlalchemy import func, literal, or_, select

from lms.accounts.models import Account
from lms.kernel.actor import Actor
from lms.kernel.db import locked, session
from lms.people.models import Employment, Organisation, Person, Sector
from lms.reminders import policy
from lms.reminders.models import SectorFocalPoint


@dataclass(frozen=True, slots=True)
class FocalPointRow:
    """A focal point of a list; without an e-mail address or with a closed account they get nothing."""

    focal_point: SectorFocalPoint
    name: str
    email: str | None
    active: bool
    organisation: str
    sector: Sector


def list_focal_points_for(actor: Actor, focal_point_id: int | None = None) -> list[FocalPointRow]:
    """Lists the focal points of the actor's organisations, or only the one of a number."""
    email = func.coalesce(Person.email, Account.email).label("email")
    statement = (
        select(SectorFocalPoint, Person.name, email, Account.active, Organisation.name.label("organisation"), Sector)
        .join(Account, Account.id == SectorFocalPoint.account_id)
        .join(Person, Person.id == Account.person_id)
        .join(Organisation, Organisation.id == SectorFocalPoint.organisation_id)
        .join(Sector, Sector.slug == SectorFocalPoint.sector)
        .where(
            policy.of_own_organisations(actor, SectorFocalPoint.organisation_id),
            SectorFocalPoint.retracted_at.is_(None),
        )
        .order_by(Organisation.name, Sector.position, Person.name)
    )
    if focal_point_id is not None:
        statement = statement.where(SectorFocalPoint.id == focal_point_id)
    return [
        FocalPointRow(row.SectorFocalPoint, row.name, row.email, row.active, row.organisation, row.Sector)
        for row in session.execute(statement)
    ]


def lock_focal_point(focal_point_id: int) -> SectorFocalPoint | None:
    """Finds a focal point that is not withdrawn, and locks it."""
    return session.scalar(locked(select(SectorFocalPoint).filter_by(id=focal_point_id, retracted_at=None)))


def is_focal_point(organisation_id: int, sector: str, account_id: int) -> bool:
    """Says whether an account is already a focal point of a sector in an organisation."""
    mine = select(SectorFocalPoint).filter_by(organisation_id=organisation_id, sector=sector, account_id=account_id)
    return session.scalar(mine.where(SectorFocalPoint.retracted_at.is_(None)).limit(1)) is not None


def find_colleague(organisation_id: int, who: str) -> tuple[Account, str | None] | None:
    """Finds the open account of somebody an organisation employs, by e-mail or staff number, with their e-mail."""
    word = func.lower(literal(who.strip()))
    row = session.execute(
        select(Account, func.coalesce(Person.email, Account.email).label("email"))
        .join(Person, Person.id == Account.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Employment.organisation_id == organisation_id,
            Account.active.is_(True),
            or_(
                func.lower(Account.email) == word,
                func.lower(Person.email) == word,
                func.lower(Employment.staff_number) == word,
            ),
        )
        .order_by(Account.id)
        .limit(1)
    ).first()
    return None if row is None else (row.Account, row.email)
