"""Loading the demonstration into an empty database, and saying who can sign in to it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random

from flask_security import hash_password
from sqlalchemy import update

from lms.accounts.models import Account
from lms.catalogue.api import PublishedCourse, bank, published_course
from lms.certification.api import Issuer
from lms.compliance.api import rebuild
from lms.coverage.api import publish as publish_coverage
from lms.demo import queries
from lms.demo.acts import DATA_FILE, Act, CourseAct, Learn, Require, read_acts
from lms.demo.errors import CourseUnfit
from lms.demo.loader import DemoLoader
from lms.demo.models import Demonstration
from lms.demo.sign_ins import PASSWORD
from lms.demo.staff import LANGUAGE
from lms.kernel import clock, db, rng
from lms.kernel.clock import FixedClock
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.memory import gc_paused
from lms.people.api import count_people

SEED = 2026
"""What serials and selected questions are drawn with."""


def load(say: Callable[[str], None], issuer: Issuer, anchor: date | None = None, data_file: Path = DATA_FILE) -> None:
    """Loads the demonstration that leads up to a day, today by default, in one transaction, and says what it holds.

    Then computes statuses and publishes coverage, which the worker would do within the hour. Killed half-way it leaves
    nothing behind; loading it again changes nothing. The same day and file give the same facts, whatever the hour.
    Raises `Refusal` in a database that holds people, for courses that are not published, and `CourseUnfit`.
    """
    anchor = anchor or clock.today()
    if queries.is_demonstration():
        say("The demonstration is there already.")
        return
    with db.reading():
        people = count_people()
        if people:
            raise Refusal(
                _(
                    "This database holds %(people)s people who are not invented: the demonstration is for an empty "
                    "one. Name another folder (LMS_INSTANCE=/path) or another database (LMS_DATABASE_URL).",
                    people=people,
                )
            )
        with data_file.open(encoding="utf-8") as lines:
            acts = list(read_acts(lines, anchor))
        courses = _courses(acts)
    loaded_at, moving = clock.now(), FixedClock(acts[0].at)
    repeatable = Random(SEED)  # noqa: S311 - serials and questions of invented people need not be secret
    with gc_paused(), db.unit_of_work() as session, clock.using(moving), rng.using(repeatable):
        # Every operation flushes what it wrote; without this the lines of the audit trail would go one by one.
        session.autoflush = False
        loader = DemoLoader(moving, issuer, courses, hash_password(PASSWORD))
        loader.perform(acts)
        # Nobody is asked for a second step: everybody is invented, and a page shows the password.
        session.flush()
        session.execute(update(Account).values(roles_since=None))
        session.add(Demonstration(id=1, anchor_on=anchor, seed=SEED, recorded_at=loaded_at))
        staff, learning = loader.staff, loader.learning
        say(f"{len(staff.organisations)} organisations, {len(staff.stations)} duty stations")
        say(f"{len(staff.members)} people, {learning.attempts} quizzes, {learning.awards} certificates")
    rebuild()
    publish_coverage()


def _courses(acts: Sequence[Act]) -> dict[str, PublishedCourse]:
    """Returns the courses of the demonstration, which are then cached with their questions."""
    slugs = sorted({act.course for act in acts if isinstance(act, CourseAct | Require)})
    found = {slug: published_course(slug, LANGUAGE) for slug in slugs}
    courses = {slug: course for slug, course in found.items() if course is not None}
    if len(courses) < len(found):
        missing = ", ".join(slug for slug in slugs if slug not in courses)
        raise Refusal(_("Publish the courses first (flask content publish). Missing: %(courses)s.", courses=missing))
    for act in acts:
        if isinstance(act, Learn) and courses[act.course].per_sector is (act.sector is None):
            raise CourseUnfit(act.course)
    for course in courses.values():
        bank(course.revision_id, LANGUAGE)
    return courses
