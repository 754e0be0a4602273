"""Makes and replaces the installation's keys."""

import secrets

from lms.audit.api import record
from lms.certification.models import SigningKey
from lms.certification.signing.queries import STATUS_KEY, find_signer, list_keys
from lms.certification.signing.rules import key_id, multikey, secret_check, storage_key
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import lock_key
from lms.kernel.installation import find_value, store_value
from lms.kernel.records import add

_ONE_AT_A_TIME = 0x51634E
"""The advisory lock of whoever makes a key."""


def ensure_key(secret: str) -> bool:
    """Makes a key where none can sign: in a new installation, and after the secret key changed; says whether it did."""
    if find_signer(secret) is not None:
        return False
    lock_key(_ONE_AT_A_TIME)
    if find_signer(secret) is not None:
        return False
    replace_key(secret)
    return True


def replace_key(secret: str, *, withdraw: bool = False) -> str:
    """Makes the key that signs from now on and returns its id; the private keys before it are forgotten.

    What they signed stays valid, unless ``withdraw``: then nothing counts that any earlier key signed.
    """
    from cryptography.fernet import Fernet  # noqa: PLC0415 - most processes never make a key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    lock_key(_ONE_AT_A_TIME)
    earlier = list_keys()
    for key in earlier:
        key.private_key = None
        if withdraw:
            key.withdrawn_at = clock.now()
    private = Ed25519PrivateKey.generate()
    made = add(
        SYSTEM,
        SigningKey(
            public_key=multikey(private.public_key().public_bytes_raw()),
            private_key=Fernet(storage_key(secret)).encrypt(private.private_bytes_raw()).decode(),
            secret_check=secret_check(secret),
        ),
    )
    if find_value(STATUS_KEY) is None:
        store_value(STATUS_KEY, secrets.token_hex(16))
    if earlier:
        record(SYSTEM, "certification.replace_key", "signing_key", made.id, withdrawn=withdraw)
    return key_id(made.public_key)
