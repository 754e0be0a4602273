"""The random number generator of serials and seeds, which tests and the demonstration replace by a repeatable one.

Passwords, one-time codes and session ids never come from here: they must stay secret.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random

_randbelow: ContextVar[Callable[[int], int]] = ContextVar("randbelow", default=secrets.randbelow)


def randbelow(limit: int) -> int:
    """Returns an integer from 0 to ``limit`` - 1, cryptographically random unless inside ``using``."""
    return _randbelow.get()(limit)


@contextmanager
def using(source: Random) -> Iterator[None]:
    """Uses another source for the length of a block."""
    token = _randbelow.set(source.randrange)
    try:
        yield
    finally:
        _randbelow.reset(token)
