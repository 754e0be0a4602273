"""Lists of accounts: for administrators all of them, for HR those that wait for their first code."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, or_, select

from lms.accounts import policy
from lms.accounts.models import Account, OneTimeCode, RoleGrant
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words, visible_employments
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement

SLIPS = 60
"""How many codes are printed in one go: each costs paper and is a key."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as administrators see it; ``roles`` are pairs of role and organisation, or nothing for all."""

    account_id: int
    name: str
    email: str | None
    active: bool
    has_password: bool
    organisations: list[str] = field(default_factory=list)
    roles: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody without e-mail who has never signed in; ``printed_at`` is when an open code was last printed."""

    account_id: int
    person_id: int
    name: str
    staff_number: str
    organisation: str
    station: str
    printed_at: datetime | None


def list_accounts(actor: Actor, text: str = "", role: str = "", page: int = 1) -> Pagination[AccountRow]:
    """Lists the accounts an actor may see, by name. Four queries, whatever the number of accounts."""
    statement = (
        select(
            Account.id,
            Person.name,
            Account.email,
            Account.active,
            Account.password.is_not(None).label("chosen"),
        )
        .join(Person, Person.id == Account.person_id)
        .where(policy.visible_accounts(actor))
        .order_by(func.lower(Person.name), Account.id)
    )
    if text:
        statement = statement.where(contains_words(text, Person.name, Account.email))
    if role:
        holders = select(RoleGrant.account_id).where(RoleGrant.role == role, RoleGrant.retracted_at.is_(None))
        statement = statement.where(Account.id.in_(holders))
    found = paginate(statement, page)
    rows = {row.id: AccountRow(row.id, row.name, row.email, row.active, row.chosen) for row in found.items}
    for account_id, held, where in _roles_of(list(rows)):
        rows[account_id].roles.append((held, where))
    for account_id, initials in _employers_of(list(rows)):
        rows[account_id].organisations.append(initials)
    return found.with_items(list(rows.values()))


def _roles_of(account_ids: Sequence[int]) -> list[tuple[int, str, str | None]]:
    rows = session.execute(
        select(RoleGrant.account_id, RoleGrant.role, Organisation.name)
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.account_id.in_(account_ids), RoleGrant.retracted_at.is_(None))
        .order_by(RoleGrant.role, Organisation.name)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _employers_of(account_ids: Sequence[int]) -> list[tuple[int, str]]:
    rows = session.execute(
        select(Account.id, Organisation.initials)
        .distinct()
        .join(Employment, Employment.person_id == Account.person_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(Account.id.in_(account_ids))
        .order_by(Organisation.initials)
    )
    return [(row[0], row[1]) for row in rows]


def list_role_places(account_id: int) -> list[tuple[RoleGrant, str | None]]:
    """Lists the live grants of an account, each with the name of its organisation, or nothing for the whole house."""
    rows = session.execute(
        select(RoleGrant, Organisation.name)
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.account_id == account_id, RoleGrant.retracted_at.is_(None))
        .order_by(RoleGrant.role, Organisation.name)
    )
    return [(row[0], row[1]) for row in rows]


def names_of_accounts(account_ids: Collection[int]) -> dict[int, str]:
    """Returns the names of accounts, by number; for pages that hold numbers and show names."""
    rows = session.execute(
        select(Account.id, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(account_ids))
    )
    return {row[0]: row[1] for row in rows}


def list_account_numbers_like(text: str, limit: int = 200) -> Sequence[int]:
    """Lists the numbers of accounts whose name or e-mail contains_words every word of a text."""
    statement = select(Account.id).join(Person, Person.id == Account.person_id)
    return session.scalars(
        statement.where(contains_words(text, Person.name, Account.email)).order_by(Account.id).limit(limit)
    ).all()


def list_waiting(actor: Actor, today: date, now: datetime, station: str = "") -> list[Waiting]:
    """Lists people an actor may print codes for who have no e-mail and no password, and work today or later.

    People who hold a role are left out: an administrator prints theirs. One row a person, by station and name.
    """
    printed = (
        select(func.max(OneTimeCode.recorded_at))
        .where(
            OneTimeCode.account_id == Account.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .scalar_subquery()
    )
    holders = select(RoleGrant.account_id).where(RoleGrant.retracted_at.is_(None))
    statement = (
        select(
            Account.id.label("account_id"),
            Person.id.label("person_id"),
            Person.name,
            Employment.staff_number,
            Organisation.name.label("organisation"),
            DutyStation.name.label("station"),
            printed.label("printed_at"),
        )
        .join(Person, Person.id == Account.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .join(Placement, Placement.employment_id == Employment.id)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .where(
            visible_employments(actor),
            Account.active,
            Account.email.is_(None),
            Account.password.is_(None),
            Account.id.not_in(holders),
            Placement.retracted_at.is_(None),
            or_(Placement.through_on.is_(None), Placement.through_on >= today),
        )
        .order_by(DutyStation.name, func.lower(Person.name), Placement.from_on)
    )
    if station:
        statement = statement.where(DutyStation.slug == station)
    rows = [Waiting(**row._mapping) for row in session.execute(statement)]
    # Somebody with a placement now and another to come is one person, and needs one slip.
    return list({row.account_id: row for row in reversed(rows)}.values())[::-1]
