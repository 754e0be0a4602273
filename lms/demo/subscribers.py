"""Closes the demonstration's accounts, whose password everybody knows, once somebody real is responsible for it."""

from typing import Any

from lms.accounts.api import close_other_accounts
from lms.accounts.models import Account
from lms.demo.models import Demonstration
from lms.kernel.db import session


def close_accounts(_sender: Any, *, account: Account) -> None:
    """Closes all accounts of a demonstration but that of its new administrator."""
    if session.get(Demonstration, 1) is not None:
        close_other_accounts(account, reason="Everybody knows the password of the demonstration.")
