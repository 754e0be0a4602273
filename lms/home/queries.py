"""Every SELECT of home: what needs tables of several packages."""

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

MAX_LINES = 500
"""The most lines of one kind that My record shows."""


@dataclass(frozen=True, slots=True)
class WorkContext:
    """Where somebody works: their sector, and their station's current referral pathway where there is one."""

    sector: Sector
    pathway: PathwayVersion | None


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """One placement; the sector is the model, for its name in any language."""

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
    """One completed module, with its title as it was read."""

    course: str
    module: str
    language: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt; ``submitted_at`` is None while it is open."""

    attempt_id: int
    course: str
    started_at: datetime
    submitted_at: datetime | None
    score: int | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class ExemptionLine:
    """One exemption from a course; without a last day while it is open."""

    course: str
    kind: str
    reason: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class InstallationCounts:
    """Totals of this installation; ``published_at`` is None before the first publication."""

    organisations: int
    people: int
    courses: int
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxState:
    """Background work not done: all of it, what failed and is retried, what was given up; and the kinds of error."""

    waiting: int
    failing: int
    given_up: int
    errors: tuple[str, ...]


_newest = (
    select(func.max(PathwayVersion.number)).where(PathwayVersion.station_id == bindparam("station")).scalar_subquery()
)
# Built once: building the statement costs more than running it.
_WORK_CONTEXT = (
    select(Sector, PathwayVersion)
    .outerjoin(PathwayVersion, (PathwayVersion.station_id == bindparam("station")) & (PathwayVersion.number == _newest))
    .where(Sector.slug == bindparam("sector"))
)


def find_work_context(sector: str | None, station_id: int | None) -> WorkContext | None:
    """Returns a sector and a station's current pathway, in one query."""
    row = session.execute(_WORK_CONTEXT, {"sector": sector, "station": station_id}).one_or_none()
    return WorkContext(row[0], row[1]) if row is not None else None


def list_organisation_names(ids: Collection[int]) -> dict[int, str]:
    """Returns the names of organisations by their ids."""
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: row.name for row in rows}


def list_placements_of(person_ids: Collection[int]) -> Sequence[PlacementLine]:
    """Returns the placements of a person's records, the latest first; withdrawn ones are left out."""
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
        .where(Employment.person_id.in_(person_ids), Placement.retracted_at.is_(None))
        .order_by(Placement.from_on.desc(), Placement.id.desc())
        .limit(MAX_LINES)
    )
    return [PlacementLine(*row) for row in rows]


def list_completions_of(person_ids: Collection[int]) -> Sequence[CompletionLine]:
    """Returns the modules completed, the latest first."""
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
        .where(Completion.person_id.in_(person_ids))
        .order_by(Completion.recorded_at.desc(), Completion.id.desc())
        .limit(MAX_LINES)
    )
    return [CompletionLine(*row) for row in rows]


def list_attempts_of(person_ids: Collection[int]) -> Sequence[AttemptLine]:
    """Returns the attempts, the latest first, without responses."""
    rows = session.execute(
        select(
            Attempt.id, CourseRevision.title, Attempt.started_at, Attempt.submitted_at, Attempt.score, Attempt.passed
        )
        .join(CourseRevision, Attempt.course_revision_id == CourseRevision.id)
        .where(Attempt.person_id.in_(person_ids))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(MAX_LINES)
    )
    return [AttemptLine(*row) for row in rows]


def list_exemptions_of(person_ids: Collection[int]) -> Sequence[ExemptionLine]:
    """Returns the exemptions, the latest first; withdrawn ones are left out."""
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
        .where(Exemption.person_id.in_(person_ids), Exemption.retracted_at.is_(None))
        .order_by(Exemption.from_on.desc(), Exemption.id.desc())
        .limit(MAX_LINES)
    )
    return [ExemptionLine(*row) for row in rows]


def count_installation() -> InstallationCounts:
    """Returns the totals of organisations, people and offered courses, in one query."""
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
    return InstallationCounts(*row)


def find_outbox_state() -> OutboxState:
    """Returns the counts of the outbox and the classes of its errors, never their texts."""
    still = OutboxRow.done_at.is_(None)
    waiting, failing, given_up = session.execute(
        select(
            func.count(OutboxRow.id),
            func.count(OutboxRow.id).filter(OutboxRow.last_error != "", OutboxRow.tries < MOST_TRIES),
            func.count(OutboxRow.id).filter(OutboxRow.tries >= MOST_TRIES),
        ).where(still)
    ).one()
    errors = session.scalars(
        select(OutboxRow.last_error).where(still, OutboxRow.last_error != "").distinct().order_by(OutboxRow.last_error)
    ).all()
    return OutboxState(waiting, failing, given_up, tuple(errors))
