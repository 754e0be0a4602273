"""Opens accounts for people who were added."""

from typing import Any

from lms.accounts import operations, queries
from lms.kernel.actor import Actor


def open_accounts(_sender: Any, *, persons: set[int], actor: Actor) -> None:
    """Opens an account for each new person; an e-mail that has an account already is refused."""
    operations.open_accounts(actor, queries.list_persons_without_account(persons))
