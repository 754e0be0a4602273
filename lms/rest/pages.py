"""Lists in parts: what comes next begins after the number of the last row, so nothing is missed or repeated."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from flask_babel import gettext as _
from pydantic import Field

from lms.kernel.db import LARGEST_ID
from lms.rest.endpoints import Shape
from lms.rest.problems import FieldError, RequestProblem

T = TypeVar("T")


class PageQuery(Shape):
    """Which part of a list is asked for."""

    limit: int = Field(100, ge=1, le=500, description="How many at most.")
    cursor: str | None = Field(None, max_length=40, description="What the part before gave as next_cursor.")

    @property
    def after(self) -> int:
        """Returns the number after which the part begins. Raises ``RequestProblem`` 422 for what is no cursor."""
        if self.cursor is None:
            return 0
        try:
            number = int(base64.urlsafe_b64decode(self.cursor.encode()).decode("ascii"))
            if not 0 <= number <= LARGEST_ID:
                raise ValueError
        except (ValueError, binascii.Error):
            message = _("This is not a next_cursor of an answer. Begin without one.")
            raise RequestProblem(422, errors=[FieldError(field="cursor", message=message)]) from None
        return number

    def part_of(self, rows: Sequence[T], number: Callable[[T], int]) -> tuple[Sequence[T], str | None]:
        """Returns the rows of this part, and the cursor of the next; ``rows`` are one more where there is one."""
        part = rows[: self.limit]
        if len(rows) <= self.limit:
            return part, None
        return part, base64.urlsafe_b64encode(str(number(part[-1])).encode()).decode()


class Part(Shape):
    """A part of a list."""

    next_cursor: str | None = Field(description="Asks for the next part; null where this is the last.")
