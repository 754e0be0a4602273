"""Opens accounts for people who were added, closes them where that is undone, and keeps e-mails as people's are."""

from collections.abc import Set as AbstractSet
from typing import Any

from lms.accounts import operations, queries
from lms.kernel.actor import SYSTEM, Actor


def change_email(_sender: Any, *, person: int, email: str | None, actor: Actor) -> None:
    """Changes the e-mail that a corrected person signs in with."""
    account = queries.find_account_of_person(person)
    if account is not None and account.address != email:
        operations.change_email(actor, account, email)


def open_accounts(_sender: Any, *, persons: set[int], actor: Actor) -> None:
    """Opens an account for each new person; an e-mail that has an account already is refused."""
    operations.open_accounts(actor, queries.list_persons_without_account(persons))


def close_unused_accounts(_sender: Any, *, persons: set[int], actor: Actor, reason: str) -> None:
    """Closes the accounts of people whose import was undone, where nobody has used them."""
    operations.close_unused_accounts(actor, queries.list_unused_accounts(persons, active=True), reason=reason)


def reopen_unused_accounts(_sender: Any, *, persons: set[int]) -> None:
    """Reopens accounts closed with the undoing of an import, where the people have a placement again."""
    for account in queries.list_closed_with_import(persons):
        operations.reopen_account(SYSTEM, account, reason="")


def erase_accounts(_sender: Any, *, persons: AbstractSet[int], actor: Actor, reason: str) -> None:
    """Closes the accounts of an erased person for good; refuses for the last administrator."""
    for person_id in persons:
        account = queries.find_account_of_person(person_id)
        if account is not None:
            operations.erase_account(actor, account, reason=reason)
