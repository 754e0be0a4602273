"""Which signed reports somebody may see: those they may verify."""

from sqlalchemy import ColumnElement, exists, true

from lms.compliance.report.signoff.models import ReportSignoff, SignoffOrganisation
from lms.kernel.actor import Actor, Role


def visible_signoffs(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on sign-offs of reports about organisations of which the actor is HR, for all of them."""
    scope = None if actor.has(Role.ADMIN) else actor.organisations(Role.HR)
    if scope is None:
        return true()
    elsewhere = SignoffOrganisation.organisation_id.not_in(sorted(scope))
    return ~exists().where(SignoffOrganisation.signoff_id == ReportSignoff.id, elsewhere)
