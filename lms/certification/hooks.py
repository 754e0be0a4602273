"""Renewal windows of requirements, which packages above know, for the dates of awards; filled in ``lms/app.py``."""

from collections.abc import Callable, Iterable
from datetime import date

from lms.kernel.hooks import Hook

renewal_windows: Hook[Callable[[int, int, str | None, date, date], Iterable[date]]] = Hook()
"""Returns the first day of every window of a requirement that matches a person on the day they earned an award.

It is given the numbers of person and course, the sector of courses that are per sector, the earned day, and the last
valid day of the previous award. A day may lie after the earned one: that window is not open yet, but the learner sees
when it opens. A window opened under a version that has ended since counts; one that had not opened by then does not.
"""
