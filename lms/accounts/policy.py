"""Who may see accounts and access tokens, print sign-in codes, and see the pages of others."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, true

from lms.accounts.models import AccessToken, Account
from lms.kernel.actor import Actor, Role
from lms.kernel.i18n import gettext as _
from lms.people.api import may_see_person, within_scope


def visible_accounts(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on accounts an actor may see with their roles: the own one, administrators all."""
    return true() if actor.has(Role.ADMIN) else Account.id == actor.account_id


def visible_tokens(actor: Actor) -> ColumnElement[bool]:
    """Returns the condition on access tokens an actor may see and revoke.

    Everybody their own, HR those of its organisation, administrators all.
    """
    own = AccessToken.account_id == actor.account_id
    return true() if actor.has(Role.ADMIN) else or_(own, within_scope(actor, AccessToken.organisation_id))


def may_print_code(actor: Actor, employers: Collection[int], *, has_role: bool) -> bool:
    """Says whether an actor may print a code for somebody who works for these organisations, today or later.

    With a code one signs in as its holder. So HR prints for its own people, but not for somebody who has a role or
    works for others too: an administrator prints for those.
    """
    if actor.has(Role.ADMIN) and (has_role or len(employers) > 1):
        return True
    return bool(employers) and not has_role and all(may_see_person(actor, [each]) for each in employers)


def why_not_seen(actor: Actor, account: Account) -> str:
    """Returns why an actor may not see the pages of an account's holder as they do, or nothing where they may.

    Administrators may, but not those of each other: whoever sees them sees everything. The account has its grants.
    """
    if account.id == actor.account_id:
        return _("These are your own pages: open them yourself.")
    if any(grant.role == Role.ADMIN and grant.retracted_at is None for grant in account.grants):
        return _("Nobody sees the pages of an administrator but they themselves. Ask them what they see.")
    if not account.active:
        return _("This account is closed: its holder sees no pages.")
    return "" if actor.has(Role.ADMIN) else _("Only an administrator sees the pages of others.")
