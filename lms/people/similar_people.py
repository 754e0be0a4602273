"""Finding people of the same or a similar name before somebody is added a second time."""

from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from sqlalchemy import func, or_, select

from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.people import policy
from lms.people.importing.parse import comparison_key
from lms.people.models import Employment, Organisation, Person, Placement
from lms.people.queries import contains_words, find_employment_by_number

MOST_SHOWN = 10
SIMILAR = 0.84
"""From which share of common letters on, as `difflib` counts it, two spellings may be one name."""


@dataclass(frozen=True, slots=True)
class SimilarPerson:
    """Somebody recorded under the same or a similar name, under one number; no days without a placement."""

    person_id: int
    name: str
    staff_number: str
    organisation: str
    from_on: date | None
    through_on: date | None


def is_similar_name(one: str, other: str) -> bool:
    """Says whether two names may be one person's: spelled a little differently, or with a further name.

    Accents, capitals, commas and the order of the words do not count.
    """
    first, second = (sorted(comparison_key(name.replace(",", " ")).split()) for name in (one, other))
    if min(len(first), len(second)) > 1 and (set(first) <= set(second) or set(second) <= set(first)):
        return True
    return SequenceMatcher(None, " ".join(first), " ".join(second)).ratio() >= SIMILAR


def list_similar_people(actor: Actor, organisation_id: int, name: str, staff_number: str) -> list[SimilarPerson]:
    """Lists people whom an actor may see under the same or a similar name, the last placement's days with each.

    Nobody where the number is recorded: then it says who is meant. Looked at are people who have a word of the name,
    or one that begins like it.
    """
    if find_employment_by_number(organisation_id, staff_number) is not None:
        return []
    beginnings = {word[:3] for word in name.replace(",", " ").split() if len(word) > 1}
    rows = session.execute(
        select(
            Person.id.label("person_id"),
            Person.name,
            Employment.staff_number,
            Organisation.name.label("organisation"),
            func.max(Placement.from_on).label("from_on"),
            # Open where one placement is open: then fewer have a last day than there are.
            func.max(Placement.through_on).label("through_on"),
            (func.count(Placement.id) - func.count(Placement.through_on)).label("open"),
        )
        .join(Employment, Employment.person_id == Person.id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .outerjoin(Placement, (Placement.employment_id == Employment.id) & Placement.retracted_at.is_(None))
        .where(policy.visible_employments(actor), or_(*(contains_words(part, Person.name) for part in beginnings)))
        .group_by(Person.id, Employment.id, Organisation.id)
        .order_by(func.lower(Person.name), Employment.id)
    )
    found = (row for row in rows if is_similar_name(name, row.name))
    return [
        SimilarPerson(
            row.person_id, row.name, row.staff_number, row.organisation, row.from_on,
            None if row.open else row.through_on,
        )
        for row, _place in zip(found, range(MOST_SHOWN), strict=False)
    ]  # fmt: skip
