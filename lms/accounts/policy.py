"""Who may see accounts, and who may print sign-in codes."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, true

from lms.accounts.models import Account
from lms.kernel.actor import Actor, Role
from lms.people.api import may_see_person


def visible_accounts(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on accounts an actor may see with their roles: the own one, administrators all."""
    return true() if actor.has(Role.ADMIN) else Account.id == actor.account_id


def may_print_code(actor: Actor, organisations: Iterable[int], *, has_role: bool) -> bool:
    """Says whether an actor may print a code for somebody employed by these organisations.

    HR prints for its own people, but never for somebody who has a role: with such a code one could become an
    administrator. An administrator prints for those.
    """
    return actor.has(Role.ADMIN) if has_role else may_see_person(actor, organisations)
