"""The directory of people: one row an employment, with the placement that matters today."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from lms.kernel.actor import Actor
from lms.kernel.pagination import Pagination, paginate
from lms.people import policy
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement

STATES = ("now", "future", "left")
"""When somebody works: today, only from a later day on, or no more (or without any placement)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty words look for everything."""

    text: str = ""
    station: str = ""
    sector: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One employment as the directory shows it; days and work are empty where there is no placement."""

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


def contains(text: str, *columns: Any) -> ColumnElement[bool]:
    """Returns the condition that every word of a text is part of one of the columns, whatever the case.

    Databases fold the case of Latin letters without accents only; so other spellings of a word are tried too.
    """
    found = []
    for word in text.split()[:6]:
        spellings = {word, word.lower(), word.upper(), word.title()}
        found.append(
            or_(
                *(column.contains(spelling, autoescape=True) for column in columns for spelling in spellings),
                *(func.lower(column).contains(word.lower(), autoescape=True) for column in columns),
            )
        )
    return and_(True, *found)


def _placements(actor: Actor, today: date) -> Subquery:
    """Ranks each employment's placements: today's first, then the next to come, then the last that was."""
    running = and_(
        Placement.from_on <= today, or_(Placement.through_on.is_(None), Placement.through_on >= today)
    )
    state = case((running, "now"), (Placement.from_on > today, "future"), else_="left")
    line = func.row_number().over(
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
            line.label("line"),
        )
        .join(Placement.employment)
        .where(Placement.retracted_at.is_(None), policy.visible_employments(actor))
        .subquery()
    )


def list_directory(actor: Actor, wanted: Wanted, today: date, page: int = 1) -> Pagination[DirectoryRow]:
    """Lists the people an actor may see, by name, one row an employment. Two queries."""
    placed = _placements(actor, today)
    state = func.coalesce(placed.c.state, "left")
    statement = (
        select(
            Person.id.label("person_id"),
            Person.name,
            Person.email,
            Employment.staff_number,
            Organisation.name.label("organisation"),
            DutyStation.name.label("station"),
            placed.c.sector,
            placed.c.role,
            placed.c.from_on,
            placed.c.through_on,
            state.label("state"),
        )
        .select_from(Employment)
        .join(Person, Person.id == Employment.person_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .outerjoin(placed, and_(placed.c.employment_id == Employment.id, placed.c.line == 1))
        .outerjoin(DutyStation, DutyStation.id == placed.c.station_id)
        .where(policy.visible_employments(actor))
        .order_by(func.lower(Person.name), Employment.id)
    )
    if wanted.text:
        statement = statement.where(contains(wanted.text, Person.name, Employment.staff_number, Person.email))
    if wanted.station:
        statement = statement.where(DutyStation.slug == wanted.station)
    if wanted.sector:
        statement = statement.where(placed.c.sector == wanted.sector)
    if wanted.state:
        statement = statement.where(state == wanted.state)
    found = paginate(statement, page)
    return found.with_items([DirectoryRow(**row._mapping) for row in found.items])
