"""Queries for exemptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true

from lms.catalogue.models import Course, CourseRevision
from lms.compliance import policy
from lms.compliance.requirements.models import Exemption, Requirement
from lms.compliance.source_data.names import name_accounts
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import Employment, Organisation, Person

STATES = ("current", "future", "over", "withdrawn")
"""The state of an exemption on a day; a withdrawn one has no other state."""


@dataclass(frozen=True, slots=True)
class ExemptionFilter:
    """Which exemptions are listed, by kind and by state today; empty lists all."""

    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ListedExemption:
    """An exemption with the names to show; `author` is empty where a command recorded it."""

    exemption: Exemption
    person: str
    staff_number: str
    course: str
    organisation: str
    author: str

    def state(self, today: date) -> str:
        """Returns one of `STATES`; `_is_in_state` is the same as a condition."""
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


def list_exemptions_for(actor: Actor, chosen: ExemptionFilter, today: date, page: int) -> Pagination[ListedExemption]:
    """Lists one page of the exemptions an actor may see, the latest to begin first."""
    found = paginate(_filtered(actor, chosen, today), page)
    return found.with_items(_with_authors(found.items))


def list_all_exemptions_for(actor: Actor, chosen: ExemptionFilter, today: date) -> list[ListedExemption]:
    """Lists all the exemptions an actor may see, for print and files."""
    return _with_authors(session.execute(_filtered(actor, chosen, today)).all())


def load_exemption_for(actor: Actor, exemption_id: int) -> ListedExemption:
    """Loads an exemption; raises NotThere where it is unknown or not for the actor."""
    row = session.execute(_exemptions(actor).where(Exemption.id == exemption_id)).one_or_none()
    return _with_authors([require_found(row)])[0]


def is_recorded(exemption: Exemption) -> bool:
    """Says whether the same person is already exempt from the same requirement for the same days."""
    same = select(Exemption.id).where(
        Exemption.person_id == exemption.person_id,
        Exemption.requirement_id == exemption.requirement_id,
        Exemption.organisation_id == exemption.organisation_id,
        Exemption.from_on == exemption.from_on,
        Exemption.until_on.is_not_distinct_from(exemption.until_on),
        Exemption.retracted_at.is_(None),
    )
    return session.scalar(same.limit(1)) is not None


def _exemptions(actor: Actor) -> Select[Exemption, str, str, str, str]:
    # A person with two staff numbers in one organisation is listed once.
    staff_number = (
        select(func.min(Employment.staff_number))
        .where(Employment.person_id == Exemption.person_id, Employment.organisation_id == Exemption.organisation_id)
        .scalar_subquery()
    )
    return (
        select(
            Exemption,
            Person.name.label("person"),
            func.coalesce(staff_number, "").label("staff_number"),
            func.coalesce(CourseRevision.title, Course.slug).label("course"),
            Organisation.name.label("organisation"),
        )
        .join(Person, Person.id == Exemption.person_id)
        .join(Organisation, Organisation.id == Exemption.organisation_id)
        .join(Requirement, Requirement.id == Exemption.requirement_id)
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .where(policy.visible_exemptions(actor))
        .order_by(Exemption.from_on.desc(), Exemption.id.desc())
    )


def _filtered(actor: Actor, chosen: ExemptionFilter, today: date) -> Select[Exemption, str, str, str, str]:
    kind = Exemption.kind == chosen.kind if chosen.kind else true()
    return _exemptions(actor).where(kind, _is_in_state(chosen.state, today))


def _with_authors(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ListedExemption]:
    authors = name_accounts({row.Exemption.recorded_by for row in rows} - {None})
    return [
        ListedExemption(
            exemption=row.Exemption,
            person=row.person,
            staff_number=row.staff_number,
            course=row.course,
            organisation=row.organisation,
            author=authors.get(row.Exemption.recorded_by, ""),
        )
        for row in rows
    ]
