"""Pure rules of My training: the greeting, and the course to continue with."""

from collections.abc import Iterable, Sequence

from lms.compliance.api import StatusRow, TrainingStatus
from lms.learning.api import CourseProgress, NextStep

UNDER_WAY = frozenset({NextStep.CONTINUE, NextStep.QUIZ, NextStep.ATTEMPT})
NOTHING_TO_DO = frozenset({TrainingStatus.VALID, TrainingStatus.EXEMPT, TrainingStatus.NOT_REQUIRED})


def next_course(courses: Sequence[CourseProgress], required: Iterable[StatusRow]) -> CourseProgress | None:
    """Returns the most urgent required course with something to do, else the course used last of those under way.

    ``required`` is sorted most urgent first. Courses that are no longer published, and those whose quiz cannot be
    taken before a pause ends, are skipped.
    """
    open_now = {course.course_id: course for course in courses if course.paused_until is None}
    urgent = [open_now[course_id] for course_id in courses_to_do(required) if course_id in open_now]
    begun = [
        (course.last_at, course) for course in open_now.values() if course.next_step in UNDER_WAY and course.last_at
    ]
    return urgent[0] if urgent else max(begun, key=lambda pair: pair[0])[1] if begun else None


def courses_to_do(required: Iterable[StatusRow]) -> list[int]:
    """Returns the ids of the courses with something to do, each once, in the order of ``required``."""
    return list(dict.fromkeys(row.course_id for row in required if row.status not in NOTHING_TO_DO))


def part_of_day(hour: int) -> str:
    """Returns ``morning``, ``afternoon`` or ``evening`` for an hour from 0 to 23; the night is still evening."""
    if 4 <= hour < 12:
        return "morning"
    return "afternoon" if 12 <= hour < 18 else "evening"
