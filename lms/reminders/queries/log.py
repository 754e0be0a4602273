"""The list of what was sent to whom."""

from typing import Any

from sqlalchemy import Row, func, select

from lms.compliance.api import list_requirements
from lms.kernel.actor import Actor
from lms.kernel.outbox import OutboxRow
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words, known_merges, within_scope
from lms.people.models import Employment, Organisation, Person, PersonMerge
from lms.reminders.models import Reminder
from lms.reminders.queries.runs import mail_state


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
    named = list_requirements({each["requirement"] for row in found.items for each in row.about})
    titles = {each.requirement.id: each.course for each in named}
    return found.with_items(
        [(row, list(dict.fromkeys(titles.get(each["requirement"], "") for each in row.about))) for row in found.items]
    )
