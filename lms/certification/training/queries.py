"""Every SELECT of in-person sessions and recognised prior training."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Row, Select, and_, func, select

from lms.catalogue.api import PublishedCourse, load_course_revision
from lms.catalogue.models import Course, CourseRevision
from lms.certification.awards.queries import RecordedAward, Successor, select_current, select_recorded
from lms.certification.models import Award, Recognition, Revocation, SessionWithdrawal, TrainingSession
from lms.kernel.actor import Actor
from lms.kernel.days import ONE_DAY
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere, require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import within_scope
from lms.people.models import DutyStation, Employment, Organisation, Person


@dataclass(frozen=True, slots=True)
class EarlierAward:
    """The days of an award that a person had before, both included; `counts` unless it was revoked or replaced."""

    sector: str | None
    earned_on: date
    valid_until: date
    counts: bool


def list_earlier_awards(person_ids: Collection[int], course_id: int) -> dict[int, list[EarlierAward]]:
    """Lists every award of a course that some people ever had, by person."""
    counts = and_(Revocation.id.is_(None), Successor.id.is_(None)).label("counts")
    rows = session.execute(
        select(Award.person_id, Award.sector, Award.earned_on, Award.valid_until, counts)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Successor, Successor.supersedes_id == Award.id)
        .where(Award.person_id.in_(person_ids), Award.course_id == course_id)
    )
    found: dict[int, list[EarlierAward]] = {}
    for row in rows:
        earlier = EarlierAward(row.sector, row.earned_on, row.valid_until, row.counts)
        found.setdefault(row.person_id, []).append(earlier)
    return found


def find_course_on(course_id: int, day: date) -> PublishedCourse | None:
    """Finds the revision of a course that was published on a day: the present one, else the last one before the day.

    A day before the first publication counts as the first revision.
    """
    end = datetime.combine(day + ONE_DAY, time.min, UTC)
    current = session.execute(
        select(CourseRevision.id, CourseRevision.recorded_at)
        .join(Course, Course.current_revision_id == CourseRevision.id)
        .where(Course.id == course_id)
    ).one_or_none()
    if current is None or current.recorded_at < end:
        return load_course_revision(current.id) if current else None
    revisions = select(CourseRevision.id).where(CourseRevision.course_id == course_id)
    before = session.scalar(
        revisions.where(CourseRevision.recorded_at < end)
        .order_by(CourseRevision.recorded_at.desc(), CourseRevision.id.desc())
        .limit(1)
    )
    first = revisions.order_by(CourseRevision.recorded_at, CourseRevision.id).limit(1)
    return load_course_revision(before or session.scalars(first).one())


def find_session_by_token(token: str) -> TrainingSession | None:
    """Finds the session that a form has already recorded."""
    return session.scalar(select(TrainingSession).where(TrainingSession.token == token))


ListedSession = Row[TrainingSession, str, str, str, SessionWithdrawal, int]
"""A session with its `course`, `organisation` and `station`, its withdrawal, and how many people `attended`."""


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
            CourseRevision.title.label("course"),
            Organisation.name.label("organisation"),
            DutyStation.name.label("station"),
            SessionWithdrawal,
            attended.label("attended"),
        )
        .join(CourseRevision, CourseRevision.id == TrainingSession.course_revision_id)
        .join(Organisation, Organisation.id == TrainingSession.organisation_id)
        .join(DutyStation, DutyStation.id == TrainingSession.station_id)
        .outerjoin(SessionWithdrawal, SessionWithdrawal.session_id == TrainingSession.id)
        .where(within_scope(actor, TrainingSession.organisation_id))
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc())
    )


def list_sessions_for(actor: Actor, course_id: int | None, page: int) -> Pagination[Row[*tuple[Any, ...]]]:
    """Lists the sessions of the actor's organisations, the latest first, of one course where it is given."""
    statement = _sessions(actor)
    if course_id is not None:
        statement = statement.where(TrainingSession.course_id == course_id)
    return paginate(statement, page)


def list_courses_of_sessions(actor: Actor) -> list[tuple[int, str]]:
    """Lists the courses of the sessions of the actor's organisations: id and title, by title."""
    rows = session.execute(
        select(TrainingSession.course_id, func.max(CourseRevision.title).label("title"))
        .join(CourseRevision, CourseRevision.id == TrainingSession.course_revision_id)
        .where(within_scope(actor, TrainingSession.organisation_id))
        .group_by(TrainingSession.course_id)
        .order_by("title")
    )
    return [(row.course_id, row.title) for row in rows]


def load_session_for(actor: Actor, session_id: int) -> ListedSession:
    """Loads a session; raises NotThere where it is unknown or not for the actor."""
    if session_id > LARGEST_ID:
        raise NotThere
    statement = _sessions(actor).where(TrainingSession.id == session_id)
    return require_found(session.execute(statement).one_or_none())


def lock_session(session_id: int) -> None:
    """Locks a session, so that one transaction at a time withdraws it."""
    session.execute(locked(select(TrainingSession.id).where(TrainingSession.id == session_id)))


def list_current_awards_of_session(session_id: int) -> Sequence[Award]:
    """Lists the awards of a session that were neither revoked nor replaced since."""
    statement = select_current().join(Recognition, Recognition.award_id == Award.id)
    return session.scalars(statement.where(Recognition.session_id == session_id).order_by(Award.id)).all()


@dataclass(frozen=True, slots=True)
class RecognisedAward(RecordedAward):
    """An award of a session or of prior training, with its holder and who checked it."""

    holder: str
    staff_number: str
    checked_by: str


def list_attendance(session_id: int) -> list[RecognisedAward]:
    """Lists who attended a session, by name, with the corrected certificate where there is one."""
    statement = _select_recognised().where(Recognition.session_id == session_id).order_by(Person.name, Award.id)
    return [_recognised(row) for row in session.execute(statement)]


def list_trainings_for(actor: Actor, page: int) -> Pagination[RecognisedAward]:
    """Lists the prior training that the actor's organisations recognised, the latest recorded first."""
    statement = _select_recognised().where(
        Recognition.session_id.is_(None), within_scope(actor, Recognition.organisation_id)
    )
    found = paginate(statement.order_by(Award.recorded_at.desc(), Award.id.desc()), page)
    return found.with_items([_recognised(row) for row in found.items])


def _select_recognised() -> Select[*tuple[Any, ...]]:
    # A person with two staff numbers in one organisation is listed once.
    number = (
        select(func.min(Employment.staff_number))
        .where(Employment.person_id == Award.person_id, Employment.organisation_id == Recognition.organisation_id)
        .scalar_subquery()
    )
    return (
        select_recorded()
        .add_columns(Person.name.label("holder"), number.label("staff_number"), Recognition.checked_by)
        .join(Recognition, Recognition.award_id == Award.id)
        .join(Person, Person.id == Award.person_id)
        .where(Successor.id.is_(None))
    )


def _recognised(row: Row[*tuple[Any, ...]]) -> RecognisedAward:
    return RecognisedAward(
        row.Award, row.name, row.Revocation, row.replaced_by, row.holder, row.staff_number or "", row.checked_by
    )
