"""What people learn because they want to: the courses that nobody asks of them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random

from lms.demo.acts import Learn, Outcome, Read, TakeQuiz
from tools.demonstration.days import Calendar
from tools.demonstration.people import PlannedPerson
from tools.demonstration.settings import VOLUNTARY
from tools.demonstration.training import CourseFacts

EAGER = 0.2
"""The laxity up to which somebody learns more than is required: the most diligent fifth."""

PASSED, LEFT_HALF_READ = 0.45, 0.65
"""Of them so many earn a course, and so many more have read some of it."""

FIRST_WEEKS, LONG_AGO = 45, 330
"""Days after joining before which nobody has time for more, and days before the anchor day at most."""


def voluntary_acts(
    rng: Random, calendar: Calendar, courses: Mapping[str, CourseFacts], people: Sequence[PlannedPerson]
) -> Iterator[Learn]:
    """Yields what the diligent learn on their own, course by course.

    It has random numbers of its own, so that nothing else depends on them.
    """
    for person in people:
        if person.is_persona or person.has_just_begun or person.laxity > EAGER:
            continue
        for course in VOLUNTARY:
            yield from _one_course(rng, calendar, courses[course].modules, person, course)


def _one_course(rng: Random, calendar: Calendar, modules: int, person: PlannedPerson, course: str) -> Iterator[Learn]:
    far, back = rng.random(), rng.randint(3, LONG_AGO)
    day = calendar.anchor - timedelta(days=back)
    begun = person.employment.assignments[0].from_on + timedelta(days=FIRST_WEEKS)
    if (
        far > LEFT_HALF_READ
        or day < max(begun, calendar.required_on)
        or person.employment.job_on(day + timedelta(days=1)) is None
    ):
        return
    earned = far <= PASSED
    first = calendar.morning(day, rng)
    read = modules if earned else max(modules // 2, 1)
    moments = tuple(first + timedelta(minutes=11 * number) for number in range(read))
    yield Read(moments[-1], person.number, course, moments)
    if earned:
        at = calendar.afternoon(day + timedelta(days=1), rng)
        yield TakeQuiz(at, person.number, course, Outcome.PASSED, rng.randint(8, 20), rng.choice((0, 0, 1)))
