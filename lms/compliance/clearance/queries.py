"""Queries for staff numbers, e-mail addresses and certificate serials, many at a time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from lms.certification.models import Award
from lms.compliance.requirements.models import LEAVE_KINDS, Exemption
from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import session
from lms.kernel.identifiers import clean_email, identifier_key
from lms.people.api import visible_employments, visible_people
from lms.people.models import Employment, Organisation, Person, Placement

BATCH_SIZE = 500
"""Values in one query: well below the number of parameters that either database accepts."""


@dataclass(frozen=True, slots=True)
class MatchedEmployment:
    """An employment that an actor may see, with the names to show."""

    person_id: int
    organisation_id: int
    staff_number: str
    name: str
    organisation: str


def list_employments_by_number(actor: Actor, numbers: Collection[str]) -> list[MatchedEmployment]:
    """Lists the employments with one of some staff numbers, however they are spelled."""
    return _list_employments(actor, Employment.staff_number_key, {identifier_key(number) for number in numbers})


def list_employments_of(actor: Actor, persons: Collection[int]) -> list[MatchedEmployment]:
    """Lists the employments of some persons."""
    return _list_employments(actor, Employment.person_id, persons)


def list_people_by_email(actor: Actor, emails: Collection[str]) -> dict[str, list[int]]:
    """Returns the persons with an e-mail address, by address in lower case."""
    found: dict[str, list[int]] = {}
    statement = select(Person.id, Person.email).where(visible_people(actor))
    for row in _in_batches(statement, Person.email, {clean_email(email) for email in emails}):
        found.setdefault(row.email.lower(), []).append(row.id)
    return found


def list_certificate_owners(serials: Collection[str]) -> dict[str, Any]:
    """Returns rows of person_id and earned_on by stored serial, whoever they are: anybody may verify a serial."""
    statement = select(Award.serial, Award.person_id, Award.earned_on)
    return {row.serial: row for row in _in_batches(statement, Award.serial, serials)}


def list_last_days(actor: Actor, persons: Collection[int]) -> dict[int, date]:
    """Returns the last day of each person's placements; ``date.max`` where one is open."""
    last_day = func.max(func.coalesce(Placement.through_on, date.max)).label("last_day")
    statement = (
        select(Employment.person_id, last_day)
        .join(Placement, Placement.employment_id == Employment.id)
        .where(visible_employments(actor), Placement.retracted_at.is_(None))
        .group_by(Employment.person_id)
    )
    return {row.person_id: row.last_day for row in _in_batches(statement, Employment.person_id, persons)}


def list_leaves(persons: Collection[int], day: date) -> list[Row[int, int | None, date | None]]:
    """Returns rows of person_id, organisation_id (None: all) and until_on of the leaves that cover a day."""
    statement = select(Exemption.person_id, Exemption.organisation_id, Exemption.until_on).where(
        Exemption.kind.in_(LEAVE_KINDS),
        Exemption.from_on <= day,
        or_(Exemption.until_on.is_(None), Exemption.until_on >= day),
        Exemption.retracted_at.is_(None),
    )
    return list(_in_batches(statement, Exemption.person_id, persons))


def _list_employments(
    actor: Actor, column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Collection[Any]
) -> list[MatchedEmployment]:
    statement = (
        select(
            Employment.person_id,
            Employment.organisation_id,
            Employment.staff_number,
            Person.name,
            Organisation.name.label("organisation"),
        )
        .join(Person, Person.id == Employment.person_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(visible_employments(actor))
        .order_by(Employment.id)
    )
    return [MatchedEmployment(*row) for row in _in_batches(statement, column, values)]


def _in_batches(
    statement: Select[*tuple[Any, ...]],
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    values: Collection[Any],
) -> Iterator[Row[*tuple[Any, ...]]]:
    for batch in batched(sorted(values), BATCH_SIZE):
        yield from session.execute(statement.where(column.in_(batch)))
