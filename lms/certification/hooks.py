"""Renewal windows of requirements, which packages above know, for the dates of awards; filled in ``lms/app.py``."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from lms.kernel.hooks import Hook


class Renewal(NamedTuple):
    """An award that a person would renew: by their number and the course's, and what the new one is about.

    `sector` is that of courses that are per sector, `old_until` the last valid day of the previous award.
    """

    person_id: int
    course_id: int
    sector: str | None
    earned_on: date
    old_until: date


renewal_windows: Hook[Callable[[Collection[Renewal]], Mapping[Renewal, Iterable[date]]]] = Hook()
"""Returns, for each renewal, the first day of every window of a requirement that matches the person on the earned day.

A day may lie after the earned one: that window is not open yet, but the learner sees when it opens. A window opened
under a version that has ended since counts; one that had not opened by then does not. A renewal without a window may
be missing.
"""
