"""What rooms above know and the trail only shows: the names behind its numbers. The roof connects them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """How names are looked up; no name is ever stored in the trail."""

    # The names of accounts by number.
    of_accounts: Callable[[Collection[int]], Mapping[int, str]]
    # The numbers of the accounts whose name or e-mail contains a text, not too many of them.
    accounts_like: Callable[[str], Sequence[int]]
    # Every organisation, as number and name.
    organisations: Callable[[], Sequence[tuple[int, str]]]


names: list[Names] = []
"""Where names are looked up; empty in a house without those rooms, which then shows numbers."""


def names_of_accounts(numbers: Collection[int]) -> dict[int, str]:
    """Returns the names of accounts that are known, by number."""
    return {number: name for each in names for number, name in each.of_accounts(numbers).items()}


def accounts_like(text: str) -> list[int]:
    """Returns the numbers of the accounts a text may mean."""
    return [number for each in names for number in each.accounts_like(text)]


def organisations() -> list[tuple[int, str]]:
    """Returns every organisation as number and name."""
    return [pair for each in names for pair in each.organisations()]
