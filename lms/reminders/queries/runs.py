"""Runs of reminders: whom they check, what was sent before, and who gets the weekly figures."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select

from lms.accounts.api import is_employed, role_works
from lms.accounts.models import Account, RoleGrant
from lms.kernel.actor import Role
from lms.kernel.db import locked, session
from lms.kernel.outbox import MOST_TRIES, NoLongerTrue, OutboxRow
from lms.people.api import known_merges, load_canonical_ids, merged_ids, works_on
from lms.people.models import Employment, Person, PersonMerge, Placement
from lms.reminders.models import Reminder, ReminderRun, SectorFocalPoint
from lms.reminders.rules import LastMail, ReminderStage

TO_PEOPLE = tuple(str(moment) for moment in ReminderStage)
"""The kinds of reminders of which a person gets one a week; the weekly figures come in addition."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to remind; with an empty e-mail address they are on the print list."""

    person_id: int
    name: str
    email: str
    language: str


def find_run(day: date) -> ReminderRun | None:
    """Finds the run of a day."""
    return session.scalar(select(ReminderRun).where(ReminderRun.day == day))


def lock_run(day: date) -> ReminderRun:
    """Returns the run of a day that was begun, locking the first run ever: one transaction at a time writes."""
    session.execute(locked(select(ReminderRun.id).order_by(ReminderRun.id).limit(1)))
    return session.scalars(select(ReminderRun).where(ReminderRun.day == day)).one()


def find_last_finished() -> ReminderRun | None:
    """Finds the run that ended last."""
    finished = select(ReminderRun).where(ReminderRun.finished_at.is_not(None))
    return session.scalar(finished.order_by(ReminderRun.finished_at.desc()).limit(1))


def select_in_post(day: date, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Selects from the placements that cover a day and the people who have them, merged records as one person."""
    return (
        select(*columns)
        .select_from(Placement)
        .join(Employment, Employment.id == Placement.employment_id)
        .outerjoin(PersonMerge, (PersonMerge.merged_id == Employment.person_id) & known_merges())
        .join(Person, Person.id == func.coalesce(PersonMerge.surviving_id, Employment.person_id))
        .where(works_on(day))
    )


def list_batch(day: date, after: int, limit: int) -> list[Recipient]:
    """Lists the next people by id who have a placement on a day; merged records are one person."""
    email = func.coalesce(Person.email, "").label("email")
    statement = select_in_post(day, Person.id.label("person_id"), Person.name, email, Person.language)
    rows = session.execute(statement.where(Person.id > after).distinct().order_by(Person.id).limit(limit))
    return [Recipient(**row._mapping) for row in rows]


def mail_state() -> ColumnElement[str]:
    """Returns the state of a reminder's mail: sent, dropped, waiting or failed."""
    return case(
        (OutboxRow.done_at.is_not(None) & (OutboxRow.last_error == NoLongerTrue.__name__), "dropped"),
        # Closed for another reason: the mail server takes no mail for this address.
        (OutboxRow.done_at.is_not(None) & (OutboxRow.last_error != ""), "failed"),
        (or_(OutboxRow.id.is_(None), OutboxRow.done_at.is_not(None)), "sent"),
        (OutboxRow.tries >= MOST_TRIES, "failed"),
        else_="waiting",
    )


def find_last_mails(person_ids: Collection[int]) -> dict[int, LastMail]:
    """Returns the last reminder of each person, under any of their merged records; weekly figures do not count."""
    canonical_ids = load_canonical_ids()
    latest = (
        select(Reminder.person_id, func.max(Reminder.day).label("day"))
        .outerjoin(OutboxRow, OutboxRow.key == Reminder.outbox_key)
        .where(
            Reminder.person_id.in_(sorted(merged_ids(person_ids, canonical_ids))),
            Reminder.kind.in_(TO_PEOPLE),
            mail_state() != "dropped",
        )
        .group_by(Reminder.person_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Reminder.person_id,
            Reminder.organisation_id,
            Reminder.day,
            Reminder.about,
            mail_state().label("state"),
            OutboxRow.done_at,
        )
        .join(latest, (latest.c.person_id == Reminder.person_id) & (latest.c.day == Reminder.day))
        .outerjoin(OutboxRow, OutboxRow.key == Reminder.outbox_key)
        .where(Reminder.kind.in_(TO_PEOPLE))
    )
    parts: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        parts[canonical_ids.get(row.person_id, row.person_id)].append(row)
    found = {}
    for person_id, mine in parts.items():
        day = max(part.day for part in mine)
        stages = {
            (part.organisation_id, each["requirement"], date.fromisoformat(each["deadline"])): ReminderStage(
                each["moment"]
            )
            for part in mine
            if part.day == day
            for each in part.about
        }
        # A mail that waited a month for the mail server was the mail of the day it went out.
        gone = [part.done_at.date() for part in mine if part.done_at is not None]
        found[person_id] = LastMail(max([day, *gone]), any(part.state == "waiting" for part in mine), stages)
    return found


def list_hr_of(organisation_id: int, day: date) -> list[Recipient]:
    """Lists the HR of an organisation who have an e-mail address and have not left by a day."""
    statement = _recipients().join(RoleGrant, RoleGrant.account_id == Account.id)
    mine = (RoleGrant.organisation_id == organisation_id) & (RoleGrant.role == str(Role.HR))
    rows = session.execute(statement.where(mine, RoleGrant.retracted_at.is_(None), role_works(day)))
    return [Recipient(**row._mapping) for row in rows]


def is_superseded(organisation_id: int, person_id: int, kind: str, day: date) -> bool:
    """Says whether figures of a later day have been queued for a person."""
    later = select(Reminder.id).filter_by(organisation_id=organisation_id, person_id=person_id, kind=kind)
    return session.scalar(later.where(Reminder.day > day).limit(1)) is not None


def list_focal_points_of(organisation_id: int, day: date) -> dict[Recipient, list[str]]:
    """Lists the focal points of an organisation who have an e-mail address and have not left by a day.

    Each comes with their sectors.
    """
    found: defaultdict[Recipient, list[str]] = defaultdict(list)
    for row in session.execute(
        _recipients()
        .add_columns(SectorFocalPoint.sector)
        .join(SectorFocalPoint, SectorFocalPoint.account_id == Account.id)
        .where(
            SectorFocalPoint.organisation_id == organisation_id,
            SectorFocalPoint.retracted_at.is_(None),
            is_employed(day, SectorFocalPoint.__table__),
        )
    ):
        found[Recipient(row.person_id, row.name, row.email, row.language)].append(row.sector)
    return found


def _recipients() -> Select[*tuple[Any, ...]]:
    email = func.coalesce(Person.email, Account.email)
    return (
        select(Person.id.label("person_id"), Person.name, email.label("email"), Person.language)
        .join(Account, Account.person_id == Person.id)
        .where(Account.active.is_(True), email != "")
        .order_by(Person.id)
    )


def list_written_keys(keys: Collection[str]) -> set[str]:
    """Returns those of some outbox keys that have been used."""
    return set(session.scalars(select(Reminder.outbox_key).where(Reminder.outbox_key.in_(sorted(keys)))))
