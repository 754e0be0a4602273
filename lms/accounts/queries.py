"""Every SELECT about accounts and roles."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy import BindParameter, ColumnElement, FromClause, ScalarSelect, and_, func, not_, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import policy
from lms.accounts.models import Account, RoleGrant
from lms.audit.models import AuditEntry
from lms.kernel.actor import Actor, Role
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import locked, session
from lms.kernel.errors import require_found
from lms.kernel.identifiers import clean_email
from lms.people.api import (
    contains_words,
    list_emails_of_staff,
    list_employers_ever,
    list_employers_on,
    visible_employments,
)
from lms.people.models import Employment, Organisation, Person, PersonMerge, Placement

NO_LAST_DAY = date.max
"""Stands for the last day of a placement that has none yet."""

ACCOUNTS = select(Account).join(Account.person).options(contains_eager(Account.person), joinedload(Account.grants))
"""The statement of all accounts, each with its person and grants."""

CLOSING = ("accounts.close", "accounts.close_unused", "accounts.reopen")
"""The actions in the trail that close accounts or open them again."""


def find_account_where(*conditions: ColumnElement[bool]) -> Account | None:
    """Finds the one account that fits some conditions, with its person and grants."""
    return session.scalars(ACCOUNTS.where(*conditions)).unique().one_or_none()


def load_account_for(actor: Actor, account_id: int) -> Account:
    """Loads an account that an actor may see, with its person and grants. Raises ``NotThere`` for any other."""
    return require_found(find_account_where(Account.id == account_id, policy.visible_accounts(actor)))


def load_own_account(actor: Actor) -> Account:
    """Loads the account an actor acts with. Raises ``NotThere`` for nobody and for the system itself."""
    return require_found(find_account(actor.account_id) if actor.account_id else None)


def find_account(account_id: int) -> Account | None:
    """Finds an account with its person and grants."""
    return find_account_where(Account.id == account_id)


def find_account_by_email(email: str) -> Account | None:
    """Finds an account by its e-mail, whatever the case."""
    return find_account_where(Account.email == clean_email(email))


# The same as Account.address.
ADDRESS = func.coalesce(Account.email, Person.email)
"""The e-mail with which the holder of an account signs in, joined to their person."""


def list_accounts_by_email(email: str, organisation_id: int | None = None) -> Sequence[Account]:
    """Lists the accounts that sign in with an e-mail, first the one that had it first.

    Several do where several organisations recorded it. ``organisation_id`` leaves those of one of them, or the first.
    """
    address = clean_email(email)
    # Each by its index, which "or" over two tables would not use.
    ids = union_all(
        select(Account.id).where(Account.email == address),
        select(Account.id).join(Account.person).where(Person.email == address, Account.email.is_(None)),
    )
    statement = ACCOUNTS.where(Account.id.in_(ids)).order_by(Account.email.is_(None), Account.id).limit(20)
    found = session.scalars(statement).unique().all()
    if organisation_id is None or len(found) < 2:
        return found
    colleagues = select(Employment.person_id).where(Employment.organisation_id == organisation_id)
    person_ids = [account.person_id for account in found]
    own = set(session.scalars(colleagues.where(Employment.person_id.in_(person_ids))))
    return [account for account in found if account.person_id in own] or found[:1]


def find_account_of_person(person_id: int) -> Account | None:
    """Finds the account of a person."""
    return find_account_where(Account.person_id == person_id)


def list_persons_without_account(person_ids: Iterable[int]) -> list[tuple[int, str | None]]:
    """Lists those of some people who have no account, each with their e-mail. A query for each 500 of them."""
    statement = (
        select(Person.id, Person.email)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Account.id.is_(None))
        .order_by(Person.id)
    )
    return [(row.id, row.email) for row in execute_in_batches(statement, Person.id, sorted(person_ids))]


def list_unused_accounts(person_ids: Iterable[int], *, active: bool) -> list[Account]:
    """Lists those accounts of some people that have never had a password or a role, open or closed ones."""
    statement = select(Account).where(
        Account.active.is_(active),
        Account.password.is_(None),
        ~select(RoleGrant.id).where(RoleGrant.account_id == Account.id).exists(),
    )
    return [row.Account for row in execute_in_batches(statement, Account.person_id, sorted(person_ids))]


def list_closed_with_import(person_ids: Iterable[int]) -> list[Account]:
    """Lists those unused accounts of some people that were closed with the undoing of an import, and by nobody since.

    Left out are people who have no placement.
    """
    closed = {account.id: account for account in list_unused_accounts(person_ids, active=False)}
    if not closed:
        return []
    placed = (
        select(Employment.person_id)
        .join(Placement, Placement.employment_id == Employment.id)
        .where(Placement.retracted_at.is_(None))
    )
    last = (
        select(AuditEntry.subject_id, func.max(AuditEntry.id).label("id"))
        .where(AuditEntry.subject == "account", AuditEntry.action.in_(CLOSING))
        .group_by(AuditEntry.subject_id)
    )
    latest = [row.id for row in execute_in_batches(last, AuditEntry.subject_id, sorted(closed))]
    by_import = select(AuditEntry.subject_id).where(AuditEntry.action == "accounts.close_unused")
    ids = {row.subject_id for row in execute_in_batches(by_import, AuditEntry.id, latest)}
    there = select(Account.id).where(Account.person_id.in_(placed))
    return [closed[row.id] for row in execute_in_batches(there, Account.id, sorted(ids))]


def find_emails_with_account(emails: Iterable[str]) -> set[str]:
    """Returns those of some e-mails, in lower case, that an account signs in with. A query for each 500 of them."""
    return {row.email for row in execute_in_batches(select(Account.email), Account.email, sorted(emails))}


def list_known_emails(actor: Actor, emails: Collection[str], besides: Collection[int]) -> set[str]:
    """Returns those of some e-mails that belong to somebody an actor may see, ``besides`` some persons.

    For an administrator all that an account signs in with, for HR those of its own people only.
    """
    known = list_emails_of_staff(visible_employments(actor), emails, besides)
    return known | find_emails_with_account(emails) if actor.has(Role.ADMIN) else known


def list_grants(*conditions: ColumnElement[bool]) -> Sequence[RoleGrant]:
    """Lists the active grants that fit some conditions, each with its organisation, by role and organisation."""
    return session.scalars(
        select(RoleGrant)
        .outerjoin(RoleGrant.organisation)
        .options(contains_eager(RoleGrant.organisation))
        .where(RoleGrant.retracted_at.is_(None), *conditions)
        .order_by(RoleGrant.role, Organisation.name)
    ).all()


def load_grant(account: Account, grant_id: int) -> RoleGrant:
    """Loads an active grant of an account. Raises ``NotThere``."""
    found = list_grants(RoleGrant.account_id == account.id, RoleGrant.id == grant_id)
    return require_found(found[0] if found else None)


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


def list_role_scopes(role: Role, day: date) -> set[frozenset[int] | None]:
    """Returns the different scopes (organisations; ``None``: all) in which open accounts have a role on a day."""
    grants = session.scalars(
        select(RoleGrant)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == role, RoleGrant.retracted_at.is_(None), Account.active, role_works(day))
        .order_by(RoleGrant.account_id)
    )
    return {
        to_scopes((grant.role, grant.organisation_id) for grant in own)[role]
        for _account_id, own in groupby(grants, key=attrgetter("account_id"))
    }


def to_scopes(grants: Iterable[tuple[str, int | None]]) -> dict[Role, frozenset[int] | None]:
    """Returns the organisations by role, ``None`` for all, from pairs of role and organisation."""
    scopes: dict[Role, frozenset[int] | None] = {Role.LEARNER: None}
    for name, organisation_id in grants:
        known = scopes.get(Role(name), frozenset())
        scopes[Role(name)] = None if known is None or organisation_id is None else known | {organisation_id}
    return scopes


def role_works(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Returns the condition on grants joined to their account that work on a day: their holder has not left.

    A role of one organisation needs a placement there, any role a placement anywhere. Who was never placed keeps it,
    and administrators do: somebody must appoint their successor.
    """
    grant = RoleGrant.__table__
    return or_(grant.c.role == str(Role.ADMIN), is_employed(day, grant))


def is_employed(day: date | BindParameter[date], appointed: FromClause) -> ColumnElement[bool]:
    """Returns the condition on accounts whose holder has not left by a day.

    ``appointed`` is the table of the outer statement whose organisation they must not have left either.
    """
    return and_(*(func.coalesce(last, NO_LAST_DAY) >= day for last in last_days(day, appointed)))


def last_days(day: date | BindParameter[date], appointed: FromClause) -> tuple[ScalarSelect[date], ScalarSelect[date]]:
    """Returns the last day at work of an account's holder as seen on a day: anywhere, and in an organisation.

    It is the latest end of the placements begun by that day, under any merged record; ``NO_LAST_DAY`` while one of
    them has no end, NULL for somebody never placed there. ``appointed`` is the
    table of the outer statement that names the organisation.
    """
    # Tables and aliases, not models: the statement of who acts selects from the same ones and is run on every page.
    account = Account.__table__
    employment, placement = Employment.__table__.alias(), Placement.__table__.alias()
    merge, sibling = PersonMerge.__table__.alias(), PersonMerge.__table__.alias()
    mine = account.c.person_id
    above = select(merge.c.surviving_id).where(merge.c.retracted_at.is_(None), merge.c.merged_id == mine)
    # Operations let no merges chain, so one step up and one down reach everybody.
    below = select(sibling.c.merged_id).where(
        sibling.c.retracted_at.is_(None),
        or_(sibling.c.surviving_id == mine, sibling.c.surviving_id.in_(above.correlate(account))),
    )
    records = union_all(select(mine).correlate(account), above.correlate(account), below.correlate(account))
    anywhere = (
        select(func.max(func.coalesce(placement.c.through_on, NO_LAST_DAY)))
        .join(employment, employment.c.id == placement.c.employment_id)
        .where(employment.c.person_id.in_(records), placement.c.retracted_at.is_(None), placement.c.from_on <= day)
        .correlate(account, appointed)
    )
    here = anywhere.where(employment.c.organisation_id == appointed.c.organisation_id)
    return anywhere.scalar_subquery(), here.scalar_subquery()


def list_last_days(day: date, *conditions: ColumnElement[bool]) -> dict[int, date]:
    """Returns the last day of roles by the grant's id, for those active grants whose holder has left by a day."""
    anywhere, here = last_days(day, RoleGrant.__table__)
    rows = session.execute(
        select(RoleGrant.id, anywhere.label("anywhere"), here.label("here"))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.retracted_at.is_(None), not_(role_works(day)), *conditions)
    )
    return {row.id: min(filter(None, (row.anywhere, row.here))) for row in rows}


def find_account_ids(text: str, limit: int = 200) -> Sequence[int]:
    """Lists the ids of accounts whose name or e-mail contains every word of a text."""
    statement = select(Account.id).join(Person, Person.id == Account.person_id)
    return session.scalars(
        statement.where(contains_words(text, Person.name, Account.email)).order_by(Account.id).limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody with an open account and a role that works, in one organisation or in all (None)."""

    account_id: int
    person_id: int
    role: str
    organisation_id: int | None
    name: str
    email: str | None
    language: str


def list_role_holders(roles: Collection[Role], organisation_ids: Collection[int], day: date) -> list[RoleHolder]:
    """Lists who holds roles on a day, in one of some organisations or in all of them; a row for each role held."""
    rows = session.execute(
        select(
            Account.id.label("account_id"),
            Account.person_id,
            RoleGrant.role,
            RoleGrant.organisation_id,
            Person.name,
            ADDRESS.label("email"),
            Person.language,
        )
        .join(Account, RoleGrant.account_id == Account.id)
        .join(Person, Account.person_id == Person.id)
        .where(
            RoleGrant.role.in_(sorted(roles)),
            RoleGrant.retracted_at.is_(None),
            Account.active.is_(True),
            role_works(day),
            or_(RoleGrant.organisation_id.is_(None), RoleGrant.organisation_id.in_(sorted(organisation_ids))),
        )
        .order_by(Account.id, RoleGrant.id)
    )
    return [RoleHolder(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class HrContact:
    """Somebody of HR whom people of an organisation can ask."""

    organisation: str
    name: str
    email: str | None


def list_hr_contacts(organisation_ids: Collection[int], day: date) -> list[HrContact]:
    """Lists the HR of some organisations on a day, by organisation and name; at most 20."""
    rows = session.execute(
        select(Organisation.name.label("organisation"), Person.name, Person.email)
        .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
        .join(Account, RoleGrant.account_id == Account.id)
        .join(Person, Account.person_id == Person.id)
        .where(
            RoleGrant.role == str(Role.HR),
            RoleGrant.retracted_at.is_(None),
            Account.active.is_(True),
            role_works(day),
            Organisation.id.in_(organisation_ids),
        )
        .order_by(Organisation.name, Person.name)
        .limit(20)
    )
    return [HrContact(**row._mapping) for row in rows]


def has_not_arrived(person_ids: Collection[int], today: date, *, has_signed_in: bool) -> bool:
    """Says whether somebody works nowhere today and is not new either: they have signed in or worked for others.

    ``person_ids`` are all records of the person. Whoever records that they will come could otherwise sign in as them,
    long before they do, and read what others have recorded.
    """
    if list_employers_on(person_ids, today):
        return False
    return has_signed_in or len(list_employers_ever(person_ids)) > 1
