"""The link of an invitation: signed, bound to the account's state, and valid for two weeks. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

VALID_FOR = timedelta(days=14)
"""How long the link of an invitation is valid."""

LONGEST_TOKEN = 400


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says: whose it is, as what the account was when it was sent, and when that was."""

    account_id: int
    state: str
    sent_at: datetime


def state_of(uniquifier: str, password: str | None, email: str | None) -> str:
    """Returns a hash of what ends links sent before: another password or e-mail, or signing out everywhere."""
    return hashlib.sha256(f"invitation:{uniquifier}:{password or ''}:{email or ''}".encode()).hexdigest()[:20]


def sign(secret_key: str, invitation: Invitation) -> str:
    """Returns the token of an invitation, which fits into an address."""
    parts = [invitation.account_id, invitation.state, int(invitation.sent_at.timestamp())]
    return str(_serializer(secret_key).dumps(parts))


def read(secret_key: str, token: str) -> Invitation | None:
    """Returns what a token says; None where we did not make it."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        account_id, state, sent_at = _serializer(secret_key).loads(token)
    except BadSignature:
        return None
    return Invitation(account_id, state, datetime.fromtimestamp(sent_at, UTC))


def _serializer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="invitation")
