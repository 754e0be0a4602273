"""Queries for requirements, their versions, and exemptions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from lms.accounts.models import Account
from lms.catalogue.api import with_course_title
from lms.compliance import policy
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.kernel.actor import Actor, Role
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import Employment, Organisation, Person


@dataclass(frozen=True, slots=True)
class ListedRequirement:
    """A requirement with the names of its course and owner; `organisation` is None for all organisations."""

    requirement: Requirement
    organisation: str | None
    course: str


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
    return _list_requirements(policy.visible_requirements(actor))


def list_requirements(requirement_ids: Collection[int]) -> list[ListedRequirement]:
    """Lists some requirements by course, for whoever is concerned by them."""
    return _list_requirements(Requirement.id.in_(sorted(requirement_ids)))


def load_requirement_for(actor: Actor, requirement_id: int) -> ListedRequirement:
    """Loads a requirement; raises NotThere where it is unknown or not for the actor."""
    found = _list_requirements(policy.visible_requirements(actor) & (Requirement.id == requirement_id))
    return require_found(next(iter(found), None))


def list_versions(requirement_ids: Collection[int]) -> Sequence[RequirementVersion]:
    """Lists the versions of requirements in the order in which they take effect; of one day, the last replaces."""
    return session.scalars(
        select(RequirementVersion)
        .where(RequirementVersion.requirement_id.in_(sorted(requirement_ids)))
        .order_by(RequirementVersion.effective_from, RequirementVersion.recorded_at, RequirementVersion.id)
    ).all()


def _list_requirements(condition: ColumnElement[bool]) -> list[ListedRequirement]:
    statement = (
        select(Requirement, Organisation.name.label("organisation"))
        .outerjoin(Organisation, Organisation.id == Requirement.organisation_id)
        .where(condition)
        .order_by("course", Requirement.id)
    )
    return [ListedRequirement(*row) for row in session.execute(with_course_title(statement, Requirement.course_id))]


@dataclass(frozen=True, slots=True)
class ListedExemption:
    """An exemption with the names to show; `course` is None for everything required.

    `is_own` says that the person recorded it of themselves.
    """

    exemption: Exemption
    person: str
    staff_number: str
    organisation: str
    is_own: bool
    course: str | None

    def state(self, today: date) -> str:
        """Returns current, future, over or withdrawn; `_is_in_state` is the same as a condition."""
        if self.exemption.retracted_at is not None:
            return "withdrawn"
        if self.exemption.from_on > today:
            return "future"
        until = self.exemption.until_on
        return "current" if until is None or until >= today else "over"


def _is_in_state(state: str, today: date) -> ColumnElement[bool]:
    not_withdrawn = Exemption.retracted_at.is_(None)
    not_over = or_(Exemption.until_on.is_(None), Exemption.until_on >= today)
    return {
        "": true(),
        "current": and_(not_withdrawn, Exemption.from_on <= today, not_over),
        "future": and_(not_withdrawn, Exemption.from_on > today),
        "over": and_(not_withdrawn, Exemption.until_on < today),
        "withdrawn": Exemption.retracted_at.is_not(None),
    }[state]


def list_exemptions_for(actor: Actor, today: date, page: int, *, kind: str, state: str) -> Pagination[ListedExemption]:
    """Lists a page of the exemptions an actor may see, of a kind and in a state (empty: all), the latest first."""
    found = paginate(_filtered(actor, kind, state, today), page)
    return found.with_items([ListedExemption(*row) for row in found.items])


def list_all_exemptions_for(actor: Actor, today: date, *, kind: str, state: str) -> list[ListedExemption]:
    """Lists all of them, for print and files."""
    return [ListedExemption(*row) for row in session.execute(_filtered(actor, kind, state, today))]


def load_exemption_for(actor: Actor, exemption_id: int) -> ListedExemption:
    """Loads an exemption; raises NotThere where it is unknown or not for the actor."""
    row = session.execute(_exemptions(actor).where(Exemption.id == exemption_id)).one_or_none()
    return ListedExemption(*require_found(row))


def list_exempt_already(persons: Collection[int], **same: Any) -> set[int]:
    """Returns those of some persons who have an exemption with the same requirement, organisation and days."""
    statement = select(Exemption.person_id).filter_by(retracted_at=None, **same)
    return {row.person_id for row in execute_in_batches(statement, Exemption.person_id, persons)}


def _filtered(actor: Actor, kind: str, state: str, today: date) -> Select[*tuple[Any, ...]]:
    return _exemptions(actor).where(Exemption.kind == kind if kind else true(), _is_in_state(state, today))


def _exemptions(actor: Actor) -> Select[*tuple[Any, ...]]:
    # A person with two staff numbers in one organisation is listed once.
    staff_number = (
        select(func.min(Employment.staff_number))
        .where(Employment.person_id == Exemption.person_id, Employment.organisation_id == Exemption.organisation_id)
        .scalar_subquery()
    )
    statement = (
        select(
            Exemption,
            Person.name.label("person"),
            func.coalesce(staff_number, "").label("staff_number"),
            Organisation.name.label("organisation"),
            func.coalesce(Account.person_id == Exemption.person_id, false()).label("is_own"),
        )
        .join(Person, Person.id == Exemption.person_id)
        .join(Organisation, Organisation.id == Exemption.organisation_id)
        .outerjoin(Requirement, Requirement.id == Exemption.requirement_id)
        .outerjoin(Account, Account.id == Exemption.recorded_by)
        .where(policy.visible_exemptions(actor))
        .order_by(Exemption.from_on.desc(), Exemption.id.desc())
    )
    return with_course_title(statement, Requirement.course_id)
