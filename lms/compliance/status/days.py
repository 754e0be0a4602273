"""Days a report looks at: ends of months and quarters, a year before, and the checkpoints of its ledger. Pure."""

from datetime import date, timedelta
from functools import lru_cache

CHECKPOINTS = (1, 11, 21)
"""The days of a month before which the ledger is added up: a report then adds at most eleven days to what it finds."""


def checkpoint_of(day: date) -> date:
    """Returns the latest day with a checkpoint that is not after a day."""
    return day.replace(day=max(each for each in CHECKPOINTS if each <= day.day))


@lru_cache(maxsize=20_000)
def checkpoint_after(day: date) -> date:
    """Returns the first day with a checkpoint after a day."""
    later = next((each for each in CHECKPOINTS if each > day.day), None)
    return first_of_month(day, 1) if later is None else day.replace(day=later)


def first_of_month(day: date, months: int) -> date:
    """Returns the first day of the month so many months after that of a day."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def month_ends_before(day: date, months: int) -> list[date]:
    """Returns the last days of the months before the one of a day, the earliest first."""
    ends = []
    first = day.replace(day=1)
    for _ in range(months):
        end = first - timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return ends[::-1]


def month_ends_after(day: date, months: int) -> list[date]:
    """Returns the last days of so many months from the one of a day on; of its own only if the day is earlier."""
    ends = []
    first = _next_month(day)
    for _ in range(months):
        if (end := first - timedelta(days=1)) > day:
            ends.append(end)
        first = _next_month(first)
    return ends


def _next_month(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)


def end_of_last_quarter(day: date) -> date:
    """Returns the last day of the calendar quarter before the one of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)


def a_year_before(day: date) -> date:
    """Returns the same day a year ago; of 29 February the 28th."""
    return (
        day.replace(year=day.year - 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year - 1)
    )
