"""Every SELECT about who is erased, and who is due to be."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, func, select

from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.people.importing.models import PeopleImport
from lms.people.merging.queries import load_canonical_ids
from lms.people.models import CorrectionRequest, Employment, Person, Placement


def load_person_to_erase(person_id: int) -> Person:
    """Loads a person, whoever employs them: administrators alone erase. Raises ``NotThere``."""
    return require_found(session.get(Person, person_id))


def list_people(ids: Collection[int]) -> Sequence[Person]:
    """Lists person records by id."""
    return session.scalars(select(Person).where(Person.id.in_(sorted(ids))).order_by(Person.id)).all()


def list_employments(person_ids: Collection[int]) -> Sequence[Employment]:
    """Lists the employments of some persons, at whatever organisation."""
    return session.scalars(select(Employment).where(Employment.person_id.in_(sorted(person_ids)))).all()


def select_lists(organisation_id: int) -> Select[int]:
    """Returns the subquery of the ids of an organisation's imported lists."""
    return select(PeopleImport.id).where(PeopleImport.organisation_id == organisation_id)


def select_requests(person_ids: Collection[int]) -> Select[int]:
    """Returns the subquery of the ids of the correction requests of some persons."""
    return select(CorrectionRequest.id).where(CorrectionRequest.person_id.in_(sorted(person_ids)))


def list_people_who_left_before(day: date) -> list[int]:
    """Lists one person id for each human being whose placements have all ended before a day and who is not erased.

    Records merged with one another are one. Who never had a placement is not listed: nothing says when they left.
    """
    placements = (
        select(
            Employment.person_id,
            func.max(Placement.through_on).label("last_on"),
            func.count().filter(Placement.through_on.is_(None)).label("open"),
        )
        .join(Placement, Placement.employment_id == Employment.id)
        .join(Person, Person.id == Employment.person_id)
        .where(Placement.retracted_at.is_(None), Person.erased_at.is_(None))
        .group_by(Employment.person_id)
    )
    canonical_ids = load_canonical_ids()
    has_left: defaultdict[int, list[bool]] = defaultdict(list)
    for row in session.execute(placements):
        has_left[canonical_ids.get(row.person_id, row.person_id)].append(not row.open and row.last_on < day)
    return sorted(person_id for person_id, each in has_left.items() if all(each))
