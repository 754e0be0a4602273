"""Roles that end with the employment of their holder, who is informed, and organisations left without HR."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select

from lms.accounts.api import is_employed, list_last_days, role_works
from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Role
from lms.kernel.db import session
from lms.people.models import Employment, Organisation, Person
from lms.reminders.queries.runs import Recipient, select_in_post


@dataclass(frozen=True, slots=True)
class EndingRole:
    """A role whose holder's last day is known; without an organisation it is of all of them."""

    grant_id: int
    role: str
    organisation_id: int | None
    organisation: str | None
    person_id: int
    name: str
    last_on: date


def list_ending_roles(day: date, *conditions: ColumnElement[bool]) -> list[EndingRole]:
    """Lists the active roles that do not work on a day any more, because their holder has left by then."""
    last_days = list_last_days(day, *conditions)
    rows = session.execute(
        select(
            RoleGrant.id.label("grant_id"),
            RoleGrant.role,
            RoleGrant.organisation_id,
            Organisation.name.label("organisation"),
            Person.id.label("person_id"),
            Person.name,
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.id.in_(last_days), Account.active)
        .order_by(RoleGrant.id)
    )
    return [EndingRole(**row._mapping, last_on=last_days[row.grant_id]) for row in rows]


def list_concerned(ending: EndingRole, day: date) -> list[Recipient]:
    """Lists who is informed that a role ends: its holder, administrators and the other HR of its organisation.

    Only those with an open account and an e-mail address whose own role works on a day.
    """
    concerned = or_(
        RoleGrant.id == ending.grant_id,
        RoleGrant.role == str(Role.ADMIN),
        and_(RoleGrant.role == str(Role.HR), RoleGrant.organisation_id == ending.organisation_id),
    )
    email = func.coalesce(Person.email, Account.email)
    rows = session.execute(
        _holders(Person.id.label("person_id"), Person.name, email.label("email"), Person.language)
        .where(concerned, email != "", or_(RoleGrant.id == ending.grant_id, role_works(day)))
        .distinct()
        .order_by(Person.id)
    )
    return [Recipient(**row._mapping) for row in rows]


def list_organisations_without_hr(day: date) -> Sequence[Row[int, str]]:
    """Lists the organisations (`id`, `name`) that employ somebody on a day and have nobody whose HR role works."""
    served = _holders(RoleGrant.organisation_id).where(RoleGrant.role == str(Role.HR), role_works(day))
    employing = select_in_post(day, Employment.organisation_id)
    statement = select(Organisation.id, Organisation.name).where(
        Organisation.id.in_(employing), Organisation.id.not_in(served)
    )
    return session.execute(statement.order_by(Organisation.name)).all()


def list_administrators_who_left(day: date) -> Sequence[str]:
    """Lists the names of administrators whose last day at work was before a day: their role does not end with it."""
    left = not_(is_employed(day, RoleGrant.__table__))
    return session.scalars(_holders(Person.name).where(RoleGrant.role == str(Role.ADMIN), left)).all()


def _holders(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Selects from the active roles of open accounts and the people who hold them."""
    return (
        select(*columns)
        .select_from(RoleGrant)
        .join(Account, Account.id == RoleGrant.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(RoleGrant.retracted_at.is_(None), Account.active)
    )
