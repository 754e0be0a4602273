"""Inviting people, many at a time, and joining with the link."""

import secrets
from collections.abc import Sequence

from flask_security import hash_password

from lms.accounts.codes.operations import use_up_codes
from lms.accounts.models import Account
from lms.accounts.operations import sign_out_everywhere
from lms.audit.api import record, record_all
from lms.kernel import outbox
from lms.kernel.actor import Actor

JOB = "accounts.invite"
"""The kind of outbox row that invites many."""


def request_invitations(actor: Actor, account_ids: Sequence[int]) -> None:
    """Has people invited after the commit; who may be is judged again when each mail is sent."""
    key = f"{JOB}:{secrets.token_hex(8)}"
    outbox.put(JOB, key, {"by": actor.account_id, "accounts": list(account_ids), "key": key})


def invite(actor: Actor, account_ids: Sequence[int], key: str) -> None:
    """Queues an invitation for each account, unless those of this key were queued before."""
    keys = {account_id: f"invitation:{key}:{account_id}" for account_id in account_ids}
    known = outbox.list_known_keys(keys.values())
    new = {account_id: row_key for account_id, row_key in keys.items() if row_key not in known}
    for account_id, row_key in new.items():
        outbox.put("invitation", row_key, {"account": account_id, "by": actor.account_id})
    if new:
        record_all(actor, "accounts.invite", "account", {each: {} for each in new})


def use_invitation(actor: Actor, account: Account, password: str) -> None:
    """Sets the first password, chosen with the link of an invitation, which with all others is used up by that."""
    account.password = hash_password(password)
    sign_out_everywhere(account)
    use_up_codes(account)
    record(actor, "accounts.use_invitation", "account", account.id)
