"""The list of accounts that administrators see."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ScalarSelect, exists, func, select
from sqlalchemy.orm import aliased, contains_eager

from lms.accounts import policy
from lms.accounts.models import Account, RoleGrant
from lms.accounts.queries import ADDRESS, list_grants, list_last_days
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words
from lms.people.models import Employment, Organisation, Person


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as administrators see it, with the initials of the organisations and the active grants.

    ``last_days`` are the holder's last days at work, by grant, of those that are suspended.
    """

    account: Account
    organisations: list[str] = field(default_factory=list)
    grants: list[RoleGrant] = field(default_factory=list)
    last_days: dict[int, date] = field(default_factory=dict)


def _shared() -> ScalarSelect[str]:
    """Returns the subquery of the e-mails that an account has because another had them first."""
    first = aliased(Account)
    return (
        select(Person.email)
        .join(Account, Account.person_id == Person.id)
        .where(Account.email.is_(None), exists().where(first.email == Person.email))
        .scalar_subquery()
    )


def count_sharing(actor: Actor) -> int:
    """Counts the accounts an actor may see whose e-mail another account had first."""
    visible = (policy.visible_accounts(actor), Account.email.is_(None), Person.email.in_(_shared()))
    return session.scalar(select(func.count(Account.id)).join(Account.person).where(*visible)) or 0


def list_accounts(
    actor: Actor, text: str = "", role: str = "", page: int = 1, *, shared: bool = False
) -> Pagination[AccountRow]:
    """Lists the accounts an actor may see, by name, or those that share their e-mail.

    Five queries, whatever the number of accounts.
    """
    statement = (
        select(Account)
        .join(Account.person)
        .options(contains_eager(Account.person))
        .where(policy.visible_accounts(actor))
        .order_by(func.lower(Person.name), Account.id)
    )
    if text:
        statement = statement.where(contains_words(text, Person.name, ADDRESS))
    if shared:
        statement = statement.where(ADDRESS.in_(_shared())).order_by(None).order_by(ADDRESS, Account.id)
    if role:
        holders = select(RoleGrant.account_id).where(RoleGrant.role == role, RoleGrant.retracted_at.is_(None))
        statement = statement.where(Account.id.in_(holders))
    found = paginate(statement, page)
    rows = {row.Account.id: AccountRow(row.Account) for row in found.items}
    last_days = list_last_days(clock.today(), RoleGrant.account_id.in_(list(rows)))
    for grant in list_grants(RoleGrant.account_id.in_(list(rows))):
        rows[grant.account_id].grants.append(grant)
        if grant.id in last_days:
            rows[grant.account_id].last_days[grant.id] = last_days[grant.id]
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
