"""Several modules recorded in one step: the same as one by one, each at its own moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from lms.catalogue.api import PublishedCourse, PublishedModule
from lms.kernel.actor import Actor
from lms.kernel.clock import FixedClock, using
from lms.kernel.db import session, unit_of_work
from lms.learning import operations
from lms.learning.course_progress import load_study
from lms.learning.models import Completion
from lms.people.models import Person
from tests.learning.test_concurrency import heard

BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)


def amina() -> Actor:
    person = session.scalars(select(Person).where(Person.email == "amina@demo.example")).one()
    return Actor(account_id=1, person_id=person.id, sector="wash")


def recorded() -> list[tuple[int, datetime]]:
    rows = session.execute(select(Completion.module_id, Completion.recorded_at).order_by(Completion.id))
    return [(row.module_id, row.recorded_at) for row in rows]


def test_each_is_recorded_at_the_moment_it_is_taken(app: Flask, course: PublishedCourse) -> None:
    clock = FixedClock(BEGAN)

    def taken() -> Iterator[PublishedModule]:
        for hours, module in enumerate(course.modules):
            clock.move_to(BEGAN + timedelta(hours=hours))
            yield module

    with app.app_context(), unit_of_work(), using(clock), heard() as sets:
        made = operations.complete_many(load_study(amina(), course.slug, "en"), taken())
        assert sets["made"] == [{completion.id for completion in made}]
    with app.app_context():
        first, second = (module.module_id for module in course.modules)
        assert recorded() == [(first, BEGAN), (second, BEGAN + timedelta(hours=1))]
        assert load_study(amina(), course.slug, "en").missing == []


def test_what_is_known_stays_and_the_rest_is_added(app: Flask, course: PublishedCourse) -> None:
    with app.app_context(), unit_of_work(), using(FixedClock(BEGAN)):
        operations.complete(load_study(amina(), course.slug, "en"), course.modules[0])
    with app.app_context(), unit_of_work():
        made = operations.complete_many(load_study(amina(), course.slug, "en"), course.modules)
        assert [completion.module_id for completion in made] == [course.modules[1].module_id]
    with app.app_context():
        assert len(recorded()) == 2
        assert recorded()[0] == (course.modules[0].module_id, BEGAN)


def test_somebody_quicker_in_another_tab_does_no_harm(app: Flask, course: PublishedCourse) -> None:
    with app.app_context(), unit_of_work():
        late = load_study(amina(), course.slug, "en")
        operations.complete(load_study(amina(), course.slug, "en"), course.modules[0])
        made = operations.complete_many(late, course.modules)
        assert [completion.module_id for completion in made] == [each.module_id for each in course.modules]
    with app.app_context():
        assert len(recorded()) == 2
