"""Queries of scheduled reports: who may get one, who does, and which are due."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select

from lms.accounts.api import is_employed
from lms.accounts.models import Account, RoleGrant
from lms.compliance.report.schedule.models import ReportRecipient, ReportSchedule
from lms.kernel.actor import Actor, Role
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere
from lms.people.models import Organisation, Person


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Somebody who may see the report of an organisation and has an e-mail address."""

    account_id: int
    name: str
    email: str
    language: str


def list_readers(organisation_id: int, day: date, *conditions: ColumnElement[bool]) -> list[ReportReader]:
    """Lists by name who may get the report of an organisation: its HR and administrators who have not left by a day.

    Coordinators may see other figures only, those of coverage.
    """
    email = func.coalesce(Person.email, Account.email)
    of_here = and_(RoleGrant.role == str(Role.HR), RoleGrant.organisation_id == organisation_id)
    rows = session.execute(
        select(Account.id.label("account_id"), Person.name, email.label("email"), Person.language)
        .join(Person, Person.id == Account.person_id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.retracted_at.is_(None),
            or_(RoleGrant.role == str(Role.ADMIN), of_here),
            is_employed(day, RoleGrant.__table__),
            Account.active,
            email != "",
            *conditions,
        )
        .distinct()
        .order_by(Person.name, Account.id)
    )
    return [ReportReader(**row._mapping) for row in rows]


def list_active_schedules(*conditions: ColumnElement[bool]) -> list[Row[ReportSchedule, Organisation]]:
    """Lists the scheduled reports that nobody has stopped, each with its organisation, by organisation."""
    return list(
        session.execute(
            select(ReportSchedule, Organisation)
            .join(Organisation, Organisation.id == ReportSchedule.organisation_id)
            .where(ReportSchedule.retracted_at.is_(None), *conditions)
            .order_by(Organisation.name, ReportSchedule.id)
        ).all()
    )


def list_schedules_for(actor: Actor) -> list[Row[ReportSchedule, Organisation]]:
    """Lists the scheduled reports of the organisations an actor is HR of, and those the actor gets."""
    mine = exists().where(
        ReportRecipient.schedule_id == ReportSchedule.id,
        ReportRecipient.account_id == actor.account_id,
        ReportRecipient.retracted_at.is_(None),
    )
    return list_active_schedules(or_(mine, _of_hr(actor)))


def load_schedule_for(actor: Actor, schedule_id: int) -> Row[ReportSchedule, Organisation]:
    """Loads an active scheduled report of an organisation the actor is HR of. Raises NotThere."""
    found = list_active_schedules(ReportSchedule.id == min(schedule_id, LARGEST_ID), _of_hr(actor))
    if not found:
        raise NotThere
    return found[0]


def _of_hr(actor: Actor) -> ColumnElement[bool]:
    return ReportSchedule.organisation_id.in_(sorted(actor.organisations(Role.HR) or ()))


def list_recipients(schedule_ids: Collection[int]) -> dict[int, list[Row[int, int, str]]]:
    """Lists, by scheduled report, who gets it: `account_id` and `name`."""
    found: defaultdict[int, list[Row[int, int, str]]] = defaultdict(list)
    for row in session.execute(
        select(ReportRecipient.schedule_id, ReportRecipient.account_id, Person.name)
        .join(Account, Account.id == ReportRecipient.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(ReportRecipient.schedule_id.in_(sorted(schedule_ids)), ReportRecipient.retracted_at.is_(None))
        .order_by(Person.name, Account.id)
    ):
        found[row.schedule_id].append(row)
    return found


def lock_recipient(schedule_id: int, account_id: int | None) -> ReportRecipient | None:
    """Finds and locks an account among the recipients of a scheduled report."""
    mine = select(ReportRecipient).filter_by(
        schedule_id=min(schedule_id, LARGEST_ID), account_id=account_id, retracted_at=None
    )
    return session.scalar(locked(mine))


def lock_schedule(schedule_id: int) -> ReportSchedule | None:
    """Finds and locks a scheduled report that nobody has stopped."""
    return session.scalar(locked(select(ReportSchedule).filter_by(id=schedule_id, retracted_at=None)))
