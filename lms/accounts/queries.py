"""Every SELECT of sign-in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.accounts import policy
from lms.accounts.models import Account, OneTimeCode, RoleGrant, SignedIn
from lms.kernel.actor import Actor, Role
from lms.kernel.batches import batched
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotAllowed, NotThere
from lms.people.api import load_person_for
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement


def _account_where(*conditions: ColumnElement[bool]) -> Account | None:
    statement = (
        select(Account)
        .join(Account.person)
        .options(contains_eager(Account.person), joinedload(Account.grants))
        .where(*conditions)
    )
    return session.scalars(statement).unique().one_or_none()


def load_account_for(actor: Actor, account_id: int) -> Account:
    """Loads an account that an actor may see, with its person and grants. Raises ``NotThere`` for any other."""
    found = None
    if account_id <= LARGEST_ID:
        found = _account_where(Account.id == account_id, policy.visible_accounts(actor))
    if found is None:
        raise NotThere
    return found


def load_own_account(actor: Actor) -> Account:
    """Loads the account an actor acts with. Raises ``NotThere`` for nobody and for the house itself."""
    found = _account_where(Account.id == actor.account_id) if actor.account_id else None
    if found is None:
        raise NotThere
    return found


def find_account(account_id: int) -> Account | None:
    """Finds an account with its person and grants."""
    return _account_where(Account.id == account_id)


def find_account_of_person(person_id: int) -> Account | None:
    """Finds the account of a person with its grants."""
    return _account_where(Account.person_id == person_id)


def find_account_of_session(uniquifier: str) -> Account | None:
    """Finds the account that a session cookie names."""
    return _account_where(Account.fs_uniquifier == uniquifier)


def find_account_by_email(email: str) -> Account | None:
    """Finds an account by its e-mail, whatever the case."""
    return _account_where(Account.email == email.strip().lower())


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
        found += [(row[0], row[1]) for row in rows]
    return found


def sign_in_with(emails: Iterable[str]) -> set[str]:
    """Returns those of some e-mails, in lower case, that an account signs in with. A query for each 500 of them."""
    found = set[str]()
    for batch in batched(sorted(emails), 500):
        rows = session.scalars(select(Account.email).where(Account.email.in_(batch)))
        found.update(email for email in rows if email)
    return found


def list_accounts_by_staff_number(staff_number: str, organisation_id: int | None = None) -> Sequence[Account]:
    """Lists the accounts of everybody with a staff number, in one organisation or in all of them."""
    statement = (
        select(Account)
        .join(Account.person)
        .join(Employment, Employment.person_id == Person.id)
        .options(contains_eager(Account.person), joinedload(Account.grants))
        .where(func.lower(Employment.staff_number) == func.lower(staff_number.strip()))
        .order_by(Account.id)
        .limit(20)
    )
    if organisation_id is not None:
        statement = statement.where(Employment.organisation_id == organisation_id)
    return session.scalars(statement).unique().all()


def list_organisation_choices() -> list[tuple[int, str]]:
    """Lists organisations by number and name, for the sign-in form."""
    rows = session.execute(select(Organisation.id, Organisation.name).order_by(Organisation.name))
    return [(row.id, row.name) for row in rows]


def scopes_of(account: Account) -> dict[Role, frozenset[int] | None]:
    """Returns what the account's live grants allow and where; ``None`` stands for the whole house."""
    return _scopes(
        (grant.role, grant.organisation_id) for grant in account.grants if grant.retracted_at is None
    )


def list_reaches(role: Role) -> set[frozenset[int] | None]:
    """Lists in which organisations (``None``: in all) a role is held by the accounts that are open."""
    grants: defaultdict[int, list[tuple[str, int | None]]] = defaultdict(list)
    rows = session.execute(
        select(RoleGrant.account_id, RoleGrant.role, RoleGrant.organisation_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == role, RoleGrant.retracted_at.is_(None), Account.active.is_(True))
    )
    for account, name, organisation in rows:
        grants[account].append((name, organisation))
    return {_scopes(some)[role] for some in grants.values()}


def _scopes(grants: Iterable[tuple[str, int | None]]) -> dict[Role, frozenset[int] | None]:
    scopes: dict[Role, frozenset[int] | None] = {Role.LEARNER: None}
    for name, organisation_id in grants:
        role = Role(name)
        if organisation_id is None:
            scopes[role] = None
        else:
            known = scopes.get(role, frozenset())
            scopes[role] = None if known is None else known | {organisation_id}
    return scopes


def _who_acts() -> Select[*tuple[Any, ...]]:
    """Writes the question who acts: one row for each live grant, at least one; the placement the same in all.

    It is asked of the tables, not of the mapper, which would take longer over its rows than the database.
    """
    account, person, grant = Account.__table__, Person.__table__, RoleGrant.__table__
    employment, organisation = Employment.__table__, Organisation.__table__
    placement, station = Placement.__table__, DutyStation.__table__
    day = bindparam("today", type_=Date)
    latest_in_force = (
        select(placement.c.id)
        .join(employment, placement.c.employment_id == employment.c.id)
        .where(
            employment.c.person_id == account.c.person_id,
            placement.c.retracted_at.is_(None),
            placement.c.from_on <= day,
            or_(placement.c.through_on.is_(None), placement.c.through_on >= day),
        )
        .order_by(placement.c.from_on.desc(), placement.c.id.desc())
        .limit(1)
        .correlate(account)
        .scalar_subquery()
    )
    live = (grant.c.account_id == account.c.id) & grant.c.retracted_at.is_(None)
    return (
        select(
            account.c.id.label("account_id"),
            account.c.person_id,
            person.c.name,
            person.c.language,
            placement.c.sector,
            placement.c.station_id,
            station.c.name.label("station_name"),
            station.c.time_zone,
            organisation.c.id.label("organisation_id"),
            organisation.c.name.label("organisation_name"),
            grant.c.role,
            grant.c.organisation_id.label("granted_in"),
        )
        .select_from(account)
        .join(person, person.c.id == account.c.person_id)
        .outerjoin(placement, placement.c.id == latest_in_force)
        .outerjoin(employment, employment.c.id == placement.c.employment_id)
        .outerjoin(organisation, organisation.c.id == employment.c.organisation_id)
        .outerjoin(station, station.c.id == placement.c.station_id)
        .outerjoin(grant, live)
    )


# Asked on every page, so written once: writing a statement costs more than asking it.
_account = Account.__table__.c
ACTOR = _who_acts().where(_account.id == bindparam("account"))
SIGNED_IN = _who_acts().add_columns(_account.active).where(_account.fs_uniquifier == bindparam("session"))


def load_actor(account: Account, today: date) -> Actor:
    """Returns who acts with an account today: its scopes, and the placement in force (the latest begun)."""
    return _actor(session.execute(ACTOR, {"account": account.id, "today": today}).all())


def find_signed_in(uniquifier: str, today: date) -> SignedIn | None:
    """Finds whom a session cookie names and who acts with it, in one query."""
    rows = session.execute(SIGNED_IN, {"session": uniquifier, "today": today}).all()
    return SignedIn(uniquifier, _actor(rows), active=rows[0].active) if rows else None


def _actor(rows: Sequence[Row[Any]]) -> Actor:
    first = rows[0]
    scopes = _scopes((row.role, row.granted_in) for row in rows if row.role is not None)
    who = (first.account_id, first.person_id, first.name, first.language)
    if first.station_id is None:
        return Actor(*who, scopes=scopes)
    return Actor(
        *who,
        sector=first.sector,
        station_id=first.station_id,
        station_name=first.station_name,
        organisation_id=first.organisation_id,
        organisation_name=first.organisation_name,
        time_zone=first.time_zone,
        scopes=scopes,
    )


def list_open_codes(account_id: int, now: datetime) -> Sequence[OneTimeCode]:
    """Lists the one-time codes of an account that were not used and have not run out."""
    return session.scalars(
        select(OneTimeCode).where(
            OneTimeCode.account_id == account_id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now
        )
    ).all()


def load_code(digest: str, now: datetime) -> tuple[OneTimeCode, Account]:
    """Loads an open code and its account, and lets one transaction at a time use it.

    Raises ``NotThere`` for codes that are unknown, used, run out, or of a closed account, all alike.
    """
    code = session.scalar(
        locked(
            select(OneTimeCode).where(
                OneTimeCode.digest == digest, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now
            )
        )
    )
    holder = find_account(code.account_id) if code else None
    if code is None or holder is None or not holder.active:
        raise NotThere
    return code, holder


def list_accounts_by_id(account_ids: Sequence[int]) -> list[Account]:
    """Lists accounts with their persons, in the order of their numbers given."""
    rows = session.scalars(
        select(Account).options(joinedload(Account.person)).where(Account.id.in_(account_ids))
    )
    found = {account.id: account for account in rows}
    return [found[account_id] for account_id in account_ids]


def load_account_holding_roles_for(actor: Actor, account_id: int) -> Account:
    """Loads an account with a role, for whose holder only an administrator prints a code.

    Raises ``NotThere``, and ``NotAllowed`` where HR is to print it.
    """
    account = load_account_for(actor, account_id)
    organisations = list_organisations_of_person(account.person_id)
    if not policy.may_print_code(
        actor, organisations=organisations, holds_role=bool(list_grants(account.id))
    ):
        raise NotAllowed("This person holds no role here, so HR of their organisation prints their code.")
    return account


def load_account_to_print_for(actor: Actor, person_id: int) -> Account:
    """Loads the account of a person for whom an actor may print a code.

    Raises ``NotThere`` for people the actor may not see or who have no account, ``NotAllowed`` for those who hold a
    role and whose code is printed by an administrator.
    """
    person = load_person_for(actor, person_id)
    account = find_account_of_person(person.id)
    if account is None:
        raise NotThere
    organisations = list_organisations_of_person(person_id)
    if not policy.may_print_code(
        actor, organisations=organisations, holds_role=bool(list_grants(account.id))
    ):
        raise NotAllowed("This person holds a role here, so an administrator prints their code.")
    return account


def list_grants(account_id: int) -> Sequence[RoleGrant]:
    """Lists the live grants of an account."""
    return session.scalars(
        select(RoleGrant).where(RoleGrant.account_id == account_id, RoleGrant.retracted_at.is_(None))
    ).all()


def load_grant(account: Account, grant_id: int) -> RoleGrant:
    """Loads a live grant of an account. Raises ``NotThere``."""
    for grant in list_grants(account.id):
        if grant.id == grant_id:
            return grant
    raise NotThere


def lock_administrators() -> set[int]:
    """Returns the open accounts that are administrators, and lets one transaction at a time change that."""
    rows = session.execute(
        locked(
            select(RoleGrant.account_id, Account.active)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(RoleGrant.role == Role.ADMIN, RoleGrant.retracted_at.is_(None))
            .order_by(RoleGrant.id)
        )
    )
    return {row.account_id for row in rows if row.active}


def list_personal_words(account: Account) -> list[str]:
    """Lists what others know of an account's holder and a password must not live on: names, e-mail, staff numbers."""
    rows = session.execute(
        select(Person.name, Employment.staff_number)
        .outerjoin(Employment, Employment.person_id == Person.id)
        .where(Person.id == account.person_id)
    ).all()
    address = [account.email, account.email.partition("@")[0]] if account.email else []
    name = rows[0].name
    return [name, *name.split(), *address, *(row.staff_number for row in rows if row.staff_number)]


def list_organisations_of_person(person_id: int) -> set[int]:
    """Returns the organisations that employ or employed a person."""
    return set(session.scalars(select(Employment.organisation_id).where(Employment.person_id == person_id)))
