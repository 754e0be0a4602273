"""Keeps the secrets of providers: encrypted with a key that is made from the installation's own secret."""

from cryptography.fernet import Fernet, InvalidToken

from lms.accounts.second_step.rules import derive_key

PURPOSE = "providers"


def encrypt(key: str, secret: str) -> str:
    """Returns a secret as it is stored; ``key`` is the installation's secret."""
    return Fernet(derive_key(key, PURPOSE)).encrypt(secret.encode()).decode()


def decrypt(key: str, stored: str) -> str | None:
    """Returns a stored secret; None where the installation's secret has changed since."""
    try:
        return Fernet(derive_key(key, PURPOSE)).decrypt(stored.encode()).decode()
    except InvalidToken:
        return None
