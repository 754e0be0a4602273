"""Staff without e-mail, for the print list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import DutyStation, Employment, Organisation, Person, PersonMerge, Placement, Sector
from lms.reminders import policy
from lms.reminders.queries.runs import merge_of_employed, placement_covers, surviving_person_id


@dataclass(frozen=True, slots=True)
class StaffWithoutEmail:
    """A placement of somebody without e-mail in one of the actor's organisations."""

    person_id: int
    name: str
    organisation_id: int
    organisation: str
    staff_number: str
    station: str
    sector: Sector
    role: str


def list_staff_without_email(
    actor: Actor, day: date, station: str, page: int, per_page: int
) -> Pagination[StaffWithoutEmail]:
    """Lists the placements of people without e-mail by station and name; an empty station means all of them."""
    statement = (
        select(
            Person.id,
            Person.name,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
            Employment.staff_number,
            DutyStation.name.label("station"),
            Sector,
            Placement.role,
        )
        .select_from(Placement)
        .join(Employment, Employment.id == Placement.employment_id)
        .outerjoin(PersonMerge, merge_of_employed())
        .join(Person, Person.id == surviving_person_id())
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .join(Sector, Sector.slug == Placement.sector)
        .where(
            policy.of_own_organisations(actor, Organisation.id),
            placement_covers(day),
            or_(Person.email.is_(None), Person.email == ""),
        )
        .order_by(DutyStation.name, func.lower(Person.name), Employment.id)
    )
    if station:
        statement = statement.where(DutyStation.slug == station)
    found = paginate(statement, page, per_page)
    return found.with_items(
        [
            StaffWithoutEmail(
                row.id, row.name, row.organisation_id, row.organisation, row.staff_number, row.station, row.Sector,
                row.role,
            )
            for row in found.items
        ]
    )  # fmt: skip


def list_stations_of(actor: Actor, day: date) -> Sequence[DutyStation]:
    """Lists the stations where the actor's organisations have people on a day, by name."""
    there = (
        select(Placement.station_id)
        .join(Employment, Employment.id == Placement.employment_id)
        .join(Organisation, Organisation.id == Employment.organisation_id)
        .where(policy.of_own_organisations(actor, Organisation.id), placement_covers(day))
    )
    return session.scalars(select(DutyStation).where(DutyStation.id.in_(there)).order_by(DutyStation.name)).all()
