"""What webhooks say, and how it is signed. Pure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lms.kernel.i18n import lazy_gettext as _l


class EventKind(StrEnum):
    """What an organisation can be told of."""

    AWARD_ISSUED = "award.issued"
    AWARD_REVOKED = "award.revoked"
    STATUS_CHANGED = "status.changed"
    PERSON_LEFT = "person.left"


TEST = "test"
"""The kind of an event that somebody sends to try an address."""

KIND_LABELS = {
    EventKind.AWARD_ISSUED: _l("A certificate was issued"),
    EventKind.AWARD_REVOKED: _l("A certificate was revoked"),
    EventKind.STATUS_CHANGED: _l("The training status of a person changed"),
    EventKind.PERSON_LEFT: _l("A person left"),
    TEST: _l("A test"),
}

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""How long nothing is sent to an address that did not answer: by how often the delivery was tried."""


def pause_after(tries: int) -> timedelta:
    """Returns how long an address is left alone after so many tries of one delivery."""
    return PAUSES[min(tries, len(PAUSES)) - 1]


def make_secret(key: str, token: str) -> str:
    """Returns the secret that signs what a webhook sends; without the installation's key nobody can make it."""
    digest = hmac.new(key.encode(), f"webhook {token}".encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(digest).decode()}"


def write_body(kind: str, recorded_at: datetime, data: Mapping[str, Any]) -> str:
    """Returns what is sent: the same text each time, so that a repeated delivery can be recognised."""
    body = {"type": kind, "timestamp": recorded_at.isoformat().replace("+00:00", "Z"), "data": dict(data)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def sign(secret: str, message_id: str, moment: datetime, body: str) -> dict[str, str]:
    """Returns the headers of a message, as Standard Webhooks describes them; ``moment`` is in UTC."""
    from standardwebhooks import Webhook as Signer  # noqa: PLC0415 - the worker alone signs

    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Signer(secret).sign(message_id, moment, body),
    }
