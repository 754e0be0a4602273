"""Printing sign-in codes, and choosing a password with one."""

import secrets
from collections.abc import Sequence

from flask_security import hash_password

from lms.accounts.codes import queries, rules
from lms.accounts.models import Account, OneTimeCode
from lms.accounts.operations import sign_out_everywhere
from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _


def print_codes(actor: Actor, accounts: Sequence[Account]) -> list[str]:
    """Makes a one-time code for each account and returns them in their order, to be printed once.

    With a code its holder sets a password. Codes printed earlier stay valid until they expire, so that reprinting
    never locks anybody out. Who may do this is judged before (``policy.may_print_code``).
    """
    if not all(account.active for account in accounts):
        raise Invalid(_("This account is closed. An administrator can open it again."))
    codes = [rules.generate_code(secrets.randbelow) for _account in accounts]
    now = clock.now()
    for account, code in zip(accounts, codes, strict=True):
        session.add(
            OneTimeCode(
                account_id=account.id,
                digest=rules.hash_code(code),
                expires_at=rules.expires_at(now),
                recorded_at=now,
                recorded_by=actor.account_id or None,
            )
        )
        record(actor, "accounts.print_code", "account", account.id)
    session.flush()
    return codes


def use_code(actor: Actor, account: Account, password: str) -> None:
    """Sets the password chosen with a printed code, ends all sessions, and uses up all codes of the account."""
    account.password = hash_password(password)
    sign_out_everywhere(account)
    use_up_codes(account)
    record(actor, "accounts.use_code", "account", account.id)


def use_up_codes(account: Account) -> None:
    """Makes every valid code of an account useless, because a password was chosen after they were printed."""
    now = clock.now()
    for code in queries.list_valid_codes(account.id, now):
        code.used_at = now
    session.flush()
