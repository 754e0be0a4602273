"""Reading the body of a question as its file gives it: its parts and its keys."""

from collections.abc import Iterable, Mapping
from typing import Any

Body = Mapping[str, Any]
"""A question as in the bank's file, by the names of the file."""

_PARTS = {"statements": "statements", "matching": "pairs"}


def parts_of(kind: str, body: Body) -> list[Mapping[str, Any]]:
    """Returns the statements, pairs, options to order or options to choose of a question, in the file's order."""
    return list(body[_PARTS.get(kind, "options")])


def ids_of(parts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Returns the ids of parts in their order."""
    return [part["id"] for part in parts]
