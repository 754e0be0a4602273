"""Who may import: HR, into its own organisations."""

from sqlalchemy import ColumnElement

from lms.kernel.actor import Actor
from lms.people.importing.models import PeopleImport
from lms.people.policy import within_scope


def visible_imports(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on imports that an actor may see, apply and undo."""
    return within_scope(actor, PeopleImport.organisation_id)
