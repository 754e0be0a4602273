"""The link of a registration, signed and bound to what was sent last; and what a domain is. Pure."""

from collections.abc import Iterable
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from lms.kernel.text import is_email

PROVE_WITHIN = timedelta(days=2)
"""How long the link in the e-mail works; after that what was typed is removed."""

DECIDE_WITHIN = timedelta(days=30)
"""How long a request waits for HR; after that it is removed."""

LONGEST_TOKEN = 200


def domain_of(email: str) -> str:
    """Returns what follows the @ of a clean e-mail."""
    return email.rpartition("@")[2]


def read_domains(text: str) -> list[str]:
    """Returns the domains typed, with or without @, separated by spaces, commas or lines; each once."""
    words = (word.strip("@.").lower() for word in text.replace(",", " ").replace(";", " ").split())
    return list(dict.fromkeys(word for word in words if word))


def not_domains(domains: Iterable[str]) -> list[str]:
    """Returns those that no e-mail address can have."""
    return [domain for domain in domains if not is_email(f"name@{domain}")]


def sign(secret_key: str, request_id: int, sent_at: float) -> str:
    """Returns the token of a request, which fits into an address; it names nobody."""
    return str(_serializer(secret_key).dumps([request_id, sent_at]))


def read(secret_key: str, token: str) -> tuple[int, float] | None:
    """Returns which request a token is for and when it was sent, in seconds; None where we did not make it."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        request_id, sent_at = _serializer(secret_key).loads(token)
    except BadSignature:
        return None
    return request_id, sent_at


def _serializer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="registration")
