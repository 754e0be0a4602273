"""The list of accounts that administrators see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from lms.accounts import policy
from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words
from lms.people.models import Employment, Organisation, Person


@dataclass(frozen=True, slots=True)
class ListedRole:
    """A role of an account; without an organisation it holds in all of them."""

    grant_id: int
    role: str
    organisation: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as administrators see it."""

    account_id: int
    name: str
    email: str | None
    active: bool
    has_password: bool
    organisations: list[str] = field(default_factory=list)
    roles: list[ListedRole] = field(default_factory=list)


def list_accounts(actor: Actor, text: str = "", role: str = "", page: int = 1) -> Pagination[AccountRow]:
    """Lists the accounts an actor may see, by name. Four queries, whatever the number of accounts."""
    statement = (
        select(Account.id, Person.name, Account.email, Account.active, Account.password.is_not(None).label("chosen"))
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
    for grant in _list_grants(RoleGrant.account_id.in_(list(rows))):
        rows[grant.account_id].roles.append(ListedRole(grant.id, grant.role, grant.organisation, grant.recorded_at))
    employers = session.execute(
        select(Account.id, Organisation.initials)
        .distinct()
        .join(Employment, Employment.person_id == Account.person_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(Account.id.in_(list(rows)))
        .order_by(Organisation.initials)
    )
    for row in employers:
        rows[row.id].organisations.append(row.initials)
    return found.with_items(list(rows.values()))


def list_role_grants(account_id: int) -> list[ListedRole]:
    """Lists the active roles of an account."""
    return [
        ListedRole(row.id, row.role, row.organisation, row.recorded_at)
        for row in _list_grants(RoleGrant.account_id == account_id)
    ]


def _list_grants(condition: ColumnElement[bool]) -> Iterable[Row[*tuple[Any, ...]]]:
    return session.execute(
        select(
            RoleGrant.id,
            RoleGrant.account_id,
            RoleGrant.role,
            RoleGrant.recorded_at,
            Organisation.name.label("organisation"),
        )
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(condition, RoleGrant.retracted_at.is_(None))
        .order_by(RoleGrant.role, Organisation.name)
    )
