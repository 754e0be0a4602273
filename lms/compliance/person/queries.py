"""Queries for one person's history: what is recorded, as dated events. Answers to questions are not part of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from lms.assessment.api import best_score, has_passed
from lms.assessment.models import Attempt
from lms.audit.api import list_reasons
from lms.catalogue.models import Course, CourseRevision, ModuleRevision
from lms.certification.api import print_serial
from lms.certification.models import Award, Recognition, Revocation
from lms.compliance.person.timeline import StatusPeriod
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.kernel.db import session
from lms.kernel.i18n import gettext as _
from lms.learning.models import Completion
from lms.people.api import list_placements_of
from lms.people.models import Employment, PersonMerge, Placement

NOT_RECORDED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NamedPlacement:
    """A placement with its employment and the name of its sector."""

    placement: Placement
    employment: Employment
    sector_name: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One dated line of a person's history.

    `kind` is completion, attempt, award, revocation or exemption; version (of a requirement); placement_start,
    placement_end, merge, merge_undone or status. `detail` is the module's title, the serial, the exemption's kind,
    the reason of a version, or paper for an attempt that was not taken online; `passed` and `score` are an attempt's,
    None while it is open. `fact` is the row that HR recorded, with the `reason` given and, once withdrawn, the
    `end_reason`; `is_own` says that it was for an organisation of the actor's.
    """

    kind: str
    on: date
    recorded_at: datetime = NOT_RECORDED
    course: str = ""
    organisation: str = ""
    detail: str = ""
    through: date | None = None
    passed: bool | None = None
    score: int | None = None
    fact: Award | Revocation | Exemption | RequirementVersion | None = None
    reason: str = ""
    end_reason: str = ""
    is_own: bool = True
    placement: NamedPlacement | None = None
    merge: PersonMerge | None = None
    period: StatusPeriod | None = None


def list_named_placements(employments: Sequence[Employment], sectors: Mapping[str, str]) -> list[NamedPlacement]:
    """Lists the placements of some employments, the latest first; `sectors` are names by slug."""
    by_id = {each.id: each for each in employments}
    return [
        NamedPlacement(each, by_id[each.employment_id], sectors.get(each.sector, each.sector))
        for each in list_placements_of(list(by_id))
    ]


def list_learning_events(persons: Collection[int], organisations: Collection[int]) -> list[HistoryEvent]:
    """Lists what is recorded about the learning of merged persons, with the exemptions in some organisations.

    Days are those of the facts; of completions and attempts, the UTC day, of quizzes on paper the day on it.
    """
    ids = sorted(persons)
    return [*_completions(ids), *_attempts(ids), *_awards(ids, organisations), *_exemptions(ids, organisations)]


def list_version_events(requirement_ids: Collection[int]) -> list[HistoryEvent]:
    """Lists the days from which versions of requirements are in force, with the reason given."""
    statement = (
        select(RequirementVersion)
        .join(Requirement, Requirement.id == RequirementVersion.requirement_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return [
        HistoryEvent(
            "version", row.RequirementVersion.effective_from, row.RequirementVersion.recorded_at, course=row.course,
            detail=row.RequirementVersion.reason, fact=row.RequirementVersion,
        )
        for row in _with_course(statement, Requirement.course_id)
    ]  # fmt: skip


def _completions(persons: Collection[int]) -> list[HistoryEvent]:
    statement = (
        select(Completion.recorded_at, ModuleRevision.title.label("module"))
        .join(ModuleRevision, ModuleRevision.id == Completion.module_revision_id)
        .where(Completion.person_id.in_(persons))
    )
    return [
        HistoryEvent("completion", row.recorded_at.date(), row.recorded_at, course=row.course, detail=row.module)
        for row in _with_course(statement, Completion.course_id)
    ]


def _attempts(persons: Collection[int]) -> list[HistoryEvent]:
    at = func.coalesce(Attempt.submitted_at, Attempt.started_at).label("at")
    passed, score = has_passed().label("passed"), best_score().label("score")
    statement = select(at, Attempt.written_on, passed, score).where(Attempt.person_id.in_(persons))
    return [
        HistoryEvent(
            "attempt", row.written_on or row.at.date(), row.at, course=row.course,
            detail="paper" if row.written_on else "", passed=row.passed, score=row.score,
        )
        for row in _with_course(statement, Attempt.course_id)
    ]  # fmt: skip


def _awards(persons: Collection[int], organisations: Collection[int]) -> list[HistoryEvent]:
    recorded_for = func.coalesce(Recognition.organisation_id, Award.organisation_id).label("recorded_for")
    rows = session.execute(
        select(Award, Revocation, recorded_for)
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .outerjoin(Recognition, Recognition.award_id == Award.id)
        .where(Award.person_id.in_(persons))
    )
    events = []
    for row in rows:
        award, revocation = row.Award, row.Revocation
        event = HistoryEvent(
            "award", award.earned_on, award.recorded_at, course=str(award.printed.get("course", "")),
            detail=print_serial(award.serial), through=award.valid_until, fact=award,
            is_own=row.recorded_for in organisations,
        )  # fmt: skip
        events.append(event)
        if revocation is not None:
            events.append(
                replace(
                    event,
                    kind="revocation",
                    on=revocation.effective_on,
                    recorded_at=revocation.recorded_at,
                    through=None,
                    fact=revocation,
                    reason=revocation.reason,
                )
            )
    return events


def _exemptions(persons: Collection[int], organisations: Collection[int]) -> list[HistoryEvent]:
    statement = (
        select(Exemption, func.coalesce(CourseRevision.title, Course.slug).label("course"))
        .outerjoin(Requirement, Requirement.id == Exemption.requirement_id)
        .outerjoin(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(
            Exemption.person_id.in_(persons),
            or_(Exemption.organisation_id.is_(None), Exemption.organisation_id.in_(sorted(organisations))),
        )
    )
    rows = session.execute(statement).all()
    everything = _("Everything required")
    withdrawn = [row.Exemption.id for row in rows if row.Exemption.retracted_at is not None]
    reasons = list_reasons("compliance.withdraw_exemption", "exemption", withdrawn)
    return [
        HistoryEvent(
            "exemption", row.Exemption.from_on, row.Exemption.recorded_at, course=row.course or everything,
            detail=row.Exemption.kind, through=row.Exemption.until_on, fact=row.Exemption, reason=row.Exemption.reason,
            end_reason=reasons.get(row.Exemption.id, ""),
        )
        for row in rows
    ]  # fmt: skip


def _with_course(
    statement: Select[*tuple[Any, ...]], course_id: InstrumentedAttribute[int]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Runs a statement with the title of a course beside each row, as `course`."""
    return session.execute(
        statement.add_columns(func.coalesce(CourseRevision.title, Course.slug).label("course"))
        .join(Course, Course.id == course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
    ).all()
