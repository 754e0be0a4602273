"""How many people meet what is required of them by a certificate of an earlier edition, and until when."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select

from lms.catalogue.models import Edition
from lms.certification.models import Award
from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.models import StatusInterval
from lms.compliance.projection.rows import STATUSES
from lms.compliance.requirements.models import Requirement, RequirementVersion
from lms.compliance.source_data.load import version_fact
from lms.compliance.status.definitions import TrainingStatus
from lms.compliance.status.facts import RequirementFact, RequirementVersionFact
from lms.kernel.days import add_days
from lms.kernel.db import read_rows

_SOON, _LATER = 90, 365
"""Within how many days a certificate ends that is counted as ending soon, and later."""
_HELD = [STATUSES.index(status) for status in (TrainingStatus.VALID, TrainingStatus.EXPIRING)]


@dataclass(frozen=True, slots=True)
class EarlierCertificates:
    """People who must hold a course, and do by a certificate of an earlier edition; each is counted once.

    ``ending_soon`` and ``ending_later`` are those of them whose certificate ends within 90 and 365 days,
    whatever ends it. ``renew_by`` are those whose certificate would be valid longer, but a requirement in force or to
    come asks for a newer edition than is published: by the day until which the earlier ones count, and that edition.
    """

    people: int = 0
    ending_soon: int = 0
    ending_later: int = 0
    renew_by: Mapping[tuple[date, int], int] = field(default_factory=dict)


def count_earlier_certificates(
    course_id: int, edition: int, today: date
) -> Mapping[int | None, EarlierCertificates] | None:
    """Counts people by organisation, and under None those of all, were an edition published now.

    None while statuses are being updated. Organisations without such people are left out.
    """
    if not is_up_to_date(None):
        return None
    requirements = _load_requirements(course_id)
    must_renew: defaultdict[int | None, Counter[tuple[date, int]]] = defaultdict(Counter)
    for requirement in requirements:
        for version in _current_and_later(requirement, today):
            if version.min_edition is None or version.renew_by is None or version.min_edition < edition:
                continue
            shortened = _held([requirement.id], version.min_edition, today).where(Award.valid_until > version.renew_by)
            for organisation, people in _count(shortened):
                must_renew[organisation][version.renew_by, version.min_edition] += people
    held = _held([each.id for each in requirements], edition, today)
    return {
        organisation: EarlierCertificates(people, soon or 0, later or 0, must_renew[organisation])
        for organisation, people, soon, later in _count(held, *(add_days(today, days) for days in (_SOON, _LATER)))
    }


def _load_requirements(course_id: int) -> list[RequirementFact]:
    versions: defaultdict[tuple[int, int | None], list[RequirementVersionFact]] = defaultdict(list)
    statement = (
        select(RequirementVersion.__table__, Requirement.organisation_id)
        .join(Requirement, Requirement.id == RequirementVersion.requirement_id)
        .where(Requirement.course_id == course_id)
        .order_by(RequirementVersion.id)
    )
    for row in read_rows(statement):
        versions[row.requirement_id, row.organisation_id].append(version_fact(row))
    # Whether the course is per sector does not matter for the order of the versions.
    return [RequirementFact(*key, course_id, False, tuple(each)) for key, each in versions.items()]


def _current_and_later(requirement: RequirementFact, today: date) -> list[RequirementVersionFact]:
    starts = {each.effective_from for each in requirement.versions if each.effective_from > today}
    found = (requirement.version_on(day) for day in sorted({today, *starts}))
    return [each for each in found if each is not None]


def _held(requirement_ids: list[Any], edition: int, today: date) -> Select[*tuple[Any, ...]]:
    """Selects person, organisation and last valid day of who meets requirements by an earlier edition."""
    return (
        select(StatusInterval.person_id, StatusInterval.organisation_id, StatusInterval.valid_through)
        .join(Award, Award.id == StatusInterval.award_id)
        .join(Edition, Edition.id == Award.edition_id)
        .where(
            StatusInterval.requirement_id.in_(requirement_ids),
            StatusInterval.covers(today),
            StatusInterval.status.in_(_HELD),
            Edition.number < edition,
        )
    )


def _count(held: Select[*tuple[Any, ...]], *days: date) -> list[tuple[Any, ...]]:
    """Counts people by organisation, those of all under None; with days, also who has it until each day at most."""
    rows = held.cte()
    ends = func.min(rows.c.valid_through).label("ends")
    found: list[tuple[Any, ...]] = []
    for of_each in (True, False):
        key = [rows.c.organisation_id] if of_each else []
        person = select(*key, rows.c.person_id, ends).group_by(*key, rows.c.person_id).subquery()
        counts = [func.count(person.c.person_id), *(func.sum(case((person.c.ends <= day, 1), else_=0)) for day in days)]
        if of_each:
            statement = select(person.c.organisation_id, *counts).group_by(person.c.organisation_id)
            found += map(tuple, read_rows(statement))
        else:
            found += [(None, *row) for row in read_rows(select(*counts))]
    return found
