"""Who may see what was sent, and manage focal points: HR of the organisation."""

from typing import Any

from sqlalchemy import ColumnElement, true

from lms.kernel.actor import Actor, Role


def may_manage_focal_points(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may appoint and withdraw focal points of an organisation."""
    return actor.covers(Role.HR, organisation_id)


def of_own_organisations(actor: Actor, organisation_id: Any) -> ColumnElement[bool]:
    """Returns the condition that a column names an organisation of which the actor is HR."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else organisation_id.in_(sorted(scope))
