"""What the pages of compliance list: requirements and their versions, choices, names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from lms.accounts.models import Account
from lms.catalogue.models import Course, CourseRevision, Edition
from lms.compliance import policy
from lms.compliance.models import Requirement, RequirementVersion
from lms.compliance.queries.facts import CourseWords
from lms.kernel.actor import Actor, Role
from lms.kernel.db import LARGEST_ID, session
from lms.kernel.errors import NotThere
from lms.people.models import DutyStation, Employment, Organisation, Person, PersonMerge, Placement


def list_reported_organisations(actor: Actor) -> Sequence[Organisation]:
    """Lists the organisations whose report the actor may see, by name."""
    return session.scalars(
        select(Organisation).where(policy.reported_organisations(actor)).order_by(Organisation.name)
    ).all()


def list_covered_organisations(actor: Actor) -> Sequence[Organisation]:
    """Lists the organisations whose counts flow into the actor's coverage, by name."""
    return session.scalars(
        select(Organisation).where(policy.covered_organisations(actor)).order_by(Organisation.name)
    ).all()


def asked_organisations(actor: Actor) -> frozenset[int] | None:
    """Returns the organisations among which the actor may ask something of people; None for all."""
    return None if actor.has(Role.ADMIN) else actor.organisations(Role.HR)


@dataclass(frozen=True, slots=True)
class Choices:
    """What people are placed as: the words that filters and matches can choose from, sorted."""

    stations: tuple[tuple[int, str, str], ...]
    roles: tuple[str, ...]
    contracts: tuple[str, ...]


def find_choices(organisations: Collection[int] | None) -> Choices:
    """Finds the stations (row number, slug, name), roles and contracts ever used in some organisations.

    None asks for all organisations.
    """
    statement = (
        select(DutyStation.id, DutyStation.slug, DutyStation.name, Placement.role, Placement.contract)
        .select_from(Placement)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .where(Placement.retracted_at.is_(None))
        .distinct()
    )
    if organisations is not None:
        statement = statement.join(Employment, Employment.id == Placement.employment_id).where(
            Employment.organisation_id.in_(sorted(organisations))
        )
    rows = session.execute(statement).all()
    stations = {(row.id, row.slug, row.name) for row in rows}
    return Choices(
        stations=tuple(sorted(stations, key=lambda station: station[2])),
        roles=tuple(sorted({row.role for row in rows})),
        contracts=tuple(sorted({row.contract for row in rows})),
    )


def list_courses() -> list[CourseWords]:
    """Lists the courses that are published and not retired, by title."""
    rows = session.execute(_courses().where(Course.retired_at.is_(None)).order_by(CourseRevision.title))
    return [CourseWords(*row) for row in rows.all()]


def find_course(course_id: int) -> CourseWords:
    """Finds a course that is or was published, by its row number; raises NotThere."""
    row = session.execute(_courses().where(Course.id == course_id)).one_or_none()
    if row is None:
        raise NotThere
    return CourseWords(*row)


def _courses() -> Select[int, str, str, str, int, bool]:
    return (
        select(
            Course.id,
            Course.slug,
            CourseRevision.title,
            CourseRevision.code,
            Edition.number,
            Edition.per_sector,
        )
        .join(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .join(Edition, Edition.id == CourseRevision.edition_id)
    )


@dataclass(frozen=True, slots=True)
class Named:
    """How a person is called in an organisation."""

    person_id: int
    organisation_id: int
    name: str
    staff_number: str


def name_people(organisations: Collection[int], persons: Collection[int] | None = None) -> list[Named]:
    """Names the people employed in some organisations, or those of them with some row numbers.

    Who was ever merged into somebody comes first under that person's number, so that a reader who keeps the last
    finds a post of theirs where only the other is employed.
    """
    merged = (
        select(PersonMerge.kept_id, Employment.organisation_id, Person.name, Employment.staff_number)
        .join(Employment, Employment.person_id == PersonMerge.merged_id)
        .join(Person, Person.id == PersonMerge.kept_id)
        .where(Employment.organisation_id.in_(sorted(organisations)))
        .order_by(PersonMerge.id)
    )
    statement = (
        select(Person.id, Employment.organisation_id, Person.name, Employment.staff_number)
        .join(Employment, Employment.person_id == Person.id)
        .where(Employment.organisation_id.in_(sorted(organisations)))
        .order_by(Person.name, Person.id, Employment.id.desc())
    )
    if persons is not None:
        statement = statement.where(Person.id.in_(sorted(persons)))
        merged = merged.where(PersonMerge.kept_id.in_(sorted(persons)))
    return [Named(*row) for each in (merged, statement) for row in session.execute(each)]


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


def name_accounts(account_ids: Collection[int]) -> dict[int, str]:
    """Returns, by account, the name of the person who acts with it."""
    rows = session.execute(
        select(Account.id, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(sorted(account_ids)))
    )
    return {row.id: row.name for row in rows}
