"""The jobs of accounts: e-mails that are written when they go out, sign-in slips, and what is removed each hour."""

from datetime import datetime
from typing import Any

from flask_security.recoverable import generate_reset_password_token

from lms.accounts.emails import queue_new_device, write_reset
from lms.accounts.invitations.jobs import invite_many, send_invitation
from lms.accounts.queries import find_account, list_accounts_by_email
from lms.accounts.registering.jobs import take_registration
from lms.accounts.registering.operations import remove_expired_requests
from lms.accounts.sign_in.operations import remove_old_sessions
from lms.accounts.sign_in.queries import has_signed_in_before, load_actor
from lms.accounts.slips.jobs import make_slips, remove_old_files
from lms.accounts.support.operations import end_views_over
from lms.kernel import mail, outbox
from lms.kernel.db import reading, unit_of_work
from lms.kernel.worker import PeriodicJob

__all__ = ["JOBS", "invite_many", "make_slips", "send_invitation", "send_new_device", "send_reset", "take_registration"]

JOBS = (
    PeriodicJob("accounts.remove_expired_requests", remove_expired_requests, minute="33"),
    PeriodicJob("accounts.end_views_over", end_views_over, minute="*/10"),
    PeriodicJob("accounts.remove_old_sessions", remove_old_sessions, minute="53"),
    PeriodicJob("accounts.remove_old_slips", remove_old_files, minute="23"),
)


@outbox.handler("new_device", quick=True)
def send_new_device(payload: dict[str, Any]) -> None:
    """Queues the e-mail about a sign-in on a new device, at most one for an account on a day in UTC.

    Raises ``NoLongerTrue`` for somebody's very first sign-in, and for a closed account.
    """
    at = datetime.fromisoformat(payload["at"])
    with unit_of_work():
        account = find_account(payload["account"])
        if account is None or not account.active or not has_signed_in_before(account.id, at):
            raise outbox.NoLongerTrue
        queue_new_device(account, at, load_actor(account, at.date()).time_zone)


@outbox.handler("reset", quick=True)
def send_reset(payload: dict[str, str]) -> None:
    """Looks up whose an e-mail is, and sends a link to choose a new password for each of their accounts.

    Raises ``NoLongerTrue`` for an e-mail without an open account, and ``MailServerMissing``.
    """
    with reading():
        accounts = [account for account in list_accounts_by_email(payload["email"]) if account.active]
        if not accounts:
            raise outbox.NoLongerTrue
        mail.require_server()
        letters = [
            write_reset(account, token, several=len(accounts) > 1)
            for account in accounts
            for token in [generate_reset_password_token(account)]  # type: ignore[no-untyped-call]
        ]
    for letter in letters:
        mail.send(*letter)
