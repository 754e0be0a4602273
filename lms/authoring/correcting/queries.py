"""Every SELECT of correcting questions: the edition, and who worked where when they took a quiz."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from lms.assessment.api import TakenQuiz
from lms.catalogue.models import Edition
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import session
from lms.people.models import Employment, Organisation, Placement

_PLACEMENTS = (
    select(
        Employment.person_id, Organisation.id.label("organisation_id"), Organisation.name, Placement.sector,
        Placement.from_on, Placement.through_on,
    )
    .join(Employment, Employment.id == Placement.employment_id)
    .join(Organisation, Organisation.id == Employment.organisation_id)
    .where(Placement.retracted_at.is_(None))
    .order_by(Placement.from_on.desc(), Placement.id.desc())
)  # fmt: skip


class Workplace(NamedTuple):
    """Where somebody worked on a day: the organisation, by number and name, and the main sector."""

    organisation_id: int
    organisation: str
    sector: str


def find_edition(course_id: int, number: int) -> Edition | None:
    """Finds an edition of a course by its number."""
    return session.scalar(select(Edition).where(Edition.course_id == course_id, Edition.number == number))


def list_workplaces(taken: Iterable[TakenQuiz]) -> dict[TakenQuiz, Workplace]:
    """Returns where people worked on the day (UTC) of a quiz, the placement that began last; who had none is missing.

    A query for each 500 people.
    """
    by_person: defaultdict[int, list[TakenQuiz]] = defaultdict(list)
    for each in taken:
        by_person[each.person_id].append(each)
    found: dict[TakenQuiz, Workplace] = {}
    for row in execute_in_batches(_PLACEMENTS, Employment.person_id, sorted(by_person)):
        for each in by_person[row.person_id]:
            day = each.submitted_at.date()
            if row.from_on <= day and (row.through_on is None or day <= row.through_on):
                found.setdefault(each, Workplace(row.organisation_id, row.name, row.sector))
    return found
