"""The codes of apps: those of Flask-Security, with our clock, and each valid once."""

from typing import Any

from flask_security import UserMixin
from flask_security.totp import Totp
from passlib.totp import TOTP, AppWallet, TotpMatch  # type: ignore[import-untyped]

from lms.accounts.models import Account
from lms.kernel import clock
from lms.kernel.db import lock_rows, session


class AppCodes(Totp):
    """Makes and verifies the secrets of apps. A secret is stored encrypted with a key of the installation."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        # The key is a random one, not a password: making it costly to guess would only take time in a transaction.
        wallet = AppWallet(secrets, encrypt_cost=4)
        self._totp = TOTP.using(issuer=issuer, wallet=wallet, now=lambda: clock.now().timestamp())

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Returns the time step of the last code used, once no other request can use one meanwhile."""
        account: Any = user
        lock_rows(Account, account.id)
        session.refresh(account, ["tf_last_step"])
        return account.tf_last_step  # type: ignore[no-any-return]

    def set_last_counter(self, user: UserMixin, tmatch: TotpMatch) -> None:
        """Remembers the time step of a code, which from now on is used."""
        account: Any = user
        account.tf_last_step = tmatch.counter
