"""Pure rules of my training: how to greet, and what to go on with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from lms.compliance.api import TrainingStatus
from lms.learning.rules import NextStep

UNDER_WAY = frozenset({NextStep.CONTINUE, NextStep.QUIZ, NextStep.ATTEMPT})
SETTLED = frozenset({TrainingStatus.VALID, TrainingStatus.EXEMPT, TrainingStatus.NOT_REQUIRED})
"""Standings under which nothing is to be done."""


class Course(Protocol):
    """A course and how far somebody is in it."""

    @property
    def course_id(self) -> int:
        """The course's number."""

    @property
    def next_step(self) -> NextStep:
        """The one thing to do next."""

    @property
    def last_at(self) -> datetime | None:
        """When something was last done in it."""


class Required(Protocol):
    """A requirement and how somebody stands."""

    @property
    def course_id(self) -> int:
        """The course asked for."""

    @property
    def status(self) -> TrainingStatus:
        """How the person stands."""


C = TypeVar("C", bound=Course)


def course_to_go_on_with(courses: Sequence[C], required: Iterable[Required]) -> C | None:
    """Returns the course touched last of those under way, else the first required one that is not settled.

    ``required`` comes most urgent first. A required course that is not published any more cannot be gone on with.
    """
    begun = [
        (course.last_at, course) for course in courses if course.next_step in UNDER_WAY and course.last_at
    ]
    if begun:
        return max(begun, key=lambda pair: pair[0])[1]
    by_id = {course.course_id: course for course in courses}
    urgent = (by_id.get(row.course_id) for row in required if row.status not in SETTLED)
    return next((course for course in urgent if course is not None), None)


def part_of_day(hour: int) -> str:
    """Returns ``morning``, ``afternoon`` or ``evening`` for an hour from 0 to 23; the night is still evening."""
    if 4 <= hour < 12:
        return "morning"
    return "afternoon" if 12 <= hour < 18 else "evening"
