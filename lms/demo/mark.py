"""Whether this house is a demonstration, for a banner on every page at the price of no query."""

import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from lms.demo.queries import is_marked

LOOK_EVERY = 30.0
"""How many seconds a house that is not marked is believed to be none, before it is looked at again."""


class Mark:
    """True once the mark was seen, and for ever; while it was not, looked for now and then.

    It is first looked for some seconds after it was made, or by ``look``. A database that is away is no reason for
    a page not to be shown: what was known stays.
    """

    def __init__(self, read: Callable[[], bool] = is_marked, every: float = LOOK_EVERY) -> None:
        self._read = read
        self._every = every
        self._seen = False
        self._looked_at = time.monotonic()

    def look(self) -> bool:
        """Looks for the mark now."""
        self._looked_at = time.monotonic()
        try:
            self._seen = self._seen or self._read()
        except SQLAlchemyError:
            return self._seen
        return self._seen

    def __bool__(self) -> bool:
        """Says whether everybody in this house is invented, as far as is known."""
        if self._seen or time.monotonic() < self._looked_at + self._every:
            return self._seen
        return self.look()
