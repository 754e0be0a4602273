"""Pure rules of My training: the greeting, and the course to continue with."""

from collections.abc import Iterable, Sequence

from lms.compliance.api import StatusRow, TrainingStatus
from lms.learning.api import CourseProgress, NextStep

UNDER_WAY = frozenset({NextStep.CONTINUE, NextStep.QUIZ, NextStep.ATTEMPT})
NOTHING_TO_DO = frozenset({TrainingStatus.VALID, TrainingStatus.EXEMPT, TrainingStatus.NOT_REQUIRED})


def next_course(courses: Sequence[CourseProgress], required: Iterable[StatusRow]) -> CourseProgress | None:
    """Returns the course used last of those under way, else the first required one with something to do.

    ``required`` is sorted most urgent first. A required course that is no longer published is skipped.
    """
    begun = [(course.last_at, course) for course in courses if course.next_step in UNDER_WAY and course.last_at]
    if begun:
        return max(begun, key=lambda pair: pair[0])[1]
    by_id = {course.course_id: course for course in courses}
    urgent = (by_id.get(row.course_id) for row in required if row.status not in NOTHING_TO_DO)
    return next((course for course in urgent if course is not None), None)


def part_of_day(hour: int) -> str:
    """Returns ``morning``, ``afternoon`` or ``evening`` for an hour from 0 to 23; the night is still evening."""
    if 4 <= hour < 12:
        return "morning"
    return "afternoon" if 12 <= hour < 18 else "evening"
