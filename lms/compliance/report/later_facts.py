"""How many facts were recorded after a moment: what later knowledge consists of."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from lms.assessment.models import Attempt
from lms.certification.models import Award, Revocation
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.kernel.db import session
from lms.learning.models import Completion
from lms.people.models import Employment, PersonMerge, Placement


def count_recorded_since(organisations: Collection[int], moment: datetime) -> dict[str, int]:
    """Counts, by kind, the facts about the people of some organisations that were recorded after a moment.

    Kinds with none are left out. A fact that was withdrawn since counts as a withdrawal.
    """
    here = Employment.organisation_id.in_(sorted(organisations))
    persons = select(Employment.person_id).where(here)
    employments = select(Employment.id).where(here)
    requirements = select(Requirement.id).where(
        or_(Requirement.organisation_id.is_(None), Requirement.organisation_id.in_(sorted(organisations)))
    )
    awards = select(Award.id).where(Award.person_id.in_(persons))
    conditions: dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        "placements": (Placement.employment_id.in_(employments), Placement.recorded_at > moment),
        "placements_withdrawn": (Placement.employment_id.in_(employments), Placement.retracted_at > moment),
        "awards": (Award.person_id.in_(persons), Award.recorded_at > moment),
        "revocations": (Revocation.award_id.in_(awards), Revocation.recorded_at > moment),
        "exemptions": (Exemption.person_id.in_(persons), Exemption.recorded_at > moment),
        "exemptions_withdrawn": (Exemption.person_id.in_(persons), Exemption.retracted_at > moment),
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
