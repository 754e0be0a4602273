"""The three meanings of "works for an organisation", each once: as a condition on placements, and as organisations.

A placement that was withdrawn never counts.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select

from lms.kernel.db import session
from lms.people.models import Employment, Placement


def works_on(day: date | BindParameter[date], placement: Any = Placement) -> ColumnElement[bool]:
    """Returns the condition on placements that include a day.

    ``placement`` is an alias of the model, or the columns of a table.
    """
    return and_(placement.from_on <= day, works_on_or_after(day, placement))


def works_on_or_after(day: date | BindParameter[date], placement: Any = Placement) -> ColumnElement[bool]:
    """Returns the condition on placements that include a day or begin after it."""
    return and_(placement.retracted_at.is_(None), or_(placement.through_on.is_(None), placement.through_on >= day))


def list_employers_on(person_ids: Collection[int], day: date) -> frozenset[int]:
    """Returns the organisations where any of some persons works on a day."""
    return _organisations(Employment.person_id.in_(sorted(person_ids)), works_on(day))


def list_employers_on_or_after(person_ids: Collection[int], day: date) -> frozenset[int]:
    """Returns the organisations where any of some persons works on a day or later."""
    return _organisations(Employment.person_id.in_(sorted(person_ids)), works_on_or_after(day))


def list_employers_ever(person_ids: Collection[int]) -> frozenset[int]:
    """Returns the organisations that employ or employed any of some persons, each record taken alone."""
    statement = select(Employment.organisation_id).where(Employment.person_id.in_(sorted(person_ids)))
    return frozenset(session.scalars(statement))


def list_organisations_at(station_id: int, day: date) -> frozenset[int]:
    """Returns the organisations for which somebody works at a station on a day: not those whose people will arrive."""
    return _organisations(Placement.station_id == station_id, works_on(day))


def _organisations(*conditions: ColumnElement[bool]) -> frozenset[int]:
    statement = select(Employment.organisation_id).join(Placement, Placement.employment_id == Employment.id)
    return frozenset(session.scalars(statement.where(*conditions).distinct()))
