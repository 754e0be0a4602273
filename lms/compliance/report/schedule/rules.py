"""When a scheduled report is due: on Mondays or on the first of the month, from an hour on, in a time zone. Pure."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.kernel.days import ONE_DAY, first_of_month


class Rhythm(StrEnum):
    """How often a report goes out."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


def due_at(day: date, zone: str, hour: int) -> datetime:
    """Returns the moment from which the e-mails of a day are due."""
    return datetime.combine(day, time(hour), ZoneInfo(zone))


def latest_due(rhythm: Rhythm, moment: datetime, zone: str, hour: int) -> date:
    """Returns the latest Monday or first whose e-mails are due at a moment: after an outage only that one counts."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() if local.hour >= hour else local.date() - ONE_DAY
    return first_of_month(day) if rhythm is Rhythm.MONTHLY else day - timedelta(days=day.weekday())


def next_due(rhythm: Rhythm, day: date) -> date:
    """Returns the Monday or first after one."""
    return first_of_month(day, 1) if rhythm is Rhythm.MONTHLY else day + timedelta(days=7)
