"""Removes what a directory calls somebody who is erased; connected in `lms.app`."""

from collections.abc import Set as AbstractSet
from typing import Any

from lms.rest.scim.operations import remove_entries


def on_people_erased(_sender: object, *, persons: AbstractSet[int], **_more: Any) -> None:
    """Removes the entries of erased people, in the transaction that erases them."""
    remove_entries(persons)
