"""Who signs in, and who acts: the queries of every request."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, Select, bindparam, exists, or_, select

from lms.accounts.models import Account, Passkey, RoleGrant, SignedIn, SignedInSession
from lms.accounts.queries import ACCOUNTS, role_works, to_scopes
from lms.audit.models import AuditEntry
from lms.kernel.actor import Actor
from lms.kernel.db import read_rows, session
from lms.kernel.identifiers import identifier_key
from lms.people.api import list_organisations, works_on
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement


def list_accounts_by_staff_number(staff_number: str, organisation_id: int | None = None) -> Sequence[Account]:
    """Lists the accounts of everybody with a staff number, in one organisation or in all of them."""
    statement = (
        ACCOUNTS.join(Employment, Employment.person_id == Person.id)
        .where(Employment.staff_number_key == identifier_key(staff_number))
        .order_by(Account.id)
        .limit(20)
    )
    if organisation_id is not None:
        statement = statement.where(Employment.organisation_id == organisation_id)
    return session.scalars(statement).unique().all()


def list_organisation_choices() -> list[tuple[int, str]]:
    """Lists all organisations by id and name."""
    return [(each.id, each.name) for each in list_organisations()]


def list_personal_words(account: Account) -> list[str]:
    """Lists what others know of the account holder, for the check of a password: names, e-mail, staff numbers."""
    rows = session.execute(
        select(Person.name, Person.email, Employment.staff_number)
        .outerjoin(Employment, Employment.person_id == Person.id)
        .where(Person.id == account.person_id)
    ).all()
    name, email = rows[0].name, account.email or rows[0].email
    address = [email, email.partition("@")[0]] if email else []
    return [name, *name.split(), *address, *(row.staff_number for row in rows if row.staff_number)]


def has_signed_in_before(account_id: int, moment: datetime) -> bool:
    """Says whether the holder of an account had signed in, or joined, before a moment."""
    signing_in = ("accounts.sign_in", "accounts.use_code", "accounts.use_invitation")
    earlier = exists().where(
        AuditEntry.subject == "account",
        AuditEntry.subject_id == account_id,
        AuditEntry.action.in_(signing_in),
        AuditEntry.recorded_at < moment,
    )
    return bool(session.scalar(select(earlier)))


def actor_statement() -> Select[*tuple[Any, ...]]:
    """Returns the statement of who acts: one row for each grant that works, at least one.

    The placement is the same in all.

    It selects columns of tables, not models: building models would take longer than the database does.
    """
    account, person, grant = Account.__table__, Person.__table__, RoleGrant.__table__
    employment, organisation = Employment.__table__, Organisation.__table__
    placement, station = Placement.__table__, DutyStation.__table__
    day = bindparam("today", type_=Date)
    latest_in_force = (
        select(placement.c.id)
        .join(employment, placement.c.employment_id == employment.c.id)
        .where(employment.c.person_id == account.c.person_id, works_on(day, placement.c))
        .order_by(placement.c.from_on.desc(), placement.c.id.desc())
        .limit(1)
        .correlate(account)
        .scalar_subquery()
    )
    live = (grant.c.account_id == account.c.id) & grant.c.retracted_at.is_(None) & role_works(day)
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


# Run on every page, so built once: building the statement takes longer than running it.
_account = Account.__table__.c
ACTOR = actor_statement().where(_account.id == bindparam("account"))
_passkey = exists().where(Passkey.account_id == _account.id)
_second_step = or_(_account.tf_primary_method.is_not(None), _passkey)
_has_second_step = _second_step.label("has_second_step")
OF_ACCOUNT = (_account.active, _account.roles_since, _has_second_step)
"""What decides, beside the grants, whether an account's roles work: columns for `actor_statement`."""
_session = SignedInSession.__table__.c
SIGNED_IN = (
    actor_statement()
    .add_columns(
        _session.signed_in_at,
        _account.active,
        _account.roles_since,
        # A provider that asked for a second step stands for one of ours, in the sessions that it began.
        or_(_second_step, _session.second_step).label("has_second_step"),
    )
    .join(SignedInSession.__table__, _session.account_id == _account.id)
    .where(_session.token == bindparam("token"))
)
ACTOR_FIELDS = frozenset(field.name for field in fields(Actor))


def has_second_step(person_id: int) -> bool:
    """Says whether signing in as a person takes more than the password."""
    return bool(session.scalar(select(_has_second_step).where(_account.person_id == person_id)))


def load_actor(account: Account, today: date) -> Actor:
    """Returns who acts with an account today: its scopes, and the placement in force (the latest begun)."""
    return actor_of_rows(read_rows(ACTOR, {"account": account.id, "today": today}).all())


def find_signed_in(token: str, today: date) -> SignedIn | None:
    """Finds who acts in the session that a cookie names, in one query; nobody where it has ended."""
    rows = read_rows(SIGNED_IN, {"token": token, "today": today}).all()
    if not rows:
        return None
    row = rows[0]
    return SignedIn(
        token,
        actor_of_rows(rows),
        signed_in_at=row.signed_in_at,
        active=row.active,
        roles_since=row.roles_since,
        has_second_step=row.has_second_step,
    )


def actor_of_rows(rows: Sequence[Row[Any]]) -> Actor:
    """Returns who acts, from rows of ``actor_statement``."""
    known = {name: value for name, value in rows[0]._mapping.items() if name in ACTOR_FIELDS and value is not None}
    return Actor(**known, scopes=to_scopes((row.role, row.granted_in) for row in rows if row.role is not None))
