"""Filling an empty house with the demonstration, and saying who can sign in to it."""

from collections.abc import Callable
from datetime import date
from random import Random

from flask_security import hash_password

from lms.catalogue.api import PublishedCourse, bank, published_course
from lms.certification.api import Issuer, parse_period
from lms.coverage.api import publish as publish_coverage
from lms.demo import queries
from lms.demo.cast import NEWCOMER, OFFICE, PASSWORD
from lms.demo.diligence import Shape
from lms.demo.errors import CoursesMissing, RealPeople
from lms.demo.models import Demonstration
from lms.demo.places import COURSES, EMPLOYERS, FIELDS, PLACES, VOLUNTARY
from lms.demo.story import SEED, tell as tell_story
from lms.demo.telling import LANGUAGE, Teller, month_of
from lms.kernel import clock, db, rng
from lms.kernel.clock import FixedClock
from lms.kernel.memory import gc_paused
from lms.people.api import count_people


def is_loaded() -> bool:
    """Says whether everybody in this house is invented, in one query."""
    return queries.find_demonstration() is not None


def load(tell: Callable[[str], None], issuer: Issuer, anchor: date | None = None, seed: int = SEED) -> None:
    """Loads the story that leads up to a day, today by default, in one transaction, and tells how far it is.

    Then publishes its coverage, which the worker would do within the hour.

    Killed half-way it leaves nothing behind; loading it again changes nothing. The same day and seed give the same
    facts, whatever the hour. Raises `RealPeople` in a database that holds people, and `CoursesMissing`.
    """
    anchor = anchor or clock.today()
    with db.reading():
        if is_loaded():
            tell("The demonstration is there already.")
            return
        people = count_people()
        if people:
            raise RealPeople(people)
        courses = _courses()
    shapes = {slug: _shape(course) for slug, course in courses.items()}
    story = tell_story(anchor, shapes, seed)
    loaded_at = clock.now()
    standing_still = FixedClock(story.begins_at)
    with (
        gc_paused(),
        db.unit_of_work() as session,
        clock.using(standing_still),
        rng.using(Random(seed)),
    ):
        # Every operation flushes what it wrote; without this the lines of the audit trail would go one by one.
        session.autoflush = False
        teller = Teller(standing_still, issuer, courses, hash_password(PASSWORD))
        teller.open_the_house()
        tell(f"{len(EMPLOYERS)} organisations, {len(PLACES)} duty stations")
        month = month_of(story.begins_at)
        for act in teller.tell(story.acts):
            if month_of(act.at) != month:
                tell(_so_far(month, teller))
                month = month_of(act.at)
        tell(_so_far(month, teller))
        db.session.add(Demonstration(id=1, anchor_on=anchor, seed=seed, recorded_at=loaded_at))
    publish_coverage()


def _so_far(month: date, teller: Teller) -> str:
    counts = teller.counts
    return f"{month:%B %Y}: {counts.people} people, {counts.attempts} quizzes, {counts.awards} certificates"


def _shape(course: PublishedCourse) -> Shape:
    """Returns the shape of a course; of one that is per sector, what somebody of the first sector takes."""
    modules = course.modules_for(FIELDS[0].slug)
    return Shape(len(modules), parse_period(course.validity))


def _courses() -> dict[str, PublishedCourse]:
    """Returns the courses of the story, which are then kept ready with their questions."""
    slugs = (*COURSES, *VOLUNTARY)
    found = {slug: published_course(slug, LANGUAGE) for slug in slugs}
    courses = {slug: course for slug, course in found.items() if course is not None}
    if len(courses) < len(found):
        raise CoursesMissing([slug for slug in slugs if slug not in courses])
    for course in courses.values():
        bank(course.revision_id, LANGUAGE)
    return courses


def sign_ins() -> str:
    """Returns who can sign in to the demonstration, in lines to be printed."""
    rows = [("amina@demo.example", "Amina Yusuf, learner, WASH")]
    rows += [
        (f"{role.word}@demo.example", f"{role.name}, {role.shown_as}") for role in OFFICE if role.shown_as
    ]
    rows.append((NEWCOMER, "a learner without e-mail who joined the day before"))
    lines = [f"  {who:<22} {what}" for who, what in rows]
    return "\n".join(
        ["Everybody in it is invented. Sign in as", *lines, f"  with the password       {PASSWORD}"]
    )
