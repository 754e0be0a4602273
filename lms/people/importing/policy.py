"""Who may import: HR, into its own organisations; and who may see an import: the same."""

from sqlalchemy import ColumnElement, true

from lms.kernel.actor import Actor, Role
from lms.people.importing.models import PeopleImport


def may_import(actor: Actor, organisation_id: int) -> bool:
    """Says whether an actor may send a list of an organisation's people, see it, apply it and take it back."""
    return actor.covers(Role.HR, organisation_id)


def visible_imports(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``PeopleImport``."""
    scope = actor.organisations(Role.HR)
    return true() if scope is None else PeopleImport.organisation_id.in_(scope)
