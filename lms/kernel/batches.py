"""Splits long sequences into batches, for statements with a bounded number of parameters and for short transactions."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yields the values in their order in tuples of ``size``, the last one shorter (``itertools.batched`` of 3.12)."""
    remaining = iter(values)
    while batch := tuple(islice(remaining, size)):
        yield batch
