"""From when a second step is required, the keys that protect what it needs, and what a typed code is. Pure."""

import base64
import hashlib
import hmac
import re
from datetime import date, datetime, timedelta

RECOVERY_CODES = 10
"""How many recovery codes are made at once."""


def required_from(roles_since: datetime, after_days: int) -> date:
    """Returns the day, in UTC, from which somebody who got a first role at a moment needs a second step."""
    return roles_since.date() + timedelta(days=after_days)


def derive_key(secret_key: str, purpose: str) -> str:
    """Returns a key for one purpose from the installation's secret, in the form that Fernet takes."""
    digest = hmac.new(secret_key.encode(), f"second step: {purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()


def normalise_code(text: str) -> str:
    """Returns a typed code as it was shown: six digits of an app, or a recovery code in its three groups."""
    signs = re.sub(r"[\W_]", "", text).lower()
    return "-".join((signs[:4], signs[4:8], signs[8:])) if len(signs) == 12 else signs
