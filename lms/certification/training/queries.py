"""Every SELECT of in-person sessions and recognised prior training."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from lms.catalogue.api import PublishedCourse, load_course_revision
from lms.catalogue.models import Course, CourseRevision
from lms.certification import policy
from lms.certification.awards.rules import print_serial
from lms.certification.awards.states import AwardState, state_on
from lms.certification.models import Award, Recognition, Revocation, SessionWithdrawal, TrainingSession
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import DutyStation, Employment, Organisation, Person

_Successor = aliased(Award)


@dataclass(frozen=True, slots=True)
class MatchedStaff:
    """A person who was found by a staff number."""

    person_id: int
    staff_number: str
    name: str


def find_staff(organisation_id: int, numbers: Collection[str]) -> dict[str, MatchedStaff]:
    """Finds the people who have staff numbers at an organisation, by the number in lower case."""
    lowered = {number.lower() for number in numbers}
    statement = (
        select(Employment.person_id, Employment.staff_number, Person.name)
        .join(Person, Person.id == Employment.person_id)
        .where(
            Employment.organisation_id == organisation_id,
            or_(Employment.staff_number.in_(numbers), func.lower(Employment.staff_number).in_(lowered)),
        )
    )
    return {
        row.staff_number.lower(): MatchedStaff(row.person_id, row.staff_number, row.name)
        for row in session.execute(statement)
    }


def list_numbers_elsewhere(organisation_id: int, numbers: Collection[str]) -> set[str]:
    """Returns those of some staff numbers, in lower case, that another organisation has given to somebody."""
    # All three spellings are listed, because a function on the column would bypass its index.
    variants = {form for number in numbers for form in (number, number.lower(), number.upper())}
    statement = select(Employment.staff_number).where(
        Employment.staff_number.in_(variants), Employment.organisation_id != organisation_id
    )
    return {number.lower() for number in session.scalars(statement)}


@dataclass(frozen=True, slots=True)
class AwardPeriod:
    """The days of an award that was neither revoked nor replaced, both included."""

    earned_on: date
    valid_until: date


def list_award_periods(person_ids: Collection[int], course_id: int, sector: str | None) -> dict[int, list[AwardPeriod]]:
    """Lists the days of the awards of a course that count, by person; with a sector those of that sector."""
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
    found: dict[int, list[AwardPeriod]] = {}
    for row in session.execute(statement):
        found.setdefault(row.person_id, []).append(AwardPeriod(row.earned_on, row.valid_until))
    return found


def find_course_on(course_id: int, day: date) -> PublishedCourse | None:
    """Finds the revision of a course that was published on a day: the present one, else the last one before the day.

    A day before the first publication counts as the first revision.
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
    """Finds the session that a form has already recorded."""
    return session.scalar(select(TrainingSession).where(TrainingSession.token == token))


def find_station(station_id: int) -> DutyStation | None:
    """Finds a duty station by its number."""
    return session.get(DutyStation, station_id)


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session with its names; `attended` counts the people whose award came from it."""

    training_session: TrainingSession
    course: str
    organisation: str
    station: str
    withdrawal: SessionWithdrawal | None
    attended: int


def _listed_session(row: Row[TrainingSession, str, str, str, SessionWithdrawal, int]) -> ListedSession:
    return ListedSession(
        row.TrainingSession, row.course, row.organisation, row.station, row.SessionWithdrawal, row.attended
    )


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
        .where(policy.recorded_by_own_hr(actor, TrainingSession.organisation_id))
        .order_by(TrainingSession.held_on.desc(), TrainingSession.id.desc())
    )


def list_sessions_for(actor: Actor, course_id: int | None, page: int) -> Pagination[ListedSession]:
    """Lists the sessions of the actor's organisations, the latest first, of one course where it is given."""
    statement = _sessions(actor)
    if course_id is not None:
        statement = statement.where(TrainingSession.course_id == course_id)
    found = paginate(statement, page)
    return found.with_items([_listed_session(row) for row in found.items])


def list_courses_of_sessions(actor: Actor) -> list[tuple[int, str]]:
    """Lists the courses of the sessions of the actor's organisations: id and title, by title."""
    rows = session.execute(
        select(TrainingSession.course_id, func.max(CourseRevision.title).label("title"))
        .join(CourseRevision, CourseRevision.id == TrainingSession.course_revision_id)
        .where(policy.recorded_by_own_hr(actor, TrainingSession.organisation_id))
        .group_by(TrainingSession.course_id)
        .order_by("title")
    )
    return [(row.course_id, row.title) for row in rows]


def load_session_for(actor: Actor, session_id: int) -> ListedSession:
    """Loads a session; raises NotThere where it is unknown or not for the actor."""
    if session_id > LARGEST_ID:
        raise NotThere
    row = session.execute(_sessions(actor).where(TrainingSession.id == session_id)).one_or_none()
    if row is None:
        raise NotThere
    return _listed_session(row)


def lock_session(session_id: int) -> None:
    """Locks a session, so that one transaction at a time withdraws it."""
    session.execute(locked(select(TrainingSession.id).where(TrainingSession.id == session_id)))


def find_withdrawal(session_id: int) -> SessionWithdrawal | None:
    """Finds the withdrawal of a session."""
    return session.get(SessionWithdrawal, session_id)


def list_current_awards_of_session(session_id: int) -> Sequence[Award]:
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
    """An award of a session or of prior training with its holder, and its state today in the zone it was earned."""

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
    state: AwardState


def list_attendance(session_id: int) -> list[RecognisedRow]:
    """Lists who attended a session, by name, with the corrected certificate where there is one."""
    statement = _recognised().where(Recognition.session_id == session_id)
    rows = session.execute(statement.order_by(Person.name, Award.id)).all()
    return [_recognised_row(row) for row in rows]


def list_trainings_for(actor: Actor, page: int) -> Pagination[RecognisedRow]:
    """Lists the prior training that the actor's organisations recognised, the latest recorded first."""
    statement = _recognised().where(
        Recognition.session_id.is_(None), policy.recorded_by_own_hr(actor, Recognition.organisation_id)
    )
    found = paginate(statement.order_by(Award.recorded_at.desc(), Award.id.desc()), page)
    return found.with_items([_recognised_row(row) for row in found.items])


def _recognised() -> Select[Award, str, str, str, date]:
    # A person with two staff numbers in one organisation is listed once.
    number = (
        select(func.min(Employment.staff_number))
        .where(Employment.person_id == Award.person_id, Employment.organisation_id == Recognition.organisation_id)
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


def _recognised_row(row: Row[Award, str, str, str, date]) -> RecognisedRow:
    award = row.Award
    return RecognisedRow(
        person_id=award.person_id,
        name=row.name,
        staff_number=row.number or "",
        serial=print_serial(award.serial),
        course=award.printed["course"],
        sector=award.sector or "",
        earned_on=award.earned_on,
        valid_until=award.valid_until,
        evidence=award.evidence,
        checked_by=row.checked_by,
        state=state_on(
            clock.today(award.zone), valid_until=award.valid_until, revoked_on=row.effective_on, replaced=False
        ),
    )
