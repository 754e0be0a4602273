"""Finds what appears twice."""

from collections.abc import Iterator, Sequence


def repeated(names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lists position and name of each that appeared before; empty names are skipped."""
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name and name in seen:
            yield position, name
        seen.add(name)
