"""Staff without e-mail, for the print list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, or_, select

from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import within_scope
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector
from lms.reminders.queries.runs import select_in_post


def list_staff_without_email(
    actor: Actor, day: date, station: str, page: int, per_page: int
) -> Pagination[Row[*tuple[Any, ...]]]:
    """Lists the placements of people without e-mail by station and name; an empty station means all of them.

    Rows have person_id, name, organisation_id, organisation, staff_number, station, Sector and role.
    """
    statement = (
        select_in_post(
            day,
            Person.id.label("person_id"),
            Person.name,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
            Employment.staff_number,
            DutyStation.name.label("station"),
            Sector,
            Placement.role,
        )
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .join(Sector, Sector.slug == Placement.sector)
        .where(within_scope(actor, Organisation.id), or_(Person.email.is_(None), Person.email == ""))
        .order_by(DutyStation.name, func.lower(Person.name), Employment.id)
    )
    return paginate(statement.where(DutyStation.slug == station) if station else statement, page, per_page)


def list_stations_of(actor: Actor, day: date) -> Sequence[DutyStation]:
    """Lists the stations where the actor's organisations have people on a day, by name."""
    mine = within_scope(actor, Employment.organisation_id)
    there = DutyStation.id.in_(select_in_post(day, Placement.station_id).where(mine))
    return session.scalars(select(DutyStation).where(there).order_by(DutyStation.name)).all()
