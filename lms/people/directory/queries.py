"""The directory of people: one row an employment, with the placement that matters today."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from lms.kernel.actor import Actor
from lms.kernel.pagination import Pagination, paginate
from lms.people import policy
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement


@dataclass(frozen=True, slots=True)
class DirectoryFilter:
    """What to list; empty values do not filter. ``state`` is now, future or left."""

    text: str = ""
    station: str = ""
    sector: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One employment in the directory; station, sector, role and days are empty where there is no placement."""

    person_id: int
    name: str
    email: str | None
    staff_number: str
    organisation: str
    station: str | None
    sector: str | None
    role: str | None
    from_on: date | None
    through_on: date | None
    state: str


def contains_words(text: str, *columns: Any) -> ColumnElement[bool]:
    """Returns the condition that each of the first six words of a text is part of a column, whatever the case.

    Databases fold the case of Latin letters without accents only; so other spellings of a word are tried too.
    """
    conditions = []
    for word in text.split()[:6]:
        spellings = {word, word.lower(), word.upper(), word.title()}
        conditions.append(
            or_(
                *(column.contains(spelling, autoescape=True) for column in columns for spelling in spellings),
                *(func.lower(column).contains(word.lower(), autoescape=True) for column in columns),
            )
        )
    return and_(True, *conditions)


def _ranked_placements(actor: Actor, today: date) -> Subquery:
    """Ranks each employment's placements: today's first, then the next to come, then the last that was."""
    running = and_(Placement.from_on <= today, or_(Placement.through_on.is_(None), Placement.through_on >= today))
    state = case((running, "now"), (Placement.from_on > today, "future"), else_="left")
    rank = func.row_number().over(
        partition_by=Placement.employment_id,
        order_by=(
            case((running, 0), (Placement.from_on > today, 1), else_=2),
            case((Placement.from_on > today, Placement.from_on), else_=None),
            Placement.from_on.desc(),
        ),
    )
    return (
        select(
            Placement.employment_id,
            Placement.station_id,
            Placement.sector,
            Placement.role,
            Placement.from_on,
            Placement.through_on,
            state.label("state"),
            rank.label("rank"),
        )
        .join(Placement.employment)
        .where(Placement.retracted_at.is_(None), policy.visible_employments(actor))
        .subquery()
    )


def list_directory(actor: Actor, filters: DirectoryFilter, today: date, page: int = 1) -> Pagination[DirectoryRow]:
    """Lists the people an actor may see, by name, one row an employment. Two queries."""
    placement = _ranked_placements(actor, today)
    state = func.coalesce(placement.c.state, "left")
    conditions = [policy.visible_employments(actor)]
    if filters.text:
        conditions.append(contains_words(filters.text, Person.name, Employment.staff_number, Person.email))
    if filters.station:
        conditions.append(DutyStation.slug == filters.station)
    if filters.sector:
        conditions.append(placement.c.sector == filters.sector)
    if filters.state:
        conditions.append(state == filters.state)
    statement = (
        select(
            Person.id.label("person_id"),
            Person.name,
            Person.email,
            Employment.staff_number,
            Organisation.name.label("organisation"),
            DutyStation.name.label("station"),
            placement.c.sector,
            placement.c.role,
            placement.c.from_on,
            placement.c.through_on,
            state.label("state"),
        )
        .select_from(Employment)
        .join(Person, Person.id == Employment.person_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .outerjoin(placement, and_(placement.c.employment_id == Employment.id, placement.c.rank == 1))
        .outerjoin(DutyStation, DutyStation.id == placement.c.station_id)
        .where(*conditions)
        .order_by(func.lower(Person.name), Employment.id)
    )
    found = paginate(statement, page)
    return found.with_items([DirectoryRow(**row._mapping) for row in found.items])
