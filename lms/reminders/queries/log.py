"""The list of what was sent to whom, and what the requirements named in it are."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, select

from lms.catalogue.models import Course, CourseRevision
from lms.compliance.requirements.models import Requirement
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.outbox import OutboxRow
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words, known_merges, within_scope
from lms.people.models import Employment, Organisation, Person, PersonMerge
from lms.reminders.models import Reminder
from lms.reminders.queries.runs import mail_state


def describe_requirements(requirement_ids: Collection[int]) -> dict[int, Row[int, str, str | None]]:
    """Returns the course's title (`title`) of requirements and who requires it (`owner`, None for all), by number."""
    rows = session.execute(
        select(
            Requirement.id,
            func.coalesce(CourseRevision.title, Course.slug).label("title"),
            Organisation.name.label("owner"),
        )
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .outerjoin(Organisation, Organisation.id == Requirement.organisation_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return {row.id: row for row in rows}


def list_log(
    actor: Actor, page: int, *, q: str = "", kind: str = "", state: str = ""
) -> Pagination[tuple[Row[*tuple[Any, ...]], list[str]]]:
    """Lists what was sent in the name of the actor's organisations, the latest first, in three queries.

    Rows have day, kind, about, person_id, name, staff_number, organisation, state and sent_at; each comes with the
    titles of the courses it lists, none for weekly figures. ``q`` is looked for in names and staff numbers; an empty
    filter lists everything, an unknown word nothing.
    """
    # One after the other: asked for both at once, PostgreSQL goes through everybody for each row.
    here = select(func.min(Employment.staff_number)).where(Employment.organisation_id == Reminder.organisation_id)
    own = here.where(Employment.person_id == Reminder.person_id)
    merged = here.join(PersonMerge, PersonMerge.merged_id == Employment.person_id).where(
        known_merges(), PersonMerge.surviving_id == Reminder.person_id
    )
    number = func.coalesce(*(each.correlate(Reminder).scalar_subquery() for each in (own, merged)))
    statement = (
        select(
            Reminder.day,
            Reminder.kind,
            Reminder.about,
            Reminder.person_id,
            Person.name,
            func.coalesce(number, "").label("staff_number"),
            Organisation.name.label("organisation"),
            mail_state().label("state"),
            OutboxRow.done_at.label("sent_at"),
        )
        .join(Person, Person.id == Reminder.person_id)
        .join(Organisation, Organisation.id == Reminder.organisation_id)
        .outerjoin(OutboxRow, OutboxRow.key == Reminder.outbox_key)
        .where(within_scope(actor, Reminder.organisation_id))
        .order_by(Reminder.day.desc(), Reminder.id.desc())
    )
    if q:
        statement = statement.where(contains_words(q[:200], Person.name, number))
    if kind:
        statement = statement.where(Reminder.kind == kind)
    if state:
        statement = statement.where(mail_state() == state)
    found = paginate(statement, page)
    described = describe_requirements({each["requirement"] for row in found.items for each in row.about})
    titles = {requirement_id: row.title for requirement_id, row in described.items()}
    return found.with_items(
        [(row, list(dict.fromkeys(titles.get(each["requirement"], "") for each in row.about))) for row in found.items]
    )
