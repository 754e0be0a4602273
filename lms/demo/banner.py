"""Whether this installation is a demonstration, for a banner on every page at the price of no query."""

import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from lms.demo.queries import is_demonstration

READ_EVERY = 30.0
"""For how many seconds an installation is taken to be no demonstration before the database is read again."""


class DemonstrationBanner:
    """True once the demonstration was found in the database, and from then on; until then it is read now and then.

    It is first read some seconds after the start, or by ``refresh``. A database that is away is no reason for a page
    not to be shown: what was known stays.
    """

    def __init__(self, read: Callable[[], bool] = is_demonstration, every: float = READ_EVERY) -> None:
        self._read = read
        self._every = every
        self._found = False
        self._read_at = time.monotonic()

    def refresh(self) -> bool:
        """Reads the database now."""
        self._read_at = time.monotonic()
        with suppress(SQLAlchemyError):
            self._found = self._found or self._read()
        return self._found

    def __bool__(self) -> bool:
        """Says whether everybody in this installation is invented, as far as is known."""
        return self._found or (time.monotonic() >= self._read_at + self._every and self.refresh())
