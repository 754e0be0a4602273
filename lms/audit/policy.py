"""Who may read the audit trail: administrators, and nobody else."""

from sqlalchemy import ColumnElement, false, true

from lms.kernel.actor import Actor, Role


def may_see_trail(actor: Actor) -> bool:
    """Says whether an actor may read the audit trail."""
    return actor.has(Role.ADMIN)


def visible_entries(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``AuditEntry``."""
    return true() if may_see_trail(actor) else false()
