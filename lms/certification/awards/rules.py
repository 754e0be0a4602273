"""Pure rules of awards: periods, first and last valid days, renewal windows, states and serials.

The definitions are those of docs/handbook/status.md, "Dates".
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, reduce
from typing import NamedTuple

from lms.kernel import base32
from lms.kernel.days import ONE_DAY, add_days, add_months

_PERIOD = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?|P(\d{1,4})W", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period of whole years, months, weeks and days, such as `P2Y` or `P18M`."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    def __str__(self) -> str:
        """Returns the ISO 8601 text of the period."""
        parts = ((self.years, "Y"), (self.months, "M"), (self.weeks, "W"), (self.days, "D"))
        return "P" + ("".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0D")


@lru_cache
def parse_period(text: str) -> Period:
    """Reads an ISO 8601 period of at least one day.

    Accepts years, months and days in that order, or weeks alone: P2Y, P18M, P60D, P1Y6M, P4W. Raises
    ValueError for anything else: hours, fractions, signs and periods of nothing.
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a period such as P2Y, P18M, P1Y6M, P4W or P60D")
    years, months, days, weeks = (int(amount or 0) for amount in found.groups())
    if not (years or months or days or weeks):
        raise ValueError(f"{text!r} is a period of no days")
    return Period(years, months, weeks, days)


def last_valid_day(first_day: date, period: Period) -> date:
    """Returns the last day, inclusive, of a validity counted from `first_day`: the sum minus one day.

    Years and months are added first, a day that its month does not have becoming the month's last (31 January + P1M
    is 28 or 29 February), weeks and days afterwards. Raises OverflowError past the year 9999.
    """
    start = add_months(first_day, period.years * 12 + period.months)
    return start + timedelta(days=7 * period.weeks + period.days) - ONE_DAY


def days_in(period: Period) -> int:
    """Returns the length of a period of weeks and days.

    Raises ValueError for years and months, whose length in days depends on where they begin.
    """
    if period.years or period.months:
        raise ValueError(f"{period} has no fixed number of days; write a renewal window in days, such as P60D")
    return 7 * period.weeks + period.days


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both inclusive, on which renewing loses no days: the period counts from `closes_on`."""

    opens_on: date
    closes_on: date

    @classmethod
    def of(
        cls, last_day: date, window_days: int, *, in_force_from: date = date.min, in_force_through: date = date.max
    ) -> "Window | None":
        """Returns the window that a rule opens before `last_day`, or None where it never opened.

        `in_force_from` and `in_force_through` bound the days on which the rule applied to the person. A
        window that opened under a rule that has ended since stays open to its end; one that had not opened
        yet never does.
        """
        opens_on = max(add_days(last_day, -window_days), in_force_from)
        return cls(opens_on, last_day) if opens_on <= min(last_day, in_force_through) else None

    def is_open_on(self, day: date) -> bool:
        """Says whether the window is open on a day."""
        return self.opens_on <= day <= self.closes_on


class AwardDates(NamedTuple):
    """The first and the last valid day of an award, both inclusive."""

    valid_from: date
    valid_until: date


def award_dates(
    earned_on: date, period: Period, *, old_until: date | None = None, windows: Iterable[Window] = ()
) -> AwardDates:
    """Decides the dates of an award earned on a day, given the last valid day of the previous one.

    `windows` are the renewal windows of the old award: the course's own and those of every requirement that
    matches the person on the earned day (`Window.of`). Where one is open the period is counted from the day
    after its end, so that no days are lost by renewing early; otherwise from the earned day. Of several the latest
    end counts, and the new award never ends before the old one. `valid_from` is always the earned day. Raises
    OverflowError past the year 9999.
    """
    ends = [last_valid_day(earned_on, period)]
    if old_until is not None:
        ends.append(old_until)
        ends += [last_valid_day(w.closes_on + ONE_DAY, period) for w in windows if w.is_open_on(earned_on)]
    return AwardDates(earned_on, max(ends))


def earliest_recognised_day(today: date, months: int) -> date:
    """Returns the earliest day of which training is still recognised, `months` months ago.

    A day that its month does not have becomes the month's last: 24 months before 29 February 2028 is 28
    February 2026.
    """
    try:
        return add_months(today, -months)
    except OverflowError:
        return date.min


class AwardState(StrEnum):
    """What somebody who checks a certificate sees of an award on a day. It is not a training status."""

    VALID = "valid"
    ENDED = "ended"
    REVOKED = "revoked"
    REPLACED = "replaced"


def state_on(day: date, *, valid_until: date, revoked_on: date | None, replaced: bool) -> AwardState:
    """Returns the state of an award on a day from its last valid day and what has happened to it since.

    A replaced award says so whatever else is true of it, because its successor carries the dates; a revocation
    counts from its effective day on and is shown even after the award would have expired.
    """
    if replaced:
        return AwardState.REPLACED
    if revoked_on is not None and revoked_on <= day:
        return AwardState.REVOKED
    return AwardState.VALID if day <= valid_until else AwardState.ENDED


_RANDOM_CHARACTERS = 12
_CHECK_MODULUS = 37
_PLACES = range(_RANDOM_CHARACTERS - 1, -1, -1)


def make_serial(randbelow: Callable[[int], int]) -> str:
    """Draws a serial of 12 random characters and their check character, as it is stored: without hyphens.

    `randbelow(n)` returns a whole number from 0 to n - 1 (`secrets.randbelow`). The check is Crockford's, the
    number modulo 37; draws whose check would be one of its five signs (*~$=U) are discarded, so that every
    serial is made of the 32 plain characters and 59.8 random bits.
    """
    while True:
        # One draw: each asks the operating system.
        number = randbelow(len(base32.ALPHABET) ** _RANDOM_CHARACTERS)
        check = number % _CHECK_MODULUS
        if check < len(base32.ALPHABET):
            return base32.encode([*(number >> 5 * place & 31 for place in _PLACES), check])


def normalise_serial(text: str) -> str | None:
    """Returns the stored form of a serial as a person typed it, or None where it cannot be one.

    Case, hyphens and spaces do not matter, O is read as 0, I and L as 1. Any single wrong character and any
    two adjacent characters exchanged are caught by the check character.
    """
    values = base32.decode(text)
    if values is None or len(values) != _RANDOM_CHARACTERS + 1 or _check_value(values[:-1]) != values[-1]:
        return None
    return base32.encode(values)


def print_serial(serial: str) -> str:
    """Returns a stored serial as it is printed: XXXX-XXXX-XXXXC."""
    return f"{serial[:4]}-{serial[4:8]}-{serial[8:]}"


def _check_value(values: list[int]) -> int:
    return reduce(lambda number, value: number * len(base32.ALPHABET) + value, values, 0) % _CHECK_MODULUS
