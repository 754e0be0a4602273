"""Every SELECT of reminders: whom a run looks at, what was sent, who is written to, what the pages list."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, or_, select

from lms.accounts.models import Account, RoleGrant
from lms.catalogue.models import Course, CourseRevision
from lms.kernel.actor import Role
from lms.kernel.db import locked, session
from lms.kernel.outbox import MOST_TRIES, OutboxRow
from lms.people.api import known_merges, load_canonical_ids, merged_ids
from lms.people.models import Employment, Organisation, Person, PersonMerge, Placement
from lms.reminders.models import Reminder, ReminderRun, SectorLead
from lms.reminders.rules import LastMail, Moment

TO_PEOPLE = tuple(str(moment) for moment in Moment)
"""The kinds of reminders that share a person's weekly mail; the weekly figures of HR and leads do not."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to; without an e-mail they are told on paper."""

    person_id: int
    name: str
    email: str | None
    language: str


def lock_runs() -> None:
    """Lets one transaction at a time write reminders, whatever the day: the first run ever is the lock."""
    session.execute(locked(select(ReminderRun.id).order_by(ReminderRun.id).limit(1)))


def find_run(day: date) -> ReminderRun | None:
    """Finds the run of a day."""
    return session.scalar(select(ReminderRun).where(ReminderRun.day == day))


def find_last_finished() -> ReminderRun | None:
    """Finds the run that ended last."""
    return session.scalars(
        select(ReminderRun)
        .where(ReminderRun.finished_at.is_not(None))
        .order_by(ReminderRun.finished_at.desc())
        .limit(1)
    ).one_or_none()


def placed_on(day: date) -> ColumnElement[bool]:
    """Returns the condition that a placement holds on a day."""
    still = or_(Placement.through_on.is_(None), Placement.through_on >= day)
    return Placement.retracted_at.is_(None) & (Placement.from_on <= day) & still


def known_merge_of_employed() -> ColumnElement[bool]:
    """Returns the condition to join the merge, where there is one, of the person who is employed."""
    return (PersonMerge.merged_id == Employment.person_id) & known_merges()


def standing_for_employed() -> ColumnElement[int]:
    """Returns the person who stands for the one who is employed: of merged records, the one that is kept."""
    return func.coalesce(PersonMerge.surviving_id, Employment.person_id)


def list_batch(day: date, after: int, limit: int) -> list[Recipient]:
    """Lists the next people, by number, who are placed anywhere on a day; merged records are one person."""
    person_id = standing_for_employed()
    placed = (
        select(person_id)
        .select_from(Employment)
        .join(Placement, Placement.employment_id == Employment.id)
        .outerjoin(PersonMerge, known_merge_of_employed())
        .where(placed_on(day), person_id > after)
        .distinct()
        .order_by(person_id)
        .limit(limit)
    )
    rows = session.execute(
        select(Person.id, Person.name, Person.email, Person.language)
        .where(Person.id.in_(placed))
        .order_by(Person.id)
    )
    return [Recipient(row.id, row.name, row.email or None, row.language) for row in rows]


def mail_state() -> ColumnElement[str]:
    """Returns the state of a reminder's mail: sent, waiting or failed."""
    return case(
        (or_(OutboxRow.id.is_(None), OutboxRow.done_at.is_not(None)), "sent"),
        (OutboxRow.tries >= MOST_TRIES, "failed"),
        else_="waiting",
    )


def find_last_mails(person_ids: Collection[int]) -> dict[int, LastMail]:
    """Returns, by person, the last mail that told them of something to do, under whichever merged record."""
    stands_for = load_canonical_ids()
    latest = (
        select(Reminder.person_id, func.max(Reminder.day).label("day"))
        .where(
            Reminder.person_id.in_(sorted(merged_ids(person_ids, stands_for))),
            Reminder.kind.in_(TO_PEOPLE),
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
        )
        .join(latest, (latest.c.person_id == Reminder.person_id) & (latest.c.day == Reminder.day))
        .outerjoin(OutboxRow, OutboxRow.key == Reminder.outbox_key)
        .where(Reminder.kind.in_(TO_PEOPLE))
    )
    by_person: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_person[stands_for.get(row.person_id, row.person_id)].append(row)
    return {person_id: _last_mail(parts) for person_id, parts in by_person.items()}


def _last_mail(parts: Sequence[Row[Any]]) -> LastMail:
    day = max(part.day for part in parts)
    told = {
        (part.organisation_id, each["requirement"], date.fromisoformat(each["deadline"])): Moment(
            each["moment"]
        )
        for part in parts
        if part.day == day
        for each in part.about
    }
    return LastMail(day, any(part.state == "waiting" for part in parts), told)


def list_hr_of(organisation_id: int) -> list[Recipient]:
    """Lists the HR of an organisation who can be written to."""
    return [
        Recipient(row.id, row.name, row.email, row.language)
        for row in session.execute(
            _account_holders()
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(
                RoleGrant.role == str(Role.HR),
                RoleGrant.retracted_at.is_(None),
                RoleGrant.organisation_id == organisation_id,
            )
        )
        if row.email
    ]


def list_leads_of(organisation_id: int) -> list[tuple[Recipient, list[str]]]:
    """Lists who gets sectors' figures in an organisation, each with their sectors."""
    found: dict[int, tuple[Recipient, list[str]]] = {}
    for row in session.execute(
        _account_holders()
        .add_columns(SectorLead.sector)
        .join(SectorLead, SectorLead.account_id == Account.id)
        .where(SectorLead.organisation_id == organisation_id, SectorLead.retracted_at.is_(None))
    ):
        if row.email:
            recipient = Recipient(row.id, row.name, row.email, row.language)
            found.setdefault(row.id, (recipient, []))[1].append(row.sector)
    return list(found.values())


def _account_holders() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id, Person.name, func.coalesce(Person.email, Account.email).label("email"), Person.language
        )
        .join(Account, Account.person_id == Person.id)
        .where(Account.active.is_(True))
        .order_by(Person.id)
    )


def list_written(keys: Collection[str]) -> set[str]:
    """Returns which of these keys' mails are written already."""
    return set(session.scalars(select(Reminder.outbox_key).where(Reminder.outbox_key.in_(sorted(keys)))))


def count_digests(run_id: int) -> int:
    """Counts the mails of figures that a run has written."""
    statement = select(func.count(func.distinct(Reminder.outbox_key))).where(
        Reminder.run_id == run_id, Reminder.kind.not_in(TO_PEOPLE)
    )
    return session.scalar(statement) or 0


def name_organisations(ids: Collection[int]) -> dict[int, str]:
    """Returns the names of organisations by their numbers."""
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def title_courses(course_ids: Collection[int]) -> dict[int, str]:
    """Returns the titles of courses by their numbers."""
    rows = session.execute(
        select(Course.id, func.coalesce(CourseRevision.title, Course.slug).label("title"))
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(Course.id.in_(sorted(course_ids)))
    )
    return {row.id: row.title for row in rows}


def lock_lead(lead_id: int) -> SectorLead | None:
    """Finds a lead that still holds, and lets one transaction at a time withdraw it."""
    return session.scalar(
        locked(select(SectorLead).where(SectorLead.id == lead_id, SectorLead.retracted_at.is_(None)))
    )


def is_lead(organisation_id: int, sector: str, account_id: int) -> bool:
    """Says whether an account gets a sector's figures in an organisation already."""
    found = session.scalar(
        select(SectorLead.id)
        .where(
            SectorLead.organisation_id == organisation_id,
            SectorLead.sector == sector,
            SectorLead.account_id == account_id,
            SectorLead.retracted_at.is_(None),
        )
        .limit(1)
    )
    return found is not None


def find_colleague(organisation_id: int, who: str) -> tuple[Account, str | None] | None:
    """Finds the open account of somebody an organisation employs, by e-mail or staff number, with their e-mail."""
    word = func.lower(literal(who.strip()))
    row = session.execute(
        select(Account, func.coalesce(Person.email, Account.email))
        .join(Person, Person.id == Account.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Employment.organisation_id == organisation_id,
            Account.active.is_(True),
            or_(
                func.lower(Account.email) == word,
                func.lower(Person.email) == word,
                func.lower(Employment.staff_number) == word,
            ),
        )
        .order_by(Account.id)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])
