"""Who can be invited, and whom a link belongs to."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.codes.queries import load_account_for_code, why_no_code
from lms.accounts.invitations import rules
from lms.accounts.models import Account
from lms.accounts.queries import find_account
from lms.audit.models import AuditEntry
from lms.kernel.actor import Actor
from lms.kernel.batches import VALUES_PER_QUERY
from lms.kernel.db import lock_rows, read_rows
from lms.kernel.errors import Invalid, Refusal
from lms.kernel.i18n import gettext as _


class InvitationOver(Refusal):
    """The link cannot be used: ``used`` says whether because a password was chosen since, else it has expired."""

    def __init__(self, *, used: bool) -> None:
        super().__init__()
        self.used = used


def list_invited_at(account_ids: Collection[int]) -> dict[int, datetime]:
    """Returns when accounts were last invited, by account. Of many, all invitations are read, in one query too."""
    invited = (
        select(AuditEntry.subject_id, func.max(AuditEntry.recorded_at))
        .where(AuditEntry.action == "accounts.invite")
        .group_by(AuditEntry.subject_id)
    )
    if len(account_ids) <= VALUES_PER_QUERY:
        invited = invited.where(AuditEntry.subject == "account", AuditEntry.subject_id.in_(sorted(account_ids)))
    known = frozenset(account_ids)
    return {account_id: at for account_id, at in read_rows(invited).all() if account_id in known}


def load_account_to_invite(actor: Actor, person_id: int) -> Account:
    """Loads the account of somebody an actor may invite: the same people as for codes.

    Raises what ``load_account_for_code`` does, and ``Invalid`` where there is no e-mail or a password already.
    """
    account = load_account_for_code(actor, person_id)
    if reason := why_not_invited(account):
        raise Invalid(reason)
    return account


def why_not_invited(account: Account) -> str:
    """Returns why an account gets no invitation, whoever asks; empty where it may get one."""
    if not account.address:
        return _("There is no e-mail. Print a sign-in code instead.")
    if account.password:
        return _("This person has chosen a password already. A forgotten one is reset from the sign-in page.")
    return ""


def may_still_be_invited(actor: Actor, account: Account) -> bool:
    """Says whether an invitation that was asked for earlier may be sent now: not to who has left or has joined."""
    return account.active and not why_not_invited(account) and not why_no_code(actor, account)


def load_invited(secret_key: str, token: str, now: datetime) -> Account | None:
    """Loads and locks the account that a link invites; None for a token that we did not make.

    Raises ``InvitationOver`` for a link that was used or has expired, of an account that was closed, or sent before its
    holder was given a role: who invited them may not sign in with it.
    """
    invitation = rules.read(secret_key, token)
    if invitation is None:
        return None
    lock_rows(Account, invitation.account_id)
    account = find_account(invitation.account_id)
    if account is None:
        return None
    if invitation.state != rules.state_of(account.fs_uniquifier, account.password, account.address):
        raise InvitationOver(used=bool(account.password))
    given_role = any(grant.recorded_at > invitation.sent_at for grant in account.grants)
    if now >= invitation.sent_at + rules.VALID_FOR or not account.active or given_role:
        raise InvitationOver(used=False)
    return account
