"""The days of the demonstration, counted back from the anchor day. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tools.demonstration.settings import ADDED_SINCE

BEGINS = 547
"""The first records are made so many days before the anchor day: 18 months."""

REQUIRED = 517
"""The first requirements are in force since so many days: 17 months."""

DECIDED = 14
"""So many days before it is in force a requirement is made."""


def next_monday(day: date) -> date:
    """Returns a day, or the Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)


def working_day(day: date) -> date:
    """Returns a day, or the Friday before it."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns days into moments. The stations lie up to three hours before UTC.

    All moments lie on or before the day before the anchor day, so that nothing happens in the future.
    """

    anchor: date

    @property
    def begins_on(self) -> date:
        """Returns the day of the first records."""
        return self.anchor - timedelta(days=BEGINS)

    @property
    def required_on(self) -> date:
        """Returns the first day of the first requirements."""
        return self.anchor - timedelta(days=REQUIRED)

    def required_since(self, course: str) -> date:
        """Returns the first day on which a course is required."""
        return self.anchor - timedelta(days=ADDED_SINCE.get(course, REQUIRED))

    def decided_at(self, course: str) -> datetime:
        """Returns the moment at which the requirement of a course is made."""
        return self.evening(self.required_since(course) - timedelta(days=DECIDED))

    @property
    def begins_at(self) -> datetime:
        """Returns the first moment."""
        return datetime.combine(self.begins_on, time(4), UTC)

    @property
    def imported_at(self) -> datetime:
        """Returns the moment at which those who work there already are recorded."""
        return self.begins_at + timedelta(minutes=30)

    @property
    def last_at(self) -> datetime:
        """Returns the last moment: the evening before the anchor day."""
        return datetime.combine(self.anchor - timedelta(days=1), time(16), UTC)

    def clamp(self, moment: datetime) -> datetime:
        """Returns a moment, or the nearest one at which people can be recorded."""
        return min(max(moment, self.imported_at), self.last_at)

    def office(self, day: date, rng: Random) -> datetime:
        """Returns a moment early in a working day, when offices record things."""
        minutes = rng.randrange(60)
        return datetime.combine(working_day(day), time(5), UTC) + timedelta(minutes=minutes)

    def morning(self, day: date, rng: Random) -> datetime:
        """Returns a moment of a morning, for reading."""
        return datetime.combine(day, time(6), UTC) + timedelta(seconds=rng.randrange(3 * 3600))

    def afternoon(self, day: date, rng: Random) -> datetime:
        """Returns a moment later in a day, for quizzes; they are over before the evening."""
        return datetime.combine(day, time(9, 30), UTC) + timedelta(seconds=rng.randrange(5 * 3600))

    def evening(self, day: date) -> datetime:
        """Returns the end of a day's work."""
        return datetime.combine(day, time(16), UTC)
