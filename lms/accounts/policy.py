"""Who may see accounts, and who may print a code that lets somebody in."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, true

from lms.accounts.models import Account
from lms.kernel.actor import Actor, Role
from lms.people.api import may_see_person


def may_see_account(actor: Actor, account_id: int) -> bool:
    """Says whether an actor may see an account with its roles: the own one, and administrators every one."""
    return actor.has(Role.ADMIN) or actor.account_id == account_id


def visible_accounts(actor: Actor) -> ColumnElement[bool]:
    """Returns the same judgement as a condition on ``Account``."""
    return true() if actor.has(Role.ADMIN) else Account.id == actor.account_id


def may_print_code(actor: Actor, *, organisations: Iterable[int], holds_role: bool) -> bool:
    """Says whether an actor may print a code for somebody employed by these organisations.

    HR prints for its own people, but never for somebody who holds a role: with such a code one could become an
    administrator. An administrator prints for those.
    """
    if actor.has(Role.ADMIN):
        return holds_role or may_see_person(actor, organisations)
    return not holds_role and may_see_person(actor, organisations)
