"""The facts that were recorded after a moment: what later knowledge consists of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select, union_all

from lms.assessment.models import Attempt
from lms.certification.models import Award, Revocation
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.kernel.db import session
from lms.learning.models import Completion
from lms.people.models import Employment, Person, PersonMerge, Placement

MOST_LISTED = 100
"""How many later facts a verification names; the counts tell how many there are."""


def _is_for(table: Any, organisations: Collection[int]) -> ColumnElement[bool]:
    """Returns the condition on what belongs to some organisations or to all."""
    return or_(table.organisation_id.is_(None), table.organisation_id.in_(sorted(organisations)))


def count_recorded_since(organisations: Collection[int], moment: datetime) -> dict[str, int]:
    """Counts, by kind, the facts about the people of some organisations that were recorded after a moment.

    Kinds with none are left out. A fact that was withdrawn since counts as a withdrawal.
    """
    here = Employment.organisation_id.in_(sorted(organisations))
    persons = select(Employment.person_id).where(here)
    employments = select(Employment.id).where(here)
    requirements = select(Requirement.id).where(_is_for(Requirement, organisations))
    awards = select(Award.id).where(Award.person_id.in_(persons))
    exempted = and_(Exemption.person_id.in_(persons), _is_for(Exemption, organisations))
    conditions: dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        "placements": (Placement.employment_id.in_(employments), Placement.recorded_at > moment),
        "placements_withdrawn": (Placement.employment_id.in_(employments), Placement.retracted_at > moment),
        "awards": (Award.person_id.in_(persons), Award.recorded_at > moment),
        "revocations": (Revocation.award_id.in_(awards), Revocation.recorded_at > moment),
        "exemptions": (exempted, Exemption.recorded_at > moment),
        "exemptions_withdrawn": (exempted, Exemption.retracted_at > moment),
        "requirements": (RequirementVersion.requirement_id.in_(requirements), RequirementVersion.recorded_at > moment),
        "completions": (Completion.person_id.in_(persons), Completion.recorded_at > moment),
        "attempts": (Attempt.person_id.in_(persons), Attempt.started_at > moment),
        "merges": (PersonMerge.surviving_id.in_(persons), PersonMerge.recorded_at > moment),
        "merges_withdrawn": (PersonMerge.surviving_id.in_(persons), PersonMerge.retracted_at > moment),
    }
    counted = [
        select(func.count()).where(mine, after).scalar_subquery().label(kind)
        for kind, (mine, after) in conditions.items()
    ]
    row = session.execute(select(*counted)).one()
    return {kind: count for kind, count in zip(conditions, row, strict=True) if count}


@dataclass(frozen=True, slots=True)
class LaterFact:
    """A fact about a day that was recorded or withdrawn after a moment, by an account; ``kind`` as counted."""

    kind: str
    at: datetime
    recorded_by: int | None
    person_id: int
    name: str
    reason: str


def list_recorded_since(organisations: Collection[int], moment: datetime, day: date) -> list[LaterFact]:
    """Lists the facts about people of some organisations that bear on a day and came after a moment, latest first.

    At most ``MOST_LISTED``. Left out are facts of other days, and modules and attempts, which give no certificate.
    Placements and exemptions at other organisations are not named, nor why others revoked a certificate.
    """
    here = Employment.organisation_id.in_(sorted(organisations))
    persons = select(Employment.person_id).where(here)
    placed = and_(here, Placement.from_on <= day, or_(Placement.through_on.is_(None), Placement.through_on >= day))
    excused = and_(
        _is_for(Exemption, organisations),
        Exemption.from_on <= day,
        or_(Exemption.until_on.is_(None), Exemption.until_on >= day),
    )
    parts: list[Select[*tuple[Any, ...]]] = []

    def add(kind: str, person_id: Any, at: Any, by: Any, reason: Any, *conditions: ColumnElement[bool]) -> None:
        columns = (literal(kind).label("kind"), at.label("at"), by.label("recorded_by"), person_id.label("person_id"))
        statement = select(*columns, reason.label("reason")).where(at > moment, person_id.in_(persons), *conditions)
        if person_id is Employment.person_id:
            statement = statement.join_from(Placement, Employment, Employment.id == Placement.employment_id)
        if at is Revocation.recorded_at:
            statement = statement.join_from(Revocation, Award, Award.id == Revocation.award_id)
        parts.append(statement)

    unsaid = literal("")
    add("placements", Employment.person_id, Placement.recorded_at, Placement.recorded_by, unsaid, placed)
    add("placements_withdrawn", Employment.person_id, Placement.retracted_at, Placement.retracted_by, unsaid, placed)
    add("awards", Award.person_id, Award.recorded_at, null(), unsaid, Award.earned_on <= day)
    why_revoked = case((Award.organisation_id.in_(sorted(organisations)), Revocation.reason), else_="")
    add(
        "revocations", Award.person_id, Revocation.recorded_at, Revocation.recorded_by, why_revoked,
        Revocation.effective_on <= day,
    )  # fmt: skip
    add("exemptions", Exemption.person_id, Exemption.recorded_at, Exemption.recorded_by, Exemption.reason, excused)
    add("exemptions_withdrawn", Exemption.person_id, Exemption.retracted_at, Exemption.retracted_by, unsaid, excused)
    merged = PersonMerge.surviving_id
    add("merges", merged, PersonMerge.recorded_at, PersonMerge.recorded_by, PersonMerge.reason)
    add("merges_withdrawn", merged, PersonMerge.retracted_at, PersonMerge.retracted_by, unsaid)
    found = union_all(*parts).subquery()
    rows = session.execute(
        select(found, Person.name)
        .join(Person, Person.id == found.c.person_id)
        .order_by(found.c.at.desc(), found.c.person_id)
        .limit(MOST_LISTED)
    )
    return [LaterFact(**row._mapping) for row in rows]
