"""Opens accounts for people who were added, and keeps their e-mails as people's records have them."""

from typing import Any

from lms.accounts import operations, queries
from lms.kernel.actor import Actor


def change_email(_sender: Any, *, person: int, email: str | None, actor: Actor) -> None:
    """Changes the e-mail that a corrected person signs in with."""
    account = queries.find_account_of_person(person)
    if account is not None and account.email != email:
        operations.change_email(actor, account, email)


def open_accounts(_sender: Any, *, persons: set[int], actor: Actor) -> None:
    """Opens an account for each new person; an e-mail that has an account already is refused."""
    operations.open_accounts(actor, queries.list_persons_without_account(persons))
