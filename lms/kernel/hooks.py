"""The one way in which a lower package asks the packages above it: a typed hook, filled in ``lms/app.py``.

A package declares its hooks in its ``hooks.py``, each with the type of the functions it takes, and calls each function
of the hook in turn. What has happened is announced by an event instead (``events.py``).
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Hook(Generic[F]):
    """The functions of upper packages that a lower one calls; none until the application is made."""

    def __init__(self) -> None:
        self._functions: tuple[F, ...] = ()

    def __iter__(self) -> Iterator[F]:
        """Yields the functions in the order given."""
        return iter(self._functions)

    def fill(self, *functions: F) -> None:
        """Sets the functions, in place of those before: each application of a process has the same."""
        self._functions = functions
