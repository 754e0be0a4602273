"""The pure rules of my training."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from lms.compliance.status.definitions import TrainingStatus
from lms.home.rules import next_course, part_of_day
from lms.learning.rules import NextStep


@dataclass(frozen=True)
class Course:
    course_id: int
    next_step: NextStep
    last_at: datetime | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Required:
    course_id: int
    status: TrainingStatus


def at(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


FRESH = Course(1, NextStep.START)
READ = Course(2, NextStep.CONTINUE, at(3))
EXAMINED = Course(3, NextStep.ATTEMPT, at(9))
PAUSED = Course(5, NextStep.QUIZ, at(21), paused_until=at(22))
PASSED = Course(4, NextStep.PASSED, at(20))


@pytest.mark.parametrize(
    ("courses", "required", "chosen"),
    [
        ([], [], None),
        ([FRESH], [], None),
        ([FRESH, READ, EXAMINED, PASSED], [], EXAMINED),
        # What is most urgent comes first, whatever was used last.
        ([EXAMINED, FRESH], [Required(1, TrainingStatus.OVERDUE), Required(3, TrainingStatus.IN_PROGRESS)], FRESH),
        ([EXAMINED, FRESH], [Required(1, TrainingStatus.VALID)], EXAMINED),
        ([EXAMINED, READ], [Required(1, TrainingStatus.OVERDUE)], EXAMINED),
        # During a pause something else is offered.
        ([PAUSED, FRESH], [Required(5, TrainingStatus.OVERDUE), Required(1, TrainingStatus.NOT_STARTED)], FRESH),
        ([PAUSED, READ], [Required(5, TrainingStatus.OVERDUE)], READ),
        ([PAUSED], [Required(5, TrainingStatus.OVERDUE)], None),
        ([FRESH, PASSED], [Required(4, TrainingStatus.EXPIRED), Required(1, TrainingStatus.NOT_STARTED)], PASSED),
        ([FRESH, PASSED], [Required(1, TrainingStatus.NOT_STARTED), Required(4, TrainingStatus.VALID)], FRESH),
        ([FRESH, PASSED], [Required(4, TrainingStatus.VALID)], None),
        ([FRESH, PASSED], [Required(4, TrainingStatus.EXPIRING)], PASSED),
        ([FRESH], [Required(1, TrainingStatus.EXEMPT)], None),
        # The most urgent course is not offered any more: the next one is.
        ([FRESH], [Required(9, TrainingStatus.OVERDUE), Required(1, TrainingStatus.NOT_STARTED)], FRESH),
        ([FRESH], [Required(9, TrainingStatus.OVERDUE)], None),
    ],
)
def test_what_to_go_on_with(courses: list[Course], required: list[Required], chosen: Course | None) -> None:
    assert next_course(courses, required) == chosen


@pytest.mark.parametrize(
    ("hour", "word"),
    [
        (0, "evening"),
        (3, "evening"),
        (4, "morning"),
        (11, "morning"),
        (12, "afternoon"),
        (17, "afternoon"),
        (18, "evening"),
    ],
)
def test_the_greeting_follows_the_day(hour: int, word: str) -> None:
    assert part_of_day(hour) == word
