"""The values that several addresses take: days, moments, names, written texts."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from lms.kernel import clock

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def _in_the_past(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= clock.now():
        raise ValueError("Write a moment from 2000 on that is not in the future.")
    return moment.astimezone(UTC)


Day = Annotated[date, Field(ge=FIRST, le=LAST)]
"""A day from 2000 to 2100."""

KnownAsOf = Annotated[AwareDatetime, AfterValidator(_in_the_past)]
"""A moment of knowledge: past, with its zone."""

Line = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line, which may be empty."""

Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
"""One line that is not blank."""

AS_OF = "The day asked about; today where none is given."
KNOWN_AS_OF = "With the data recorded by this past moment, such as 2026-11-22T09:14:00Z; all of it where none is given."
