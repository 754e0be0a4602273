"""Who may write a station's pathway; everybody who is signed in may read it."""

from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.pathways import queries


def may_edit(actor: Actor, station_id: int) -> bool:
    """Says whether an actor may publish a station's pathway: administrators, coordinators, and HR with people there.

    Staff who will arrive count as well: their pathway is written before they come.
    """
    if actor.has(Role.ADMIN) or actor.has(Role.COORDINATOR):
        return True
    if not actor.has(Role.HR):
        return False
    there = queries.list_organisations_at(station_id, clock.today(actor.time_zone))
    return any(actor.covers(Role.HR, organisation_id) for organisation_id in there)
