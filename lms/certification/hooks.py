"""Renewal windows of requirements, which packages above know, for the dates of awards; filled in ``lms/app.py``."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from lms.kernel.hooks import Hook


class WindowSource(Protocol):
    """Returns the days on which a renewal window opened for a person before the end of the award they hold."""

    def __call__(
        self, *, person_id: int, course_id: int, sector: str | None, earned_on: date, old_until: date
    ) -> Iterable[date]:
        """Returns the first day of every window of a requirement that matches the person on `earned_on`.

        `old_until` is the last valid day of the previous award; `sector` is given for courses that are per sector. A
        day may lie after `earned_on`: that window is not open yet, but the learner sees when it opens. A window
        opened under a version that has ended since counts; one that had not opened by then does not.
        """


renewal_windows: Hook[WindowSource] = Hook()
"""Called when the dates of an award are decided."""
