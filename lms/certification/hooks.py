"""Renewal windows that rooms above know of: requirements live upstairs, the dates of awards are decided here."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol


class WindowSource(Protocol):
    """Tells on which days a renewal window opened for a person before the end of the award they hold."""

    def __call__(
        self, *, person_id: int, course_id: int, sector: str | None, earned_on: date, old_until: date
    ) -> Iterable[date]:
        """Returns the first day of every window of a requirement that matches the person on `earned_on`.

        `old_until` is the last valid day of the award held; `sector` is given for courses that are per sector. A
        day may lie after `earned_on`: that window is not open yet, but the learner can be told of it. A window
        opened under a version that has ended since counts; one that had not opened by then does not.
        """


window_sources: list[WindowSource] = []
"""Who is asked when the dates of an award are decided; the roof fills it."""
