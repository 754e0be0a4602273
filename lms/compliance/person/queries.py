"""What is recorded of one person's learning, in one dated list. Answers are never part of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from lms.assessment.models import Attempt
from lms.catalogue.models import Course, CourseRevision, ModuleRevision
from lms.certification.api import print_serial
from lms.certification.models import Award, Revocation
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.kernel.db import session
from lms.learning.models import Completion


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One dated line of a person's record: what kind of fact, about which course, and what it says.

    `kind` is completion, attempt, award, revocation, exemption, or version: of a requirement. `detail` is the module's
    title, the serial, the exemption's kind, or why the requirement was changed; `passed` and `score` are an
    attempt's, None while it is open.
    """

    kind: str
    at: datetime
    on: date
    course: str
    detail: str = ""
    through: date | None = None
    passed: bool | None = None
    score: int | None = None
    withdrawn: bool = False


def list_history_events(persons: Collection[int], organisations: Collection[int]) -> list[HistoryEvent]:
    """Lists what is recorded of the learning of persons who are one, the latest first.

    Exemptions are those of some organisations only. Answers are never part of it. Days are those the facts carry; of
    completions and attempts, the UTC day.
    """
    numbers = sorted(persons)
    happened = [
        *_completions(numbers),
        *_attempts(numbers),
        *_earned(numbers),
        *_exempted(numbers, organisations),
    ]
    return sorted(happened, key=lambda each: (each.on, each.at), reverse=True)


def _completions(persons: Collection[int]) -> list[HistoryEvent]:
    rows = session.execute(
        select(Completion.recorded_at, Course.slug, CourseRevision.title, ModuleRevision.title)
        .join(Course, Course.id == Completion.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .join(ModuleRevision, ModuleRevision.id == Completion.module_revision_id)
        .where(Completion.person_id.in_(persons))
    )
    return [HistoryEvent("completion", at, at.date(), title or slug, name) for at, slug, title, name in rows]


def _attempts(persons: Collection[int]) -> list[HistoryEvent]:
    rows = session.execute(
        select(
            Attempt.started_at,
            Attempt.submitted_at,
            Course.slug,
            CourseRevision.title,
            Attempt.passed,
            Attempt.score,
        )
        .join(Course, Course.id == Attempt.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(Attempt.person_id.in_(persons))
    )
    return [
        HistoryEvent("attempt", at := sent or started, at.date(), title or slug, passed=passed, score=score)
        for started, sent, slug, title, passed, score in rows
    ]


def _earned(persons: Collection[int]) -> list[HistoryEvent]:
    rows = session.execute(
        select(
            Award.recorded_at,
            Award.earned_on,
            Award.valid_until,
            Award.serial,
            Award.printed,
            Revocation.effective_on,
            Revocation.recorded_at,
        )
        .outerjoin(Revocation, Revocation.award_id == Award.id)
        .where(Award.person_id.in_(persons))
    )
    happened = []
    for at, earned_on, until, serial, printed, revoked_on, revoked_at in rows:
        course = str(printed.get("course", ""))
        happened.append(HistoryEvent("award", at, earned_on, course, print_serial(serial), until))
        if revoked_on is not None:
            happened.append(HistoryEvent("revocation", revoked_at, revoked_on, course, print_serial(serial)))
    return happened


def _exempted(persons: Collection[int], organisations: Collection[int]) -> list[HistoryEvent]:
    rows = session.execute(
        select(
            Exemption.recorded_at,
            Exemption.from_on,
            Exemption.until_on,
            Exemption.kind,
            Exemption.retracted_at,
            Course.slug,
            CourseRevision.title,
        )
        .join(Requirement, Requirement.id == Exemption.requirement_id)
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(
            Exemption.person_id.in_(persons),
            or_(Exemption.organisation_id.is_(None), Exemption.organisation_id.in_(sorted(organisations))),
        )
    )
    return [
        HistoryEvent("exemption", at, from_on, title or slug, kind, until, withdrawn=withdrawn is not None)
        for at, from_on, until, kind, withdrawn, slug, title in rows
    ]


def list_versions_happened(requirement_ids: Collection[int]) -> list[HistoryEvent]:
    """Lists when requirements began, changed and end, with the reason given."""
    rows = session.execute(
        select(
            RequirementVersion.recorded_at,
            RequirementVersion.effective_from,
            RequirementVersion.effective_through,
            RequirementVersion.reason,
            Course.slug,
            CourseRevision.title,
        )
        .join(Requirement, Requirement.id == RequirementVersion.requirement_id)
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return [
        HistoryEvent("version", at, from_on, title or slug, reason, through)
        for at, from_on, through, reason, slug, title in rows
    ]
