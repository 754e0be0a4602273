"""Starting and ending sessions: what a cookie names is a row here, and without it the cookie is worth nothing."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, insert

from lms.accounts.models import SignedInSession
from lms.kernel import clock
from lms.kernel.db import session, unit_of_work

LONGEST_SESSION = timedelta(days=90)
"""After how long everybody signs in again, however often they were here."""


def start_session(account_id: int) -> str:
    """Starts a session of an account and returns the token that its cookies name."""
    token = secrets.token_hex(16)
    values = {"account_id": account_id, "token": token, "signed_in_at": clock.now()}
    session.execute(insert(SignedInSession).values(values))
    return token


def end_session(token: str) -> None:
    """Ends one session, with every copy of its cookies; one that has ended is ignored."""
    session.execute(delete(SignedInSession).where(SignedInSession.token == token))


def remove_old_sessions() -> None:
    """Ends the sessions that began too long ago."""
    with unit_of_work():
        oldest = clock.now() - LONGEST_SESSION
        session.execute(delete(SignedInSession).where(SignedInSession.signed_in_at < oldest))
