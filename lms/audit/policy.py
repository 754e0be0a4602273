"""Who may read the audit trail: administrators, and nobody else."""

from sqlalchemy import ColumnElement, false, true

from lms.kernel.actor import Actor, Role


def visible_entries(actor: Actor) -> ColumnElement[bool]:
    """Returns who may read the trail as a condition on ``AuditEntry``."""
    return true() if actor.has(Role.ADMIN) else false()
