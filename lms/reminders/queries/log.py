"""The list of what was sent to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select

from lms.catalogue.models import Course, CourseRevision
from lms.compliance.requirements.models import Requirement
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.outbox import OutboxRow
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words, known_merges
from lms.people.models import Employment, Organisation, Person, PersonMerge
from lms.reminders import policy
from lms.reminders.models import Reminder
from lms.reminders.queries.runs import mail_state


def name_courses(requirement_ids: Collection[int]) -> dict[int, str]:
    """Returns the titles of the courses of requirements, by requirement."""
    rows = session.execute(
        select(Requirement.id, func.coalesce(CourseRevision.title, Course.slug).label("title"))
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return {row.id: row.title for row in rows}


@dataclass(frozen=True, slots=True)
class LogRow:
    """An e-mail of the list; ``courses`` are the titles of the courses it lists, none for weekly figures."""

    reminder_id: int
    day: date
    kind: str
    person_id: int
    name: str
    staff_number: str
    organisation: str
    state: str
    sent_at: datetime | None
    courses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which mails are looked for; empty words read_run_state for everything."""

    text: str = ""
    kind: str = ""
    state: str = ""


def list_log(actor: Actor, log_filter: LogFilter, page: int = 1) -> Pagination[LogRow]:
    """Lists what was sent in the name of the actor's organisations, the latest first. Three queries."""
    number = (
        select(func.min(Employment.staff_number))
        .where(
            or_(
                Employment.person_id == Reminder.person_id,
                Employment.person_id.in_(
                    select(PersonMerge.merged_id).where(known_merges(), PersonMerge.surviving_id == Reminder.person_id)
                ),
            ),
            Employment.organisation_id == Reminder.organisation_id,
        )
        .correlate(Reminder)
        .scalar_subquery()
    )
    state = mail_state()
    statement = (
        select(
            Reminder.id,
            Reminder.day,
            Reminder.kind,
            Reminder.person_id,
            Person.name,
            func.coalesce(number, "").label("staff_number"),
            Organisation.name.label("organisation"),
            state.label("state"),
            OutboxRow.done_at,
            Reminder.about,
        )
        .join(Person, Person.id == Reminder.person_id)
        .join(Organisation, Organisation.id == Reminder.organisation_id)
        .outerjoin(OutboxRow, OutboxRow.key == Reminder.outbox_key)
        .where(policy.of_own_organisations(actor, Reminder.organisation_id))
        .order_by(Reminder.day.desc(), Reminder.id.desc())
    )
    if log_filter.text:
        statement = statement.where(contains_words(log_filter.text, Person.name, number))
    if log_filter.kind:
        statement = statement.where(Reminder.kind == log_filter.kind)
    if log_filter.state:
        statement = statement.where(state == log_filter.state)
    found = paginate(statement, page)
    titles = name_courses({each["requirement"] for row in found.items for each in row.about})
    return found.with_items([_log_row(row, titles) for row in found.items])


def _log_row(row: Row[Any], titles: dict[int, str]) -> LogRow:
    courses = dict.fromkeys(titles.get(each["requirement"], "") for each in row.about)
    return LogRow(
        reminder_id=row.id,
        day=row.day,
        kind=row.kind,
        person_id=row.person_id,
        name=row.name,
        staff_number=row.staff_number,
        organisation=row.organisation,
        state=row.state,
        sent_at=row.done_at,
        courses=tuple(courses),
    )
