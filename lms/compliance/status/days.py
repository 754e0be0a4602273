"""The days of a month that have a count snapshot. Pure."""

from datetime import date
from functools import lru_cache

from lms.kernel.days import first_of_month

SNAPSHOT_DAYS = (1, 11, 21)
"""The days of a month before which counts are added up: a report then adds at most eleven days to a snapshot."""


def snapshot_day_of(day: date) -> date:
    """Returns the latest day with a snapshot that is not after a day."""
    return day.replace(day=max(each for each in SNAPSHOT_DAYS if each <= day.day))


@lru_cache(maxsize=20_000)
def snapshot_day_after(day: date) -> date:
    """Returns the first day with a snapshot after a day."""
    later = next((each for each in SNAPSHOT_DAYS if each > day.day), None)
    return first_of_month(day, 1) if later is None else day.replace(day=later)
