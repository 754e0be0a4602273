"""Reads the installation's keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select

from lms.certification.models import SigningKey
from lms.certification.signing.rules import key_id, secret_check, storage_key
from lms.kernel.db import session
from lms.kernel.installation import find_value

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

STATUS_KEY = "certificate_status_key"
"""The installation value that hides the order of the status list."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs today: its id, and what it is encrypted with and to."""

    key_id: str
    private_key: str
    storage_key: bytes
    status_key: bytes

    def sign(self, data: bytes) -> bytes:
        """Returns the signature, 64 bytes: the same for the same data."""
        return _decrypted(self.private_key, self.storage_key).sign(data)


@lru_cache(4)
def _decrypted(private_key: str, storage: bytes) -> "Ed25519PrivateKey":
    from cryptography.fernet import Fernet  # noqa: PLC0415 - most processes never sign
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    return Ed25519PrivateKey.from_private_bytes(Fernet(storage).decrypt(private_key.encode()))


def find_signer(secret: str) -> Signer | None:
    """Finds the key that signs; None before one was made, and where the secret key is another than then."""
    last = session.scalar(select(SigningKey).order_by(SigningKey.id.desc()).limit(1))
    status_key = find_value(STATUS_KEY)
    if last is None or last.private_key is None or status_key is None or last.secret_check != secret_check(secret):
        return None
    return Signer(key_id(last.public_key), last.private_key, storage_key(secret), bytes.fromhex(status_key.value))


def can_sign(secret: str) -> bool:
    """Says whether there is a key that signs and can be used with this secret key."""
    return find_signer(secret) is not None


def list_keys() -> Sequence[SigningKey]:
    """Lists the keys that verify, the one that signs first."""
    return session.scalars(
        select(SigningKey).where(SigningKey.withdrawn_at.is_(None)).order_by(SigningKey.id.desc())
    ).all()
