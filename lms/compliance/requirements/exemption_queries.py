"""What the pages of exemptions list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from lms.catalogue.models import Course, CourseRevision
from lms.compliance import policy
from lms.compliance.requirements.models import Exemption, Requirement
from lms.compliance.source_data.names import name_accounts
from lms.kernel.actor import Actor
from lms.kernel.db import LARGEST_ID, session
from lms.kernel.errors import NotThere
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import Employment, Organisation, Person

STATES = ("current", "future", "over", "withdrawn")
"""How an exemption stands on a day; withdrawn ones are of no other state."""


@dataclass(frozen=True, slots=True)
class WantedExemptions:
    """What is looked for; empty words look for everything."""

    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ListedExemption:
    """An exemption with its names; `author` is empty where the application itself recorded it."""

    exemption: Exemption
    person: str
    staff_number: str
    course: str
    organisation: str
    author: str = ""

    def state(self, today: date) -> str:
        """Returns one of `STATES`."""
        if self.exemption.retracted_at is not None:
            return "withdrawn"
        if self.exemption.from_on > today:
            return "future"
        until = self.exemption.until_on
        return "current" if until is None or until >= today else "over"


def list_exemptions_for(
    actor: Actor, wanted: WantedExemptions, today: date, page: int
) -> Pagination[ListedExemption]:
    """Lists the exemptions an actor may see, the latest to begin first."""
    found = paginate(_exemptions(actor).where(*_fits(wanted, today)), page)
    return found.with_items(_listed(found.items))


def list_all_exemptions_for(actor: Actor, wanted: WantedExemptions, today: date) -> list[ListedExemption]:
    """Lists all of them, for paper and files."""
    return _listed(session.execute(_exemptions(actor).where(*_fits(wanted, today))))


def load_exemption_for(actor: Actor, exemption_id: int) -> ListedExemption:
    """Loads an exemption; raises NotThere where it is unknown or not for the actor."""
    if exemption_id > LARGEST_ID:
        raise NotThere
    found = _listed(session.execute(_exemptions(actor).where(Exemption.id == exemption_id)))
    if not found:
        raise NotThere
    return found[0]


def is_recorded(exemption: Exemption) -> bool:
    """Says whether the same person is exempt from the same requirement for the same days already."""
    until = Exemption.until_on
    same = select(Exemption.id).where(
        Exemption.person_id == exemption.person_id,
        Exemption.requirement_id == exemption.requirement_id,
        Exemption.organisation_id == exemption.organisation_id,
        Exemption.from_on == exemption.from_on,
        until.is_(None) if exemption.until_on is None else until == exemption.until_on,
        Exemption.retracted_at.is_(None),
    )
    return session.scalar(same.limit(1)) is not None


def _exemptions(actor: Actor) -> Select[Exemption, str, str, str, str, str]:
    # A person with two staff numbers in one organisation is listed once.
    number = (
        select(func.min(Employment.staff_number))
        .where(
            Employment.person_id == Exemption.person_id,
            Employment.organisation_id == Exemption.organisation_id,
        )
        .scalar_subquery()
    )
    return (
        select(
            Exemption,
            Person.name.label("person"),
            number.label("number"),
            CourseRevision.title,
            Course.slug,
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


def _fits(wanted: WantedExemptions, today: date) -> tuple[ColumnElement[bool], ...]:
    kind = Exemption.kind == wanted.kind if wanted.kind else true()
    if not wanted.state:
        return (kind,)
    known = Exemption.retracted_at.is_(None)
    not_over = or_(Exemption.until_on.is_(None), Exemption.until_on >= today)
    states: Mapping[str, tuple[ColumnElement[bool], ...]] = {
        "current": (known, Exemption.from_on <= today, not_over),
        "future": (known, Exemption.from_on > today),
        "over": (known, Exemption.until_on < today),
        "withdrawn": (Exemption.retracted_at.is_not(None),),
    }
    return (kind, *states[wanted.state])


def _listed(rows: Iterable[tuple[Exemption, str, str | None, str | None, str, str]]) -> list[ListedExemption]:
    found = list(rows)
    authors = name_accounts({row[0].recorded_by for row in found if row[0].recorded_by})
    return [
        ListedExemption(
            exemption,
            person,
            number or "",
            title or slug,
            organisation,
            authors.get(exemption.recorded_by or 0, ""),
        )
        for exemption, person, number, title, slug, organisation in found
    ]
