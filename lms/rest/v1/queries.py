"""The SELECTs of lists in parts, each of what the actor may see, in the order of their numbers."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import contains_eager, joinedload

from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import session
from lms.kernel.identifiers import identifier_key
from lms.people.api import visible_employments, works_on
from lms.people.models import Employment, Placement


def list_employments_after(
    actor: Actor, after: int, limit: int, staff_number: str | None = None
) -> Sequence[Employment]:
    """Lists employments with their persons, one more than the limit where there are more."""
    statement = (
        select(Employment)
        .options(joinedload(Employment.person))
        .where(visible_employments(actor), Employment.id > after, _has_number(staff_number))
        .order_by(Employment.id)
        .limit(limit + 1)
    )
    return session.scalars(statement).all()


def list_placements_after(
    actor: Actor, after: int, limit: int, staff_number: str | None = None, on: date | None = None
) -> Sequence[Placement]:
    """Lists placements that were not withdrawn, with station and employment; of a day where one is given."""
    statement = (
        select(Placement)
        .join(Placement.employment)
        .options(contains_eager(Placement.employment), joinedload(Placement.station))
        .where(visible_employments(actor), Placement.retracted_at.is_(None), Placement.id > after)
        .where(_has_number(staff_number))
        .order_by(Placement.id)
        .limit(limit + 1)
    )
    if on is not None:
        statement = statement.where(works_on(on))
    return session.scalars(statement).all()


def _has_number(staff_number: str | None) -> ColumnElement[bool]:
    return true() if staff_number is None else Employment.staff_number_key == identifier_key(staff_number)


def find_persons_by_number(actor: Actor, numbers: Collection[str]) -> dict[str, int]:
    """Returns the person by the key of each staff number that somebody has; a query for each 500 numbers."""
    statement = select(Employment.staff_number_key, Employment.person_id).where(visible_employments(actor))
    keys = sorted({identifier_key(number) for number in numbers})
    return {
        row.staff_number_key: row.person_id for row in execute_in_batches(statement, Employment.staff_number_key, keys)
    }


def find_numbers(actor: Actor, persons: Collection[int]) -> dict[int, str]:
    """Returns a staff number of each of some persons, the last recorded; a query for each 500 persons."""
    statement = (
        select(Employment.person_id, Employment.staff_number).where(visible_employments(actor)).order_by(Employment.id)
    )
    return {
        row.person_id: row.staff_number for row in execute_in_batches(statement, Employment.person_id, sorted(persons))
    }


def slugs_of_courses() -> dict[int, str]:
    """Returns the short name of every course by its number, also of retired ones. One query."""
    return {row.id: row.slug for row in session.execute(select(Course.id, Course.slug))}
