"""The demonstration has a question that its statistics flag: a trainer finds it first."""

from datetime import UTC, datetime

from flask import Flask

from lms.authoring.statistics.queries import list_editions, load_statistics
from lms.catalogue.api import published_course
from lms.demo.answers import DOUBTED
from lms.kernel import clock
from lms.kernel.clock import FixedClock


def test_a_key_looks_wrong(demonstration_context: Flask) -> None:
    course = published_course("child-safeguarding", "en")
    assert course is not None
    # All attempts are from before the anchor day's month ended.
    with clock.using(FixedClock(datetime(2026, 12, 1, tzinfo=UTC))):
        worst = load_statistics(list_editions(course.course_id)[0]).questions[0]
    assert worst.slug in DOUBTED
    assert worst.suspect == DOUBTED[worst.slug].upper()
