"""Queries for requirements and their versions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from lms.catalogue.models import Course, CourseRevision
from lms.compliance import policy
from lms.compliance.requirements.models import Requirement, RequirementVersion
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.people.models import Organisation


@dataclass(frozen=True, slots=True)
class ListedRequirement:
    """A requirement with the names of its course and owner; `organisation` is None for all organisations."""

    requirement: Requirement
    course: str
    organisation: str | None

    @property
    def id(self) -> int:
        """Returns the requirement's id."""
        return self.requirement.id


def organisations_in_scope(actor: Actor) -> frozenset[int] | None:
    """Returns the organisations whose people an actor's requirements and counts cover; None for all."""
    return None if actor.has(Role.ADMIN) else actor.organisations(Role.HR)


def applies_in(requirement_id: int, organisation_id: int) -> bool:
    """Says whether a requirement is for all organisations or the organisation's own."""
    statement = select(Requirement.id).where(
        Requirement.id == requirement_id,
        or_(Requirement.organisation_id.is_(None), Requirement.organisation_id == organisation_id),
    )
    return session.scalar(statement) is not None


def list_requirements_for(actor: Actor) -> list[ListedRequirement]:
    """Lists the requirements an actor may see, by course."""
    return [ListedRequirement(*row) for row in session.execute(_requirements(actor))]


def load_requirement_for(actor: Actor, requirement_id: int) -> ListedRequirement:
    """Loads a requirement; raises NotThere where it is unknown or not for the actor."""
    row = session.execute(_requirements(actor).where(Requirement.id == requirement_id)).one_or_none()
    return ListedRequirement(*require_found(row))


def list_versions(requirement_ids: Collection[int]) -> Sequence[RequirementVersion]:
    """Lists the versions of requirements in the order in which they take effect; of one day, the last replaces."""
    return session.scalars(
        select(RequirementVersion)
        .where(RequirementVersion.requirement_id.in_(sorted(requirement_ids)))
        .order_by(RequirementVersion.effective_from, RequirementVersion.recorded_at, RequirementVersion.id)
    ).all()


def _requirements(actor: Actor) -> Select[Requirement, str, str]:
    course = func.coalesce(CourseRevision.title, Course.slug).label("course")
    return (
        select(Requirement, course, Organisation.name.label("organisation"))
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .outerjoin(Organisation, Organisation.id == Requirement.organisation_id)
        .where(policy.visible_requirements(actor))
        .order_by(course, Requirement.id)
    )
