"""Splits long sequences into batches, for statements with a bounded number of parameters and for short transactions."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.orm import InstrumentedAttribute

from lms.kernel.db import session

T = TypeVar("T")

VALUES_PER_QUERY = 500
"""How many values one statement carries as parameters."""


def batched(values: Iterable[T], size: int = VALUES_PER_QUERY) -> Iterator[tuple[T, ...]]:
    """Yields the values in their order in tuples of ``size``, the last one shorter (``itertools.batched`` of 3.12)."""
    remaining = iter(values)
    while batch := tuple(islice(remaining, size)):
        yield batch


def execute_in_batches(
    statement: Select[*tuple[Any, ...]], column: InstrumentedAttribute[Any] | ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yields the rows of a statement whose column has one of many values: a query for each 500 of them."""
    for some in batched(values):
        yield from session.execute(statement.where(column.in_(some)))
