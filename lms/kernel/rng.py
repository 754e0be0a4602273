"""The one place that draws serials and seeds, so that tests and demonstrations can draw the same ones again.

Passwords, one-time codes and session names never come from here: they must stay secret, whatever is in place.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

_randbelow: ContextVar[Callable[[int], int]] = ContextVar("randbelow", default=secrets.randbelow)


def randbelow(limit: int) -> int:
    """Returns a whole number from 0 to ``limit`` - 1, which nobody can foretell unless ``using`` is in place."""
    return _randbelow.get()(limit)


@contextmanager
def using(source: Random) -> Iterator[None]:
    """Draws from a given source for the length of a block."""
    token = _randbelow.set(source.randrange)
    try:
        yield
    finally:
        _randbelow.reset(token)
