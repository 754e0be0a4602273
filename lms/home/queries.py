"""Every SELECT of home: what needs tables of several packages. Rows are read by the names of their columns."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import FromClause, Row, exists, func, select, union

from lms.assessment.api import best_score, has_passed
from lms.assessment.models import Attempt
from lms.catalogue.api import with_course_title
from lms.catalogue.models import Course, CourseRevision, ModuleRevision, Publication
from lms.compliance.requirements.models import Exemption, Requirement
from lms.kernel.db import session
from lms.kernel.outbox import MOST_TRIES, OutboxRow, quick_kinds
from lms.learning.models import Completion
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector

MAX_LINES = 500
"""The most lines of one kind that My record shows."""


def list_placements_of(person_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Returns the placements of a person's records, the latest first; withdrawn ones are left out."""
    return session.execute(
        select(
            Organisation.name.label("organisation"),
            Employment.staff_number,
            DutyStation.name.label("station"),
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
    ).all()


def list_completions_of(person_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Returns the modules completed, the latest first."""
    return session.execute(
        with_course_title(
            select(Completion.language, Completion.recorded_at, ModuleRevision.title.label("module"))
            .join(ModuleRevision, Completion.module_revision_id == ModuleRevision.id)
            .where(Completion.person_id.in_(person_ids))
            .order_by(Completion.recorded_at.desc(), Completion.id.desc())
            .limit(MAX_LINES),
            Completion.course_id,
        )
    ).all()


def list_attempts_of(person_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Returns the attempts, the latest first, without responses."""
    return session.execute(
        select(
            Attempt.id.label("attempt_id"),
            CourseRevision.title.label("course"),
            Attempt.started_at,
            Attempt.submitted_at,
            Attempt.written_on,
            best_score().label("score"),
            has_passed().label("passed"),
        )
        .join(CourseRevision, Attempt.course_revision_id == CourseRevision.id)
        .where(Attempt.person_id.in_(person_ids))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(MAX_LINES)
    ).all()


def list_exemptions_of(person_ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Returns the exemptions, the latest first, without withdrawn ones; `course` is None for everything required."""
    return session.execute(
        with_course_title(
            select(Exemption.kind, Exemption.reason, Exemption.from_on, Exemption.until_on)
            .outerjoin(Requirement, Exemption.requirement_id == Requirement.id)
            .where(Exemption.person_id.in_(person_ids), Exemption.retracted_at.is_(None))
            .order_by(Exemption.from_on.desc(), Exemption.id.desc())
            .limit(MAX_LINES),
            Requirement.course_id,
        )
    ).all()


def count_installation() -> Row[*tuple[Any, ...]]:
    """Returns the totals of this installation and the time of its last publication, in one query."""
    offered = (Course.retired_at.is_(None), Course.current_revision_id.is_not(None))
    return session.execute(
        select(
            select(func.count(Organisation.id)).scalar_subquery().label("organisations"),
            select(func.count(Person.id)).scalar_subquery().label("people"),
            select(func.count(Course.id)).where(*offered).scalar_subquery().label("courses"),
            select(func.max(Publication.recorded_at)).scalar_subquery().label("published_at"),
        )
    ).one()


def count_outbox() -> Row[*tuple[Any, ...]]:
    """Returns the counts of background work not done: ``waiting`` all, ``failing`` retried, ``given_up`` for good."""
    return session.execute(
        select(
            func.count(OutboxRow.id).label("waiting"),
            func.count(OutboxRow.id).filter(OutboxRow.last_error != "", OutboxRow.tries < MOST_TRIES).label("failing"),
            func.count(OutboxRow.id).filter(OutboxRow.tries >= MOST_TRIES).label("given_up"),
        ).where(OutboxRow.done_at.is_(None))
    ).one()


def count_waiting_work() -> dict[str, Row[*tuple[Any, ...]]]:
    """Returns ``waiting``, ``given_up`` and ``oldest_at`` of mails and of jobs that are not done; none where all is."""
    open_rows = OutboxRow.done_at.is_(None)
    counted = select(
        func.count(OutboxRow.id).label("waiting"),
        func.count(OutboxRow.id).filter(OutboxRow.tries >= MOST_TRIES).label("given_up"),
        func.min(OutboxRow.recorded_at).label("oldest_at"),
    ).where(open_rows)
    is_mail = OutboxRow.kind.in_(quick_kinds())
    return {
        "mail": session.execute(counted.where(is_mail)).one(),
        "job": session.execute(counted.where(~is_mail)).one(),
    }


def list_outbox_errors() -> Sequence[str]:
    """Returns the classes of the errors of background work, never their texts."""
    failed = select(OutboxRow.last_error).where(OutboxRow.done_at.is_(None), OutboxRow.last_error != "")
    return session.scalars(failed.distinct().order_by(OutboxRow.last_error)).all()


def list_time_zones() -> list[str]:
    """Returns the names of all time zones of duty stations and organisations."""
    return list(session.scalars(union(select(DutyStation.time_zone), select(Organisation.time_zone))))


def read_first_rows(tables: Iterable[FromClause]) -> None:
    """Reads from every table once; raises ``DBAPIError`` where one cannot be read."""
    session.execute(select(*(exists(select(1).select_from(table)) for table in tables)))
