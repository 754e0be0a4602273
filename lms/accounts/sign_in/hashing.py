"""Hashing passwords outside of transactions."""

from typing import Any

from passlib.context import CryptContext  # type: ignore[import-untyped]

from lms.kernel.before_transaction import computed_first


class PasswordContext(CryptContext):  # type: ignore[misc]
    """Hashes and compares passwords as passlib does, before the transaction of a request begins.

    The request then begins anew and reads again what it has read: a password that has changed meanwhile is another
    hash, which is compared anew.
    """

    def verify(self, secret: str | bytes, hash: str, *rest: Any, **options: Any) -> bool:
        """Returns whether a password belongs to a hash."""
        plain = super().verify
        return computed_first(("verify", secret, hash), lambda: bool(plain(secret, hash, *rest, **options)))

    def hash(self, secret: str | bytes, *rest: Any, **options: Any) -> str:
        """Returns a new hash of a password, one and the same within a request."""
        plain = super().hash
        return computed_first(("hash", secret), lambda: str(plain(secret, *rest, **options)))
