"""Every SELECT about printed sign-in codes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import TypedDict

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts import policy
from lms.accounts.models import Account, OneTimeCode, RoleGrant, has_role
from lms.accounts.queries import ADDRESS, find_account, find_account_where, has_not_arrived, load_account_for
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import locked, read_rows, session
from lms.kernel.errors import Invalid, NotAllowed, NotThere, require_found
from lms.kernel.i18n import gettext as _
from lms.people.api import (
    contains_words,
    list_employers_on_or_after,
    load_canonical_ids,
    load_merged_ids,
    load_person_for,
    merged_ids,
    visible_employments,
    within_scope,
    works_on_or_after,
)
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement

OF_HOLDER = ("accounts.sign_in", "accounts.use_code", "accounts.use_invitation", "accounts.set_password")
"""The actions in the trail after which a code printed before is no news to its holder."""

MOST_CODES = 60
"""How many codes are printed at once."""


@dataclass(frozen=True, slots=True)
class PersonWithoutPassword:
    """Somebody who has never signed in; ``printed_at`` is when a valid code was last printed."""

    account_id: int
    person_id: int
    name: str
    email: str | None
    language: str
    staff_number: str
    organisation_id: int
    organisation: str
    station: str
    printed_at: datetime | None


def is_valid(now: datetime) -> ColumnElement[bool]:
    """Returns the condition on codes that were not used and have not expired."""
    return and_(OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)


class PeopleFilters(TypedDict):
    """Filters of people who have never signed in; empty ones do not filter."""

    text: str
    station: str
    sector: str


def list_people_without_password(
    actor: Actor,
    *,
    with_email: bool | None,
    station: str = "",
    sector: str = "",
    text: str = "",
    account_ids: Collection[int] | None = None,
) -> list[PersonWithoutPassword]:
    """Lists people an actor may print codes for, or invite, who have no password, and work today or later.

    People who hold a role or work for others too are left out: an administrator prints theirs; and so are those who
    worked for others before, until they begin. One row a person, by station and name. ``with_email`` chooses those
    with an e-mail or without; empty filters and None choose all.
    """
    employment, placement = aliased(Employment), aliased(Placement)
    today = clock.today(actor.time_zone)
    works_elsewhere = (
        exists()
        .where(employment.person_id == Person.id, ~within_scope(actor, employment.organisation_id))
        .where(placement.employment_id == employment.id, works_on_or_after(today, placement))
    )
    worked_elsewhere = exists().where(
        employment.person_id == Person.id, ~within_scope(actor, employment.organisation_id)
    )
    own_codes = (OneTimeCode.account_id == Account.id, is_valid(clock.now()))
    printed = select(func.max(OneTimeCode.recorded_at)).where(*own_codes)
    holders = select(RoleGrant.account_id).where(RoleGrant.retracted_at.is_(None))
    statement = (
        select(
            Account.id.label("account_id"),
            Person.id.label("person_id"),
            Person.name,
            ADDRESS.label("email"),
            Person.language,
            Employment.staff_number,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
            DutyStation.name.label("station"),
            printed.scalar_subquery().label("printed_at"),
        )
        .join(Person, Person.id == Account.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .join(Placement, Placement.employment_id == Employment.id)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .where(
            visible_employments(actor),
            Account.active,
            Account.password.is_(None),
            Account.id.not_in(holders),
            ~works_elsewhere,
            works_on_or_after(today),
            or_(Placement.from_on <= today, ~worked_elsewhere),
        )
        .order_by(DutyStation.name, func.lower(Person.name), Placement.from_on)
    )
    if with_email is not None:
        statement = statement.where(ADDRESS.is_not(None) if with_email else ADDRESS.is_(None))
    if account_ids is not None:
        statement = statement.where(Account.id.in_(account_ids))
    if station:
        statement = statement.where(DutyStation.slug == station)
    if sector:
        statement = statement.where(Placement.sector == sector)
    if text:
        statement = statement.where(contains_words(text, Person.name, Employment.staff_number, ADDRESS))
    # The columns are in the order of the fields. On a first day these are all people.
    rows = [PersonWithoutPassword(*row) for row in read_rows(statement).all()]
    # Somebody with a current and a future placement is one person, and needs one code.
    return _of_no_other(actor, list({row.account_id: row for row in reversed(rows)}.values())[::-1], today)


def _of_no_other(actor: Actor, rows: list[PersonWithoutPassword], today: date) -> list[PersonWithoutPassword]:
    """Leaves out people who work for others under another of their merged records. A query for each such person."""
    canonical_ids = load_canonical_ids()
    merged = {*canonical_ids, *canonical_ids.values()}

    def is_own(person_id: int) -> bool:
        ids = merged_ids([person_id], canonical_ids)
        employers = list_employers_on_or_after(ids, today)
        may_print = policy.may_print_code(actor, employers, has_role=False)
        return may_print and not has_not_arrived(ids, today, has_signed_in=False)

    return [row for row in rows if row.person_id not in merged or is_own(row.person_id)]


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code printed for somebody: when, and by HR of which organisation, or an administrator where there is none."""

    printed_at: datetime
    organisation: str | None


def list_codes_printed_since_sign_in(account_id: int) -> list[PrintedCode]:
    """Lists the codes printed for an account after its holder last signed in or chose a password, newest first."""
    rows = session.execute(
        select(AuditEntry.action, AuditEntry.recorded_at, Organisation.name)
        .outerjoin(Organisation, Organisation.id == AuditEntry.organisation_id)
        .where(AuditEntry.subject == "account", AuditEntry.subject_id == account_id)
        .where(AuditEntry.action.in_(("accounts.print_code", *OF_HOLDER)))
        .order_by(AuditEntry.id.desc())
        .limit(10)
    )
    printed = takewhile(lambda row: row.action not in OF_HOLDER, rows)
    return [PrintedCode(row.recorded_at, row.name) for row in printed]


def load_code_holder(digest: str, now: datetime) -> Account:
    """Loads the account of a valid code, and locks the code, so that one transaction at a time uses it.

    Raises ``NotThere``, all alike, for codes that are unknown, used, expired, of a closed account, or printed before
    their holder was given a role: who printed them may not sign in with it.
    """
    code = require_found(session.scalar(locked(select(OneTimeCode).where(OneTimeCode.digest == digest, is_valid(now)))))
    holder = require_found(find_account(code.account_id))
    if not holder.active or any(grant.recorded_at > code.recorded_at for grant in holder.grants):
        raise NotThere
    return holder


def load_role_holder_for(actor: Actor, account_id: int) -> Account:
    """Loads an account with a role, for which only an administrator prints a code.

    Raises ``NotThere``, ``NotAllowed`` where HR should print it, and ``Invalid`` for a closed account.
    """
    return _require_may_print(actor, load_account_for(actor, account_id))


def load_account_for_code(actor: Actor, person_id: int) -> Account:
    """Loads the account of a person for whom an actor may print a code.

    Raises ``NotThere`` for people the actor may not see or who have no account, ``NotAllowed`` for those who have a
    role and whose code is printed by an administrator, and ``Invalid`` for a closed account.
    """
    found = find_account_where(Account.person_id == load_person_for(actor, person_id).id)
    return _require_may_print(actor, require_found(found))


def _require_may_print(actor: Actor, account: Account) -> Account:
    if refusal := why_no_code(actor, account):
        raise NotAllowed(refusal)
    if not account.active:
        raise Invalid(_("This account is closed. An administrator can open it again."))
    return account


def why_no_code(actor: Actor, account: Account) -> str:
    """Returns why an actor may print no code for an account, and who does; empty where they may."""
    holds_role = has_role(account)
    ids, today = load_merged_ids(account.person_id), clock.today(actor.time_zone)
    employers = list_employers_on_or_after(ids, today)
    if policy.may_print_code(actor, employers, has_role=holds_role):
        if holds_role or not has_not_arrived(ids, today, has_signed_in=account.password is not None):
            return ""
        return _("This person does not work here yet. Print their code on their first day.")
    if holds_role:
        return _("This person has a role here, so an administrator prints their code.")
    if not employers:
        return _("This person works here no longer, so nobody prints a code. Record a placement first.")
    if not actor.has(Role.ADMIN):
        return _("This person works for another organisation, so an administrator prints their code.")
    return _("This person has no role here, so HR of their organisation prints their code.")
