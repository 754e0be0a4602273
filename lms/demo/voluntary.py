"""What people learn because they want to: the courses that nobody asks of them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random

from lms.demo.acts import Learning, Outcome, Quiz, Read
from lms.demo.days import Calendar
from lms.demo.diligence import Shape
from lms.demo.lives import Life
from lms.demo.places import VOLUNTARY

EAGER = 0.2
"""The care up to which somebody learns more than is asked: the most diligent fifth."""

PASSED, LEFT_HALF_READ = 0.45, 0.65
"""Of them so many earn a course, and so many more have read some of it."""

FIRST_WEEKS, LONG_AGO = 45, 330
"""Days after joining before which nobody has time for more, and days before the anchor day at most."""


def learn_more(
    chance: Random, calendar: Calendar, shapes: Mapping[str, Shape], lives: Sequence[Life]
) -> Iterator[Learning]:
    """Yields what the diligent learn on their own, course by course.

    It has a chance of its own, so that the rest of the story does not hang on it.
    """
    for life in lives:
        if life.scripted or life.has_just_begun or life.care > EAGER:
            continue
        for course in VOLUNTARY:
            yield from _one_more(chance, calendar, shapes[course].modules, life, course)


def _one_more(
    chance: Random, calendar: Calendar, modules: int, life: Life, course: str
) -> Iterator[Learning]:
    far, back = chance.random(), chance.randint(3, LONG_AGO)
    day = calendar.anchor - timedelta(days=back)
    begun = life.post.spells[0].from_on + timedelta(days=FIRST_WEEKS)
    if (
        far > LEFT_HALF_READ
        or day < max(begun, calendar.required_on)
        or life.post.job_on(day + timedelta(days=1)) is None
    ):
        return
    earned = far <= PASSED
    first = calendar.morning(day, chance)
    read = modules if earned else max(modules // 2, 1)
    moments = tuple(first + timedelta(minutes=11 * number) for number in range(read))
    yield Read(moments[-1], life.number, course, moments)
    if earned:
        at = calendar.afternoon(day + timedelta(days=1), chance)
        yield Quiz(at, life.number, course, Outcome.PASSED, chance.randint(8, 20), chance.choice((0, 0, 1)))
