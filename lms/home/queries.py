"""Every SELECT of the front door: the few things that no single room below can say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from lms.assessment.models import Attempt
from lms.catalogue.models import Course, CourseRevision, ModuleRevision, Publication
from lms.compliance.requirements.models import Exemption, Requirement
from lms.kernel.db import session
from lms.kernel.outbox import MOST_TRIES, OutboxRow
from lms.learning.models import Completion
from lms.pathways.models import PathwayVersion
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector

MOST_LINES = 500
"""The most lines of one kind that a record shows: more than a working life of courses makes."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where somebody works: their sector, and their station's pathway where one is written."""

    sector: Sector
    pathway: PathwayVersion | None


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """One placement of a person; the sector is the model, for its name in any language."""

    organisation: str
    staff_number: str
    station: str
    sector: Sector
    role: str
    contract: str
    works_with_children: bool
    from_on: date
    through_on: date | None


@dataclass(frozen=True, slots=True)
class CompletionLine:
    """One module a person completed, with its title as they read it."""

    course: str
    module: str
    language: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One quiz a person started; without a moment of submission it is still open."""

    attempt_id: int
    course: str
    started_at: datetime
    submitted_at: datetime | None
    score: int | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class ExemptionLine:
    """One time in which a person need not hold a course; without a last day while it is open."""

    course: str
    kind: str
    reason: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is in the house; the last publication's moment is empty before the first."""

    organisations: int
    people: int
    courses: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxState:
    """What waits to be done: all of it, what failed and is tried again, what has been given up; and why."""

    waiting: int
    failing: int
    given_up: int
    errors: tuple[str, ...]


_newest = (
    select(func.max(PathwayVersion.number))
    .where(PathwayVersion.station_id == bindparam("station"))
    .scalar_subquery()
)
# Asked whenever somebody opens their page, so written once: writing a statement costs more than asking it.
SURROUNDINGS = (
    select(Sector, PathwayVersion)
    .outerjoin(
        PathwayVersion,
        (PathwayVersion.station_id == bindparam("station")) & (PathwayVersion.number == _newest),
    )
    .where(Sector.slug == bindparam("sector"))
)


def find_surroundings(sector: str | None, station_id: int | None) -> Surroundings | None:
    """Finds somebody's sector and their station's current pathway, in one query."""
    row = session.execute(SURROUNDINGS, {"sector": sector, "station": station_id}).one_or_none()
    return Surroundings(row[0], row[1]) if row is not None else None


def list_organisation_names(ids: Collection[int]) -> dict[int, str]:
    """Returns the names of organisations by their numbers; asks nothing where none are wanted."""
    if not ids:
        return {}
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: row.name for row in rows}


def list_placements_of(person_id: int) -> Sequence[PlacementLine]:
    """Lists what the record says of where a person worked, the latest first; withdrawn placements are left out."""
    rows = session.execute(
        select(
            Organisation.name,
            Employment.staff_number,
            DutyStation.name,
            Sector,
            Placement.role,
            Placement.contract,
            Placement.works_with_children,
            Placement.from_on,
            Placement.through_on,
        )
        .join(Employment, Placement.employment_id == Employment.id)
        .join(Organisation, Employment.organisation_id == Organisation.id)
        .join(DutyStation, Placement.station_id == DutyStation.id)
        .join(Sector, Placement.sector == Sector.slug)
        .where(Employment.person_id == person_id, Placement.retracted_at.is_(None))
        .order_by(Placement.from_on.desc(), Placement.id.desc())
        .limit(MOST_LINES)
    )
    return [PlacementLine(*row) for row in rows]


def list_completions_of(person_id: int) -> Sequence[CompletionLine]:
    """Lists the modules a person completed, the latest first."""
    rows = session.execute(
        select(
            func.coalesce(CourseRevision.title, Course.slug),
            ModuleRevision.title,
            Completion.language,
            Completion.recorded_at,
        )
        .join(Course, Completion.course_id == Course.id)
        .join(ModuleRevision, Completion.module_revision_id == ModuleRevision.id)
        .outerjoin(CourseRevision, Course.current_revision_id == CourseRevision.id)
        .where(Completion.person_id == person_id)
        .order_by(Completion.recorded_at.desc(), Completion.id.desc())
        .limit(MOST_LINES)
    )
    return [CompletionLine(*row) for row in rows]


def list_attempts_of(person_id: int) -> Sequence[AttemptLine]:
    """Lists the quizzes a person started, the latest first, without what they answered."""
    rows = session.execute(
        select(
            Attempt.id,
            CourseRevision.title,
            Attempt.started_at,
            Attempt.submitted_at,
            Attempt.score,
            Attempt.passed,
        )
        .join(CourseRevision, Attempt.course_revision_id == CourseRevision.id)
        .where(Attempt.person_id == person_id)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(MOST_LINES)
    )
    return [AttemptLine(*row) for row in rows]


def list_exemptions_of(person_id: int) -> Sequence[ExemptionLine]:
    """Lists a person's exemptions, the latest first; withdrawn ones are left out."""
    rows = session.execute(
        select(
            func.coalesce(CourseRevision.title, Course.slug),
            Exemption.kind,
            Exemption.reason,
            Exemption.from_on,
            Exemption.until_on,
        )
        .join(Requirement, Exemption.requirement_id == Requirement.id)
        .join(Course, Requirement.course_id == Course.id)
        .outerjoin(CourseRevision, Course.current_revision_id == CourseRevision.id)
        .where(Exemption.person_id == person_id, Exemption.retracted_at.is_(None))
        .order_by(Exemption.from_on.desc(), Exemption.id.desc())
        .limit(MOST_LINES)
    )
    return [ExemptionLine(*row) for row in rows]


def count_house() -> Counts:
    """Counts organisations, people and offered courses, in one query."""
    row = session.execute(
        select(
            select(func.count(Organisation.id)).scalar_subquery(),
            select(func.count(Person.id)).scalar_subquery(),
            select(func.count(Course.id))
            .where(Course.retired_at.is_(None), Course.current_revision_id.is_not(None))
            .scalar_subquery(),
            select(func.max(Publication.recorded_at)).scalar_subquery(),
        )
    ).one()
    return Counts(*row)


def find_outbox_state() -> OutboxState:
    """Counts what waits in the outbox, and names the classes of errors, never their texts."""
    still = OutboxRow.done_at.is_(None)
    waiting, failing, given_up = session.execute(
        select(
            func.count(OutboxRow.id),
            func.count(OutboxRow.id).filter(OutboxRow.last_error != "", OutboxRow.tries < MOST_TRIES),
            func.count(OutboxRow.id).filter(OutboxRow.tries >= MOST_TRIES),
        ).where(still)
    ).one()
    errors = session.scalars(
        select(OutboxRow.last_error)
        .where(still, OutboxRow.last_error != "")
        .distinct()
        .order_by(OutboxRow.last_error)
    ).all()
    return OutboxState(waiting, failing, given_up, tuple(errors))
