"""Names that packages above know for the ids in the trail, which holds no name itself; filled in ``lms/app.py``."""

from collections.abc import Callable, Collection, Mapping, Sequence

from lms.kernel.hooks import Hook

account_names: Hook[Callable[[Collection[int]], Mapping[int, str]]] = Hook()
"""Returns the names of the accounts with these ids."""

accounts_matching: Hook[Callable[[str], Sequence[int]]] = Hook()
"""Returns the ids of the accounts whose name or e-mail contains a text, a limited number of them."""

organisation_choices: Hook[Callable[[], Sequence[tuple[int, str]]]] = Hook()
"""Returns every organisation as id and name."""


def find_account_names(account_ids: Collection[int]) -> dict[int, str]:
    """Returns the names of the accounts that are known, by id."""
    return {number: name for find in account_names for number, name in find(account_ids).items()}


def find_accounts(text: str) -> list[int]:
    """Returns the ids of the accounts that a text may mean."""
    return [number for find in accounts_matching for number in find(text)]


def list_organisations() -> list[tuple[int, str]]:
    """Returns every organisation as id and name."""
    return [choice for find in organisation_choices for choice in find()]
