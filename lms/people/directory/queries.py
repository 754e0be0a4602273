"""Every SELECT of the directory: an employment a row, with the placement to show."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from lms.kernel.actor import Actor, Role
from lms.kernel.db import read_rows
from lms.kernel.pagination import PER_PAGE, Pagination, clamp_page
from lms.people import policy
from lms.people.employers.queries import works_on, works_on_or_after
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement
from lms.people.queries import matches_text


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


def _shown_placement(today: date) -> ScalarSelect[int]:
    """Returns the id of an employment's placement to show: today's, else the next to come, else the last that was.

    It is looked up for one employment at a time: ranking everybody's takes SQLite minutes at fifty thousand people.
    """
    return (
        select(Placement.id)
        .where(Placement.employment_id == Employment.id, Placement.retracted_at.is_(None))
        .order_by(
            case((_is_running(today), 0), (Placement.from_on > today, 1), else_=2),
            case((Placement.from_on > today, Placement.from_on), else_=None),
            Placement.from_on.desc(),
        )
        .limit(1)
        .correlate(Employment)
        .scalar_subquery()
    )


def list_directory(actor: Actor, today: date, page: int, **filters: str) -> Pagination[DirectoryRow]:
    """Lists the people an actor may see, by name, one row an employment. Three queries.

    The filters are text, station, sector and state (now, future or left); empty ones do not filter.
    """
    # What somebody typed is a name more often than not, and names are in no cache.
    build = _list_statements.__wrapped__ if filters["text"] else _list_statements
    whole, some = build(actor.organisations(Role.HR), today, **filters)
    total: int = read_rows(whole).scalar_one()
    page = clamp_page(page, total)
    ids = read_rows(some, {"limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}).scalars().all()
    rows = read_rows(_page_statement(), {"ids": ids, "today": today})
    return Pagination(items=[DirectoryRow(*row) for row in rows], total=total, page=page)


def list_whole_directory(actor: Actor, today: date, **filters: str) -> list[DirectoryRow]:
    """Lists the same people without pages. One query."""
    statement = _statement(Employment.id.in_(_listed(actor, today, **filters).order_by(None)), today)
    return [DirectoryRow(*row) for row in read_rows(statement).all()]


@lru_cache
def _list_statements(
    scope: frozenset[int] | None, today: date, **filters: str
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """Returns the statements that count the people whom HR of a scope may see, and list the ids of a page of them.

    Built once for the same filters: that takes longer than running them.
    """
    listed = _listed(Actor(scopes={Role.HR: scope}), today, **filters)
    limit, offset = (bindparam(name, type_=Integer) for name in ("limit", "offset"))
    return select(func.count()).select_from(listed.order_by(None).subquery()), listed.limit(limit).offset(offset)


@lru_cache
def _page_statement() -> Select[*tuple[Any, ...]]:
    """Returns the statement of a page, built once: that takes longer than running it."""
    today: Any = bindparam("today", type_=Date)
    return _statement(Employment.id.in_(bindparam("ids", expanding=True)), today)


def _state_on(today: date) -> ColumnElement[str]:
    # Nobody without a placement runs or is to come.
    over = or_(Placement.id.is_(None), Placement.through_on < today)
    return case((Placement.from_on > today, "future"), (over, "left"), else_="now")


def _listed(actor: Actor, today: date, *, text: str, station: str, sector: str, state: str) -> Select[*tuple[Any, ...]]:
    listed = (
        select(Employment.id)
        .join(Person, Person.id == Employment.person_id)
        .where(policy.visible_employments(actor))
        .order_by(func.lower(Person.name), Employment.id)
    )
    if text:
        listed = listed.where(matches_text(text))
    if station or sector:
        # By the index of either SQLite would go through a whole station or sector for each person.
        at, main_sector = (func.coalesce(each, each) for each in (Placement.station_id, Placement.sector))
        place = (station, at == _station_id(station)), (sector, main_sector == sector)
        shown = [condition for name, condition in _shown_as(today).items() if state in ("", name)]
        return listed.where(_has_placement(or_(False, *shown), *(condition for value, condition in place if value)))
    if state == "left":
        # Nobody without a placement runs or is to come.
        return listed.where(~_has_placement(works_on_or_after(today)))
    if state:
        return listed.where(_has_placement(_shown_as(today).get(state, false())))
    return listed


def _shown_as(today: date) -> dict[str, ColumnElement[bool]]:
    """Returns for each state the condition that it is the state of the placement that is shown.

    It says the same as ``_shown_placement`` of placements that share no day. Where all are to be filtered it is quicker
    than to look each one up.
    """
    other = aliased(Placement)
    others = exists().where(other.employment_id == Placement.employment_id, other.retracted_at.is_(None))
    before_future = or_(other.through_on.is_(None), other.through_on >= today), other.from_on < Placement.from_on
    return {
        "now": _is_running(today),
        "future": and_(Placement.from_on > today, ~others.where(*before_future)),
        "left": and_(Placement.through_on < today, ~others.where(other.from_on > Placement.from_on)),
    }


def _is_running(today: date) -> ColumnElement[bool]:
    return works_on(today)


def _has_placement(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Placement.employment_id == Employment.id, Placement.retracted_at.is_(None), *conditions)


def _station_id(slug: str) -> ScalarSelect[int]:
    return select(DutyStation.id).where(DutyStation.slug == slug).scalar_subquery()


def _statement(which: ColumnElement[bool], today: date) -> Select[*tuple[Any, ...]]:
    """Returns the statement that reads `DirectoryRow`, in the order of its fields."""
    statement = (
        select(
            Person.id.label("person_id"),
            Person.name,
            Person.email,
            Employment.staff_number,
            Organisation.name.label("organisation"),
            DutyStation.name.label("station"),
            Placement.sector,
            Placement.role,
            Placement.from_on,
            Placement.through_on,
            _state_on(today).label("state"),
        )
        .select_from(Employment)
        .join(Person, Person.id == Employment.person_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(which)
        .order_by(func.lower(Person.name), Employment.id)
    )
    return _with_placement(statement, today)


def _with_placement(statement: Select[*tuple[Any, ...]], today: date) -> Select[*tuple[Any, ...]]:
    return statement.outerjoin(Placement, Placement.id == _shown_placement(today)).outerjoin(
        DutyStation, DutyStation.id == Placement.station_id
    )
