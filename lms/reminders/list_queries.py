"""What the pages of reminders list: the log, sector leads, people to tell on paper, whom to ask."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from lms.accounts.models import Account, RoleGrant
from lms.catalogue.models import Course, CourseRevision
from lms.compliance.requirements.models import Requirement
from lms.kernel.actor import Actor, Role
from lms.kernel.db import LARGEST_ID, session
from lms.kernel.errors import NotThere
from lms.kernel.outbox import OutboxRow
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import contains_words, known_merges, select_merged_ids
from lms.people.models import DutyStation, Employment, Organisation, Person, PersonMerge, Placement, Sector
from lms.reminders import policy
from lms.reminders.models import Reminder, SectorLead
from lms.reminders.queries import known_merge_of_employed, mail_state, placed_on, standing_for_employed


def name_courses(requirement_ids: Collection[int]) -> dict[int, str]:
    """Returns the titles of the courses that requirements ask for, by requirement."""
    rows = session.execute(
        select(Requirement.id, func.coalesce(CourseRevision.title, Course.slug).label("title"))
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return {row.id: row.title for row in rows}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One mail as HR sees it; ``courses`` are the titles of what it told of, empty for weekly figures."""

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
class LogWanted:
    """Which mails are looked for; empty words look for everything."""

    text: str = ""
    kind: str = ""
    state: str = ""


def list_log(actor: Actor, wanted: LogWanted, page: int = 1) -> Pagination[LogLine]:
    """Lists what was sent in the name of the actor's organisations, the latest first. Three queries."""
    number = (
        select(func.min(Employment.staff_number))
        .where(
            or_(
                Employment.person_id == Reminder.person_id,
                Employment.person_id.in_(
                    select(PersonMerge.merged_id).where(
                        known_merges(), PersonMerge.surviving_id == Reminder.person_id
                    )
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
        .where(policy.visible_reminders(actor))
        .order_by(Reminder.day.desc(), Reminder.id.desc())
    )
    if wanted.text:
        statement = statement.where(contains_words(wanted.text, Person.name, number))
    if wanted.kind:
        statement = statement.where(Reminder.kind == wanted.kind)
    if wanted.state:
        statement = statement.where(state == wanted.state)
    found = paginate(statement, page)
    titles = name_courses({each["requirement"] for row in found.items for each in row.about})
    return found.with_items([_log_line(row, titles) for row in found.items])


def _log_line(row: Row[Any], titles: dict[int, str]) -> LogLine:
    courses = dict.fromkeys(titles.get(each["requirement"], "") for each in row.about)
    return LogLine(
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


@dataclass(frozen=True, slots=True)
class LeadLine:
    """Who gets a sector's weekly figures; without an e-mail or with a closed account they get nothing."""

    lead: SectorLead
    name: str
    email: str | None
    active: bool
    organisation: str
    sector: Sector


def _leads(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            SectorLead,
            Person.name,
            func.coalesce(Person.email, Account.email),
            Account.active,
            Organisation.name,
            Sector,
        )
        .join(Account, Account.id == SectorLead.account_id)
        .join(Person, Person.id == Account.person_id)
        .join(Organisation, Organisation.id == SectorLead.organisation_id)
        .join(Sector, Sector.slug == SectorLead.sector)
        .where(policy.visible_leads(actor), SectorLead.retracted_at.is_(None))
        .order_by(Organisation.name, Sector.position, Person.name)
    )


def list_leads_for(actor: Actor) -> list[LeadLine]:
    """Lists who gets which sector's figures in the actor's organisations."""
    return [LeadLine(*row) for row in session.execute(_leads(actor))]


def load_lead_for(actor: Actor, lead_id: int) -> LeadLine:
    """Loads one of them; raises ``NotThere`` for what is withdrawn, unknown or another organisation's."""
    row = None
    if lead_id <= LARGEST_ID:
        row = session.execute(_leads(actor).where(SectorLead.id == lead_id)).one_or_none()
    if row is None:
        raise NotThere
    return LeadLine(*row)


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody without e-mail, placed in one of the actor's organisations."""

    person_id: int
    name: str
    organisation_id: int
    organisation: str
    staff_number: str
    station: str
    sector: Sector
    role: str


def _unreached(actor: Actor, day: date, station: str) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            Person.id,
            Person.name,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
            Employment.staff_number,
            DutyStation.name.label("station"),
            Sector,
            Placement.role,
        )
        .select_from(Placement)
        .join(Employment, Employment.id == Placement.employment_id)
        .outerjoin(PersonMerge, known_merge_of_employed())
        .join(Person, Person.id == standing_for_employed())
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .join(Sector, Sector.slug == Placement.sector)
        .where(
            policy.own_organisations(actor),
            placed_on(day),
            or_(Person.email.is_(None), Person.email == ""),
        )
        .order_by(DutyStation.name, func.lower(Person.name), Employment.id)
    )
    return statement.where(DutyStation.slug == station) if station else statement


def count_unreached(actor: Actor, day: date, station: str = "") -> int:
    """Counts the placements of people without e-mail in the actor's organisations."""
    placed = _unreached(actor, day, station).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(placed)) or 0


def list_unreached(
    actor: Actor, day: date, station: str = "", *, after: int = 0, limit: int = 500
) -> list[Unreached]:
    """Lists people without e-mail by station and name, from a place in the list on."""
    rows = session.execute(_unreached(actor, day, station).offset(after).limit(limit))
    return [Unreached(*row) for row in rows]


def list_stations_of(actor: Actor, day: date) -> Sequence[DutyStation]:
    """Lists the stations where the actor's organisations have people on a day, by name."""
    there = (
        select(Placement.station_id)
        .join(Employment, Employment.id == Placement.employment_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(policy.own_organisations(actor), placed_on(day))
    )
    return session.scalars(
        select(DutyStation).where(DutyStation.id.in_(there)).order_by(DutyStation.name)
    ).all()


def list_contacts_of(person_id: int) -> list[tuple[str, str, str | None]]:
    """Lists who looks after people where a person works: organisation, name, e-mail."""
    employers = select(Employment.organisation_id).where(
        Employment.person_id.in_(select_merged_ids(person_id))
    )
    rows = session.execute(
        select(Organisation.name, Person.name, Person.email)
        .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(
            RoleGrant.role == str(Role.HR),
            RoleGrant.retracted_at.is_(None),
            Account.active.is_(True),
            Organisation.id.in_(employers),
        )
        .order_by(Organisation.name, Person.name)
        .limit(20)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def list_owners(requirement_ids: Collection[int]) -> dict[int, str | None]:
    """Returns who asks, by requirement: an organisation's name, or None for the whole house."""
    rows = session.execute(
        select(Requirement.id, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Requirement.organisation_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return {row[0]: row[1] for row in rows}
