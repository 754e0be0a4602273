"""What sign-in does when it hears from people."""

from typing import Any

from lms.accounts import operations, queries
from lms.kernel.actor import Actor
from lms.people import queries as people


def open_accounts(_sender: Any, *, persons: set[int], actor: Actor) -> None:
    """Opens an account for each person who was added; an e-mail that signs in already is refused."""
    for person_id in sorted(persons):
        person = people.find_person(person_id)
        if person is not None and queries.find_account_of_person(person_id) is None:
            operations.open_account(actor, person, email=person.email)
