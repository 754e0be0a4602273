"""Who may write a station's pathway. Everybody who is signed in may read every station's."""

from sqlalchemy import ColumnElement, exists, or_, true

from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.pathways import queries
from lms.people.models import DutyStation, Employment, Placement


def may_edit(actor: Actor, station_id: int) -> bool:
    """Says whether an actor may publish a station's pathway: administrators, coordinators, and HR with people there.

    People who will arrive count as well: their pathway is written before they come.
    """
    if actor.has(Role.ADMIN) or actor.has(Role.COORDINATOR):
        return True
    if not actor.has(Role.HR):
        return False
    there = queries.list_organisations_at(station_id, clock.today(actor.time_zone))
    return any(actor.covers(Role.HR, organisation_id) for organisation_id in there)


def editable_stations(actor: Actor) -> ColumnElement[bool]:
    """Returns the same as a filter on ``DutyStation``."""
    if actor.has(Role.ADMIN) or actor.has(Role.COORDINATOR):
        return true()
    today = clock.today(actor.time_zone)
    there = exists().where(
        Placement.station_id == DutyStation.id,
        Placement.employment_id == Employment.id,
        Placement.retracted_at.is_(None),
        or_(Placement.through_on.is_(None), Placement.through_on >= today),
    )
    organisations = actor.organisations(Role.HR)
    return there if organisations is None else there.where(Employment.organisation_id.in_(organisations))
