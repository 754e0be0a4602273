"""What the pages of compliance list: requirements and their versions, choices, names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from lms.catalogue.models import Course, CourseRevision
from lms.compliance import policy
from lms.compliance.requirements.models import Requirement, RequirementVersion
from lms.kernel.actor import Actor, Role
from lms.kernel.db import LARGEST_ID, session
from lms.kernel.errors import NotThere
from lms.people.models import Employment, Organisation


def asked_organisations(actor: Actor) -> frozenset[int] | None:
    """Returns the organisations among which the actor may ask something of people; None for all."""
    return None if actor.has(Role.ADMIN) else actor.organisations(Role.HR)


def find_employed(organisation_id: int, staff_number: str) -> int | None:
    """Finds the person who has a staff number at an organisation, whatever the case."""
    return session.scalars(
        select(Employment.person_id)
        .where(
            Employment.organisation_id == organisation_id,
            func.lower(Employment.staff_number) == func.lower(staff_number.strip()),
        )
        .limit(1)
    ).one_or_none()


def employers_of(person_id: int) -> frozenset[int]:
    """Returns the organisations a person is or was employed at."""
    statement = select(Employment.organisation_id).where(Employment.person_id == person_id)
    return frozenset(session.scalars(statement))


def applies_in(requirement_id: int, organisation_id: int) -> bool:
    """Says whether a requirement is the house's or the organisation's own."""
    mine = or_(Requirement.organisation_id.is_(None), Requirement.organisation_id == organisation_id)
    found = session.scalar(select(Requirement.id).where(Requirement.id == requirement_id, mine))
    return found is not None


@dataclass(frozen=True, slots=True)
class ListedRequirement:
    """A requirement with the words of its course and owner; `organisation` is None for the whole house."""

    requirement: Requirement
    course: str
    course_slug: str
    organisation: str | None

    @property
    def id(self) -> int:
        """Returns the requirement's row number."""
        return self.requirement.id


def _requirements(actor: Actor) -> Select[Requirement, str, str, str]:
    return (
        select(Requirement, CourseRevision.title, Course.slug, Organisation.name)
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .outerjoin(Organisation, Organisation.id == Requirement.organisation_id)
        .where(policy.visible_requirements(actor))
        .order_by(CourseRevision.title, Requirement.id)
    )


def _listed(
    requirement: Requirement, title: str | None, slug: str, organisation: str | None
) -> ListedRequirement:
    return ListedRequirement(requirement, title or slug, slug, organisation)


def list_requirements_for(actor: Actor) -> list[ListedRequirement]:
    """Lists the requirements an actor may see, by course."""
    return [_listed(*row) for row in session.execute(_requirements(actor))]


def load_requirement_for(actor: Actor, requirement_id: int) -> ListedRequirement:
    """Loads a requirement; raises NotThere where it is unknown or not for the actor."""
    if requirement_id > LARGEST_ID:
        raise NotThere
    row = session.execute(_requirements(actor).where(Requirement.id == requirement_id)).one_or_none()
    if row is None:
        raise NotThere
    return _listed(*row)


def list_versions(requirement_id: int) -> Sequence[RequirementVersion]:
    """Lists the versions of a requirement, the first recorded first."""
    return session.scalars(
        select(RequirementVersion)
        .where(RequirementVersion.requirement_id == requirement_id)
        .order_by(RequirementVersion.id)
    ).all()


def list_versions_of(requirement_ids: Collection[int]) -> Sequence[RequirementVersion]:
    """Lists the versions of several requirements, the first recorded first."""
    return session.scalars(
        select(RequirementVersion)
        .where(RequirementVersion.requirement_id.in_(sorted(requirement_ids)))
        .order_by(RequirementVersion.id)
    ).all()
