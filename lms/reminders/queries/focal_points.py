"""Focal points, who get the weekly figures of a sector."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, or_, select

from lms.accounts.models import Account
from lms.kernel.actor import Actor
from lms.kernel.db import locked, session
from lms.kernel.identifiers import clean_email, identifier_key
from lms.people.api import within_scope
from lms.people.models import Employment, Organisation, Person, Sector
from lms.reminders.models import SectorFocalPoint


def list_focal_points_for(actor: Actor, focal_point_id: int | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Lists the focal points of the actor's organisations, or only the one of a number.

    Rows have SectorFocalPoint, name, email, active, organisation and Sector; without an e-mail address or with a
    closed account they get nothing.
    """
    email = func.coalesce(Person.email, Account.email).label("email")
    statement = (
        select(SectorFocalPoint, Person.name, email, Account.active, Organisation.name.label("organisation"), Sector)
        .join(Account, Account.id == SectorFocalPoint.account_id)
        .join(Person, Person.id == Account.person_id)
        .join(Organisation, Organisation.id == SectorFocalPoint.organisation_id)
        .join(Sector, Sector.slug == SectorFocalPoint.sector)
        .where(within_scope(actor, SectorFocalPoint.organisation_id), SectorFocalPoint.retracted_at.is_(None))
        .order_by(Organisation.name, Sector.position, Person.name)
    )
    if focal_point_id is not None:
        statement = statement.where(SectorFocalPoint.id == focal_point_id)
    return session.execute(statement).all()


def lock_focal_point(focal_point_id: int) -> SectorFocalPoint | None:
    """Finds a focal point that is not withdrawn, and locks it."""
    return session.scalar(locked(select(SectorFocalPoint).filter_by(id=focal_point_id, retracted_at=None)))


def is_focal_point(organisation_id: int, sector: str, account_id: int) -> bool:
    """Says whether an account is already a focal point of a sector in an organisation."""
    mine = select(SectorFocalPoint).filter_by(organisation_id=organisation_id, sector=sector, account_id=account_id)
    return session.scalar(mine.where(SectorFocalPoint.retracted_at.is_(None)).limit(1)) is not None


def find_colleague(organisation_id: int, who: str) -> Row[int, str | None] | None:
    """Finds the open account of somebody an organisation employs, by e-mail or staff number: its id, their email."""
    address = clean_email(who)
    return session.execute(
        select(Account.id, func.coalesce(Person.email, Account.email).label("email"))
        .join(Person, Person.id == Account.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Employment.organisation_id == organisation_id,
            Account.active.is_(True),
            or_(Account.email == address, Person.email == address, Employment.staff_number_key == identifier_key(who)),
        )
        .order_by(Account.id)
        .limit(1)
    ).first()
