"""Starting and ending sessions: what a cookie names is a row here, and without it the cookie is worth nothing.

Who signed in and which sign-ins were refused is in the audit trail; what somebody typed is not.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, insert

from lms.accounts.models import Account, SignedInSession
from lms.audit.api import record
from lms.kernel import clock, outbox
from lms.kernel.actor import NOBODY, Actor
from lms.kernel.db import session, unit_of_work

LONGEST_SESSION = timedelta(days=90)
"""After how long everybody signs in again, however often they were here."""


def start_session(account_id: int, origin: Mapping[str, Any] | None = None) -> str:
    """Starts a session of an account and returns the token that its cookies name.

    ``origin`` are the columns that say which directory signed its holder in.
    """
    token = secrets.token_hex(16)
    values = {"account_id": account_id, "token": token, "signed_in_at": clock.now(), **(origin or {})}
    session.execute(insert(SignedInSession).values(values))
    return token


def end_session(token: str) -> None:
    """Ends one session, with every copy of its cookies; one that has ended is ignored."""
    session.execute(delete(SignedInSession).where(SignedInSession.token == token))


def record_sign_in(account_id: int) -> None:
    """Records that the holder of an account signed in with their password, or through a provider."""
    record(Actor(account_id=account_id), "accounts.sign_in", "account", account_id)


def record_refused_sign_in(account_ids: Sequence[int]) -> None:
    """Records a refused sign-in, with the account where what was typed belongs to one and only one.

    One entry whether there is an account or not, so that the time tells nobody.
    """
    known = account_ids[0] if len(account_ids) == 1 else None
    record(NOBODY, "accounts.refuse_sign_in", "account" if known else "unknown_account", known)


def record_refused_code(account_id: int) -> None:
    """Records that somebody who knew the password typed a wrong code in the second step."""
    record(NOBODY, "accounts.refuse_code", "account", account_id)


def request_reset(email: str) -> None:
    """Asks the worker to send a link to choose a new password to an e-mail, whether it is anybody's or not.

    The same work for every e-mail: so the time of the answer tells nobody who has an account.
    """
    outbox.put("reset", None, {"email": email})


def note_new_device(account: Account) -> None:
    """Has the worker tell who signed in on a device that did not know them, in case it was somebody else.

    Nobody is told without an e-mail, where no mail goes out, or in the demonstration, where all know the password.
    """
    config = current_app.config
    if account.address and config["MAIL_SERVER"] and not config["DEMONSTRATION"]:
        outbox.put("new_device", None, {"account": account.id, "at": clock.now().isoformat()})


def remove_old_sessions() -> None:
    """Ends the sessions that began too long ago."""
    with unit_of_work():
        oldest = clock.now() - LONGEST_SESSION
        session.execute(delete(SignedInSession).where(SignedInSession.signed_in_at < oldest))
