"""Printing sign-in codes, and choosing a password with one."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from flask_security import hash_password
from sqlalchemy import update

from lms.accounts.codes import queries, rules
from lms.accounts.models import Account, OneTimeCode
from lms.accounts.operations import sign_out_everywhere
from lms.audit.api import record, record_all
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.db import session


def print_codes(actor: Actor, account_ids: Iterable[int], *, organisation_id: int | None = None) -> list[str]:
    """Makes a one-time code for each account and returns them in their order, to be printed once.

    With a code its holder sets a password. Codes printed earlier stay valid until they expire, so that reprinting
    never locks anybody out. ``organisation_id`` is the one whose HR prints them, none for an administrator. Who may do
    this is judged before (``policy.may_print_code``), and that accounts are open.
    """
    codes = generate_codes(account_ids)
    record_codes(actor, codes, organisation_id=organisation_id)
    return list(codes.values())


def generate_codes(account_ids: Iterable[int]) -> dict[int, str]:
    """Returns a new code for each account, in their order; none works before it is recorded."""
    return {account_id: rules.generate_code(secrets.randbelow) for account_id in account_ids}


def record_codes(actor: Actor, codes: Mapping[int, str], *, organisation_id: int | None = None) -> None:
    """Records codes by their account: from the commit on they work."""
    expires_at = clock.now() + rules.VALID_FOR
    records.add_all(
        actor,
        [
            OneTimeCode(account_id=account_id, digest=rules.hash_code(code), expires_at=expires_at)
            for account_id, code in codes.items()
        ],
    )
    each: dict[int, dict[str, Any]] = {account_id: {} for account_id in codes}
    if each:
        record_all(actor, "accounts.print_code", "account", each, organisation_id=organisation_id)


def use_code(actor: Actor, account: Account, password: str) -> None:
    """Sets the password chosen with a printed code, ends all sessions, and uses up all codes of the account."""
    account.password = hash_password(password)
    sign_out_everywhere(account)
    use_up_codes(account)
    record(actor, "accounts.use_code", "account", account.id)


def use_up_codes(account: Account) -> None:
    """Makes every valid code of an account useless, because a password was chosen after they were printed."""
    now = clock.now()
    valid = (OneTimeCode.account_id == account.id, queries.is_valid(now))
    session.execute(update(OneTimeCode).where(*valid).values(used_at=now))
