"""Who may see what was sent, and manage focal points: HR of the organisation."""

from sqlalchemy import ColumnElement, true

from lms.kernel.actor import Actor, Role
from lms.people.models import Organisation
from lms.reminders.models import Reminder, SectorFocalPoint


def may_see_log(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may see what was sent in the name of an organisation."""
    return actor.covers(Role.HR, organisation_id)


def visible_reminders(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``Reminder``."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else Reminder.organisation_id.in_(sorted(scope))


def may_manage_focal_points(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may choose who gets the weekly figures of a sector in an organisation."""
    return actor.covers(Role.HR, organisation_id)


def visible_focal_points(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``SectorFocalPoint``."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else SectorFocalPoint.organisation_id.in_(sorted(scope))


def own_organisations(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``Organisation``."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else Organisation.id.in_(sorted(scope))
