"""Every SELECT of in-person sessions and recognised prior training."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from lms.catalogue.api import PublishedCourse, load_course_revision
from lms.catalogue.models import Course, CourseRevision
from lms.certification import policy
from lms.certification.awards.rules import print_serial
from lms.certification.awards.states import State, state_on
from lms.certification.models import Award, Recognition, Revocation, SessionWithdrawal, TrainingSession
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import DutyStation, Employment, Organisation, Person

_Successor = aliased(Award)


@dataclass(frozen=True, slots=True)
class Staff:
    """A person behind a staff number; `organisation_id` says where they have it."""

    person_id: int
    organisation_id: int
    staff_number: str
    name: str


def find_staff(organisation_id: int, numbers: Collection[str]) -> dict[str, Staff]:
    """Finds the people who have staff numbers at an organisation, by the number in small letters."""
    lowered = {number.lower() for number in numbers}
    statement = _staff().where(
        Employment.organisation_id == organisation_id,
        or_(Employment.staff_number.in_(numbers), func.lower(Employment.staff_number).in_(lowered)),
    )
    return {row.staff_number.lower(): Staff(*row) for row in session.execute(statement)}


def list_numbers_elsewhere(organisation_id: int, numbers: Collection[str]) -> set[str]:
    """Returns those of some staff numbers, in small letters, that only other organisations have given out."""
    # Written out in three ways, so that the index of staff numbers answers however many people there are.
    variants = {form for number in numbers for form in (number, number.lower(), number.upper())}
    statement = select(Employment.staff_number).where(
        Employment.staff_number.in_(variants), Employment.organisation_id != organisation_id
    )
    return {number.lower() for number in session.scalars(statement)}


def _staff() -> Select[int, int, str, str]:
    return select(
        Employment.person_id, Employment.organisation_id, Employment.staff_number, Person.name
    ).join(Person, Person.id == Employment.person_id)


@dataclass(frozen=True, slots=True)
class Held:
    """The days of an award that counts: neither revoked nor replaced."""

    earned_on: date
    valid_until: date


def list_held(person_ids: Collection[int], course_id: int, sector: str | None) -> dict[int, list[Held]]:
    """Lists, by person, the awards of a course that count; with a sector those of that sector."""
    statement = (
        select(Award.person_id, Award.earned_on, Award.valid_until)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
        .where(
            Award.person_id.in_(person_ids),
            Award.course_id == course_id,
            Revocation.id.is_(None),
            _Successor.id.is_(None),
        )
    )
    if sector is not None:
        statement = statement.where(Award.sector == sector)
    found: dict[int, list[Held]] = {}
    for person_id, earned_on, valid_until in session.execute(statement):
        found.setdefault(person_id, []).append(Held(earned_on, valid_until))
    return found


def find_course_on(course_id: int, day: date) -> PublishedCourse | None:
    """Finds what was published of a course on a day: the present revision if it was there, else the last before.

    What was taught before anything was published here counts as the first revision.
    """
    end = datetime.combine(day + timedelta(days=1), time.min, UTC)
    current = session.execute(
        select(CourseRevision.id, CourseRevision.recorded_at)
        .join(Course, Course.current_revision_id == CourseRevision.id)
        .where(Course.id == course_id)
    ).one_or_none()
    if current is None:
        return None
    if current.recorded_at < end:
        return load_course_revision(current.id)
    revisions = select(CourseRevision.id).where(CourseRevision.course_id == course_id)
    before = session.scalar(
        revisions.where(CourseRevision.recorded_at < end)
        .order_by(CourseRevision.recorded_at.desc(), CourseRevision.id.desc())
        .limit(1)
    )
    first = session.scalar(revisions.order_by(CourseRevision.recorded_at, CourseRevision.id).limit(1))
    chosen = before or first
    return load_course_revision(chosen) if chosen is not None else None


def find_session_by_token(token: str) -> TrainingSession | None:
    """Finds the session that a form has recorded already."""
    return session.scalar(select(TrainingSession).where(TrainingSession.token == token))


def find_station(station_id: int) -> DutyStation | None:
    """Finds a duty station by its number."""
    return session.get(DutyStation, station_id)


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session with the words around it; `attended` counts the people whose award came from it."""

    held: TrainingSession
    course: str
    organisation: str
    station: str
    withdrawn: SessionWithdrawal | None
    attended: int


def _sessions(actor: Actor) -> Select[TrainingSession, str, str, str, SessionWithdrawal, int]:
    attended = (
        select(func.count(Award.person_id.distinct()))
        .join(Recognition, Recognition.award_id == Award.id)
        .where(Recognition.session_id == TrainingSession.id)
        .scalar_subquery()
    )
    return (
        select(
            TrainingSession,
            CourseRevision.title,
            Organisation.name,
            DutyStation.name,
            SessionWithdrawal,
            attended.label("attended"),
        )
        .join(CourseRevision, CourseRevision.id == TrainingSession.course_revision_id)
        .join(Organisation, Organisation.id == TrainingSession.organisation_id)
        .join(DutyStation, DutyStation.id == TrainingSession.station_id)
        .outerjoin(SessionWithdrawal, SessionWithdrawal.session_id == TrainingSession.id)
        .where(policy.visible_sessions(actor))
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc())
    )


def list_sessions_for(actor: Actor, course_id: int | None, page: int) -> Pagination[ListedSession]:
    """Lists the sessions of the actor's organisations, the latest first, of one course where it is given."""
    statement = _sessions(actor)
    if course_id is not None:
        statement = statement.where(TrainingSession.course_id == course_id)
    found = paginate(statement, page)
    return found.with_items([ListedSession(*row) for row in found.items])


def list_courses_held(actor: Actor) -> list[tuple[int, str]]:
    """Lists the courses of which the actor's organisations held sessions: row number and title, by title."""
    rows = session.execute(
        select(TrainingSession.course_id, func.max(CourseRevision.title).label("title"))
        .join(CourseRevision, CourseRevision.id == TrainingSession.course_revision_id)
        .where(policy.visible_sessions(actor))
        .group_by(TrainingSession.course_id)
        .order_by("title")
    )
    return [(course_id, title) for course_id, title in rows]


def load_session_for(actor: Actor, session_id: int) -> ListedSession:
    """Loads a session; raises NotThere where it is unknown or not for the actor."""
    if session_id > LARGEST_ID:
        raise NotThere
    row = session.execute(_sessions(actor).where(TrainingSession.id == session_id)).one_or_none()
    if row is None:
        raise NotThere
    return ListedSession(*row)


def lock_session(session_id: int) -> None:
    """Lets one transaction at a time withdraw a session."""
    session.execute(locked(select(TrainingSession.id).where(TrainingSession.id == session_id)))


def find_withdrawal(session_id: int) -> SessionWithdrawal | None:
    """Finds the withdrawal of a session."""
    return session.get(SessionWithdrawal, session_id)


def list_standing_awards_of(session_id: int) -> Sequence[Award]:
    """Lists the awards of a session that were neither revoked nor replaced since."""
    return session.scalars(
        select(Award)
        .join(Recognition, Recognition.award_id == Award.id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
        .where(Recognition.session_id == session_id, Revocation.id.is_(None), _Successor.id.is_(None))
        .order_by(Award.id)
    ).all()


@dataclass(frozen=True, slots=True)
class RecognisedRow:
    """One award of a session or of prior training, with its holder, and its state today where it was earned."""

    person_id: int
    name: str
    staff_number: str
    serial: str
    course: str
    sector: str
    earned_on: date
    valid_until: date
    evidence: str
    checked_by: str
    state: State


def list_attendance(session_id: int) -> list[RecognisedRow]:
    """Lists who attended a session, by name; a corrected certificate stands in for the first one."""
    statement = _recognised().where(Recognition.session_id == session_id)
    rows = session.execute(statement.order_by(Person.name, Award.id)).all()
    return [_recognised_row(*row) for row in rows]


def list_trainings_for(actor: Actor, page: int) -> Pagination[RecognisedRow]:
    """Lists the prior training that the actor's organisations recognised, the latest recorded first."""
    statement = _recognised().where(Recognition.session_id.is_(None), policy.visible_recognitions(actor))
    found = paginate(statement.order_by(Award.recorded_at.desc(), Award.id.desc()), page)
    return found.with_items([_recognised_row(*row) for row in found.items])


def _recognised() -> Select[Award, str, str, str, date]:
    # A person with two staff numbers in one organisation is listed once.
    number = (
        select(func.min(Employment.staff_number))
        .where(
            Employment.person_id == Award.person_id,
            Employment.organisation_id == Recognition.organisation_id,
        )
        .scalar_subquery()
    )
    return (
        select(Award, Person.name, number.label("number"), Recognition.checked_by, Revocation.effective_on)
        .join(Recognition, Recognition.award_id == Award.id)
        .join(Person, Person.id == Award.person_id)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(_Successor, _Successor.supersedes_id == Award.id)
        .where(_Successor.id.is_(None))
    )


def _recognised_row(
    award: Award, name: str, number: str | None, checked_by: str, revoked_on: date | None
) -> RecognisedRow:
    return RecognisedRow(
        person_id=award.person_id,
        name=name,
        staff_number=number or "",
        serial=print_serial(award.serial),
        course=award.printed["course"],
        sector=award.sector or "",
        earned_on=award.earned_on,
        valid_until=award.valid_until,
        evidence=award.evidence,
        checked_by=checked_by,
        state=state_on(
            clock.today(award.zone), valid_until=award.valid_until, revoked_on=revoked_on, replaced=False
        ),
    )
