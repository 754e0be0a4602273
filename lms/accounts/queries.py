"""Every SELECT about accounts and roles."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import policy
from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Actor, Role
from lms.kernel.batches import batched
from lms.kernel.db import locked, session
from lms.kernel.errors import NotThere, require_found
from lms.people.api import contains_words
from lms.people.models import Organisation, Person


def account_where(*conditions: ColumnElement[bool]) -> Account | None:
    """Finds the one account that fits some conditions, with its person and grants."""
    statement = (
        select(Account)
        .join(Account.person)
        .options(contains_eager(Account.person), joinedload(Account.grants))
        .where(*conditions)
    )
    return session.scalars(statement).unique().one_or_none()


def load_account_for(actor: Actor, account_id: int) -> Account:
    """Loads an account that an actor may see, with its person and grants. Raises ``NotThere`` for any other."""
    return require_found(account_where(Account.id == account_id, policy.visible_accounts(actor)))


def load_own_account(actor: Actor) -> Account:
    """Loads the account an actor acts with. Raises ``NotThere`` for nobody and for the system itself."""
    return require_found(account_where(Account.id == actor.account_id) if actor.account_id else None)


def find_account(account_id: int) -> Account | None:
    """Finds an account with its person and grants."""
    return account_where(Account.id == account_id)


def find_account_of_person(person_id: int) -> Account | None:
    """Finds the account of a person with its grants."""
    return account_where(Account.person_id == person_id)


def find_account_by_email(email: str) -> Account | None:
    """Finds an account by its e-mail, whatever the case."""
    return account_where(Account.email == email.strip().lower())


def list_persons_without_account(person_ids: Iterable[int]) -> list[tuple[int, str | None]]:
    """Lists those of some people who have no account, each with their e-mail. A query for each 500 of them."""
    found: list[tuple[int, str | None]] = []
    for batch in batched(sorted(person_ids), 500):
        rows = session.execute(
            select(Person.id, Person.email)
            .outerjoin(Account, Account.person_id == Person.id)
            .where(Person.id.in_(batch), Account.id.is_(None))
            .order_by(Person.id)
        )
        found += [(row.id, row.email) for row in rows]
    return found


def find_emails_with_account(emails: Iterable[str]) -> set[str]:
    """Returns those of some e-mails, in lower case, that an account signs in with. A query for each 500 of them."""
    return {
        email
        for batch in batched(sorted(emails), 500)
        for email in session.scalars(select(Account.email).where(Account.email.in_(batch)))
        if email
    }


def list_accounts_by_id(account_ids: Sequence[int]) -> list[Account]:
    """Lists accounts with their persons, in the order of the ids given."""
    rows = session.scalars(select(Account).options(joinedload(Account.person)).where(Account.id.in_(account_ids)))
    found = {account.id: account for account in rows}
    return [found[account_id] for account_id in account_ids]


def list_grants(account_id: int) -> Sequence[RoleGrant]:
    """Lists the active grants of an account."""
    return session.scalars(
        select(RoleGrant).where(RoleGrant.account_id == account_id, RoleGrant.retracted_at.is_(None))
    ).all()


def load_grant(account: Account, grant_id: int) -> RoleGrant:
    """Loads an active grant of an account. Raises ``NotThere``."""
    for grant in list_grants(account.id):
        if grant.id == grant_id:
            return grant
    raise NotThere


def lock_administrators() -> set[int]:
    """Returns the open accounts of administrators, and locks them: one transaction at a time changes that."""
    rows = session.execute(
        locked(
            select(RoleGrant.account_id, Account.active)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(RoleGrant.role == Role.ADMIN, RoleGrant.retracted_at.is_(None))
            .order_by(RoleGrant.id)
        )
    )
    return {row.account_id for row in rows if row.active}


def role_scopes(account: Account) -> dict[Role, frozenset[int] | None]:
    """Returns what the account's active grants allow and where; ``None`` means all organisations."""
    return to_scopes((grant.role, grant.organisation_id) for grant in account.grants if grant.retracted_at is None)


def list_role_scopes(role: Role) -> set[frozenset[int] | None]:
    """Returns the different scopes (organisations; ``None``: all) in which open accounts have a role."""
    grants: defaultdict[int, list[tuple[str, int | None]]] = defaultdict(list)
    rows = session.execute(
        select(RoleGrant.account_id, RoleGrant.role, RoleGrant.organisation_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == role, RoleGrant.retracted_at.is_(None), Account.active.is_(True))
    )
    for row in rows:
        grants[row.account_id].append((row.role, row.organisation_id))
    return {to_scopes(some)[role] for some in grants.values()}


def to_scopes(grants: Iterable[tuple[str, int | None]]) -> dict[Role, frozenset[int] | None]:
    """Returns the organisations by role, ``None`` for all, from pairs of role and organisation."""
    scopes: dict[Role, frozenset[int] | None] = {Role.LEARNER: None}
    for name, organisation_id in grants:
        role = Role(name)
        if organisation_id is None:
            scopes[role] = None
        else:
            known = scopes.get(role, frozenset())
            scopes[role] = None if known is None else known | {organisation_id}
    return scopes


def load_account_names(account_ids: Collection[int]) -> dict[int, str]:
    """Returns the names of accounts by id."""
    rows = session.execute(
        select(Account.id, Person.name).join(Person, Person.id == Account.person_id).where(Account.id.in_(account_ids))
    )
    return {row.id: row.name for row in rows}


def find_account_ids(text: str, limit: int = 200) -> Sequence[int]:
    """Lists the ids of accounts whose name or e-mail contains every word of a text."""
    statement = select(Account.id).join(Person, Person.id == Account.person_id)
    return session.scalars(
        statement.where(contains_words(text, Person.name, Account.email)).order_by(Account.id).limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class HrContact:
    """Somebody of HR whom people of an organisation can ask."""

    organisation: str
    name: str
    email: str | None


def list_hr_contacts(organisation_ids: Collection[int]) -> list[HrContact]:
    """Lists the HR of some organisations, by organisation and name; at most 20."""
    rows = session.execute(
        select(Organisation.name.label("organisation"), Person.name, Person.email)
        .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
        .join(Account, RoleGrant.account_id == Account.id)
        .join(Person, Account.person_id == Person.id)
        .where(
            RoleGrant.role == str(Role.HR),
            RoleGrant.retracted_at.is_(None),
            Account.active.is_(True),
            Organisation.id.in_(organisation_ids),
        )
        .order_by(Organisation.name, Person.name)
        .limit(20)
    )
    return [HrContact(**row._mapping) for row in rows]
