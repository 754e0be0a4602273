"""How many people a new edition concerns: counts only, of all organisations."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, union

from lms.assessment.models import Attempt
from lms.certification.models import Award, Revocation
from lms.kernel import clock
from lms.kernel.db import session
from lms.learning.models import Completion


@dataclass(frozen=True, slots=True)
class PeopleConcerned:
    """How many began an edition and hold no certificate of it; how many hold a valid one of the course, until when."""

    in_the_middle: int
    certified: int
    last_valid_on: date | None


def count_people_concerned(course_id: int, edition_id: int) -> PeopleConcerned:
    """Counts those who are in the middle of an edition, and those whose certificate of the course is valid today."""
    today = clock.today("UTC")
    began = union(
        select(Completion.person_id).where(Completion.edition_id == edition_id),
        select(Attempt.person_id).where(Attempt.edition_id == edition_id),
    ).subquery()
    certified = select(Award.person_id).where(Award.edition_id == edition_id)
    middle = select(func.count()).select_from(began).where(began.c.person_id.not_in(certified))
    replaced = select(Award.supersedes_id).where(Award.supersedes_id.is_not(None), Award.course_id == course_id)
    revoked = select(Revocation.award_id).where(Revocation.effective_on <= today)
    valid = select(func.count(Award.person_id.distinct()), func.max(Award.valid_until)).where(
        Award.course_id == course_id, Award.valid_until >= today, Award.id.not_in(replaced), Award.id.not_in(revoked)
    )
    people, last = session.execute(valid).one()
    return PeopleConcerned(session.scalar(middle) or 0, people, last)
