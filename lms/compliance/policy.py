"""Who may see training status, and who may decide what is mandatory for whom.

Names are for the HR of the organisation a person is employed at (`lms.people.policy`). Requirements are
their organisation's matter; those for all organisations are the administrator's.
"""

from sqlalchemy import ColumnElement, false, or_, true

from lms.compliance.requirements.models import Exemption, Requirement
from lms.kernel.actor import Actor, Role
from lms.kernel.errors import NotAllowed
from lms.kernel.i18n import gettext as _
from lms.people.api import within_scope
from lms.people.models import Organisation


def reported_organisations(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on organisations whose report and people the actor may see."""
    return within_scope(actor, Organisation.id)


def visible_requirements(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on requirements that the actor may read."""
    scope = actor.organisations(Role.HR)
    if actor.has(Role.ADMIN) or scope is None:
        return true()
    if not scope:
        return false()
    return or_(Requirement.organisation_id.is_(None), Requirement.organisation_id.in_(sorted(scope)))


def may_change_requirement(actor: Actor, organisation_id: int | None) -> bool:
    """Returns whether the actor may make, change or end requirements there (None: for all organisations)."""
    return actor.has(Role.ADMIN) if organisation_id is None else actor.covers(Role.HR, organisation_id)


def may_exempt(actor: Actor, organisation_id: int | None) -> bool:
    """Says whether the actor may exempt somebody there, and withdraw such an exemption."""
    return organisation_id is not None and actor.covers(Role.HR, organisation_id)


def visible_exemptions(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on exemptions that is true for those of `may_exempt`."""
    scope = actor.organisations(Role.HR)
    if scope is None:
        return Exemption.organisation_id.is_not(None)
    return Exemption.organisation_id.in_(sorted(scope))


def require_allowed(allowed: bool) -> None:
    """Raises NotAllowed unless something is allowed."""
    if not allowed:
        raise NotAllowed(_("Only the organisation that owns this, or an administrator, can change it."))
