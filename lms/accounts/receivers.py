"""What sign-in does when it hears from people."""

from typing import Any

from lms.accounts import operations, queries
from lms.kernel.actor import Actor


def open_accounts(_sender: Any, *, persons: set[int], actor: Actor) -> None:
    """Opens an account for each person who was added; an e-mail that signs in already is refused."""
    operations.open_accounts(actor, queries.list_persons_without_account(persons))
