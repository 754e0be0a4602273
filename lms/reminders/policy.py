"""Who may manage focal points: HR of the organisation, which also sees what was sent."""

from lms.kernel.actor import Actor, Role


def may_manage_focal_points(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may appoint and withdraw focal points of an organisation."""
    return actor.covers(Role.HR, organisation_id)
