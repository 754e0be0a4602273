"""The events that a learner's progress sends to packages on higher layers."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.catalogue.api import PublishedCourse
from lms.kernel.actor import Actor
from lms.kernel.db import db, session
from lms.learning.api import list_course_progress
from lms.learning.rules import NextStep
from lms.people.models import Person
from tests.factories.attempts import keys
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, publish_in, start


def amina() -> Actor:
    person = session.scalars(select(Person).where(Person.email == "amina@demo.example")).one()
    return Actor(account_id=1, person_id=person.id, sector="wash")


def test_progress_of_every_course(app: Flask, client: FlaskClient, course: PublishedCourse, files: Path) -> None:
    publish_in(app, files, "second-course")
    sign_in(client)
    client.post("/courses/first-course/first-steps/complete")
    with app.app_context():
        first, second = list_course_progress(amina())
        assert (first.course.slug, first.completed_count, len(first.modules), first.minutes_left) == (
            "first-course",
            1,
            2,
            5,
        )
        assert first.next_step == NextStep.CONTINUE
        assert first.next_module is not None and first.next_module.slug == "second-steps"
        assert first.last_at is not None and first.edition.passed is None
        assert (second.completed_count, second.next_step, second.last_at) == (0, NextStep.START, None)
    complete_all(client, course)
    attempt = start(client, course)
    with app.app_context():
        first = list_course_progress(amina())[0]
        assert first.next_step == NextStep.ATTEMPT
        assert first.edition.open_attempt_id == int(attempt.rsplit("/", 1)[1])
    client.post(f"{attempt}/submit", data=keys(app, attempt))
    with app.app_context():
        first = list_course_progress(amina())[0]
        assert first.next_step == NextStep.PASSED and first.edition.passed is not None
        assert (first.next_module, first.minutes_left, first.edition.open_attempt_id) == (None, 0, None)


def test_it_takes_two_queries(app: Flask, client: FlaskClient, course: PublishedCourse, files: Path) -> None:
    publish_in(app, files, "second-course")
    with app.app_context():
        actor = amina()
        list_course_progress(actor)
    with app.app_context():
        statements: list[str] = []

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            statements.append(statement)

        list_course_progress(actor)
        assert len([one for one in statements if one.startswith("SELECT")]) == 2
