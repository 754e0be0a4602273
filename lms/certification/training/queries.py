"""Every SELECT of in-person sessions and recognised prior training."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, or_, select

from lms.catalogue.api import PublishedCourse, load_course_revision
from lms.catalogue.models import Course, CourseRevision
from lms.certification import policy
from lms.certification.awards.queries import RecordedAward, Successor, seen_last, select_current, select_recorded
from lms.certification.models import Award, Recognition, Revocation, SessionWithdrawal, TrainingSession
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.days import ONE_DAY
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere, require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import merged_ids, visible_employments, within_scope
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement


def list_earlier_awards(
    person_ids: Collection[int], course_id: int, canonical_ids: Mapping[int, int]
) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """Lists every award of a course that some people ever had, by canonical person: merged records have them together.

    Rows have person_id, sector, earned_on, valid_until and counts: whether it was neither revoked nor replaced.
    """
    counts = and_(Revocation.id.is_(None), Successor.id.is_(None)).label("counts")
    rows = session.execute(
        select(Award.person_id, Award.sector, Award.earned_on, Award.valid_until, counts)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Successor, Successor.supersedes_id == Award.id)
        .where(Award.person_id.in_(merged_ids(person_ids, canonical_ids)), Award.course_id == course_id)
    )
    found: defaultdict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        found[canonical_ids.get(row.person_id, row.person_id)].append(row)
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
"""A session with its `course`, `organisation` and `station`, its withdrawal, and how many of the actor's people
`attended`."""


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on sessions of the actor's organisations, and those where their people attended."""
    # Read from the people, who are fewer than all that attended: under `or_` an EXISTS would be asked of each session.
    attended = (
        select(Recognition.session_id)
        .select_from(Employment)
        .join(Award, Award.person_id == Employment.person_id)
        .join(Recognition, Recognition.award_id == Award.id)
        .join(Placement, Placement.employment_id == Employment.id)
        .where(Recognition.session_id.is_not(None), *policy.joins_work(actor, clock.today(actor.time_zone)))
    )
    return or_(within_scope(actor, TrainingSession.organisation_id), TrainingSession.id.in_(attended))


def _sessions(actor: Actor) -> Select[TrainingSession, str, str, str, SessionWithdrawal, int]:
    seen = policy.seen_by_hr(actor, clock.today(actor.time_zone))
    attended = (
        select(func.count(Award.person_id.distinct()))
        .join(Recognition, Recognition.award_id == Award.id)
        .where(Recognition.session_id == TrainingSession.id, seen)
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
        .where(_visible_to(actor))
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc())
    )


def list_sessions_for(actor: Actor, course_id: int | None, page: int) -> Pagination[Row[*tuple[Any, ...]]]:
    """Lists the sessions that the actor may see, the latest first, of one course where it is given."""
    statement = _sessions(actor)
    if course_id is not None:
        statement = statement.where(TrainingSession.course_id == course_id)
    return paginate(statement, page)


def list_courses_of_sessions(actor: Actor) -> list[tuple[int, str]]:
    """Lists the courses of the sessions that the actor may see: id and title, by title."""
    rows = session.execute(
        select(TrainingSession.course_id, func.max(CourseRevision.title).label("title"))
        .join(CourseRevision, CourseRevision.id == TrainingSession.course_revision_id)
        .where(_visible_to(actor))
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
    """An award of a session or of prior training, with its holder, who checked it and whose HR recorded it.

    `staff_number` is that at the organisation that recorded it, or else one of the actor's own.
    """

    holder: str
    staff_number: str
    checked_by: str
    recorded_for: int
    organisation: str


def list_attendance(actor: Actor, session_id: int) -> list[RecognisedAward]:
    """Lists those of the actor's people who attended a session, by name, with the corrected certificate if any."""
    statement = _select_recognised(actor).where(Recognition.session_id == session_id).order_by(Person.name, Award.id)
    return [_recognised(row) for row in session.execute(statement)]


def list_trainings_for(actor: Actor, page: int) -> Pagination[RecognisedAward]:
    """Lists the recognised prior training of the actor's people, the latest recorded first."""
    statement = _select_recognised(actor).where(Recognition.session_id.is_(None))
    found = paginate(statement.order_by(Award.recorded_at.desc(), Award.id.desc()), page)
    return found.with_items([_recognised(row) for row in found.items])


def _select_recognised(actor: Actor) -> Select[*tuple[Any, ...]]:
    here = _staff_number(actor, Employment.organisation_id == Recognition.organisation_id)
    return (
        select_recorded()
        .add_columns(
            Person.name.label("holder"),
            func.coalesce(here, _staff_number(actor), "").label("staff_number"),
            Recognition.checked_by,
            Recognition.organisation_id.label("recorded_for"),
            Organisation.name.label("organisation"),
        )
        .join(Recognition, Recognition.award_id == Award.id)
        .join(Person, Person.id == Award.person_id)
        .join(Organisation, Organisation.id == Recognition.organisation_id)
        .where(seen_last(actor))
    )


def _staff_number(actor: Actor, *conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    # A person with two staff numbers in one organisation is listed once.
    return (
        select(func.min(Employment.staff_number))
        .where(Employment.person_id == Award.person_id, visible_employments(actor), *conditions)
        .scalar_subquery()
    )


def _recognised(row: Row[*tuple[Any, ...]]) -> RecognisedAward:
    return RecognisedAward(
        row.Award, row.name, row.Revocation, row.replaced_by, row.holder, row.staff_number, row.checked_by,
        row.recorded_for, row.organisation,
    )  # fmt: skip
