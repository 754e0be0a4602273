"""The same form sent from many tabs at once: one completion, one attempt, one outcome, one event."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from lms.assessment.models import Attempt
from lms.catalogue.api import PublishedCourse
from lms.kernel.db import db, session
from lms.learning.events import course_completed, progress_made
from lms.learning.hooks import quiz_notes
from lms.learning.models import Completion
from tests.factories.attempts import keys
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, start
from tests.shared import filled
from tests.waiting import DEADLINE_SECONDS

TABS = 6


@contextmanager
def heard() -> Iterator[dict[str, list[set[int]]]]:
    sets: dict[str, list[set[int]]] = {"made": [], "completed": []}

    def made(_sender: object, *, completions: set[int], **_more: object) -> None:
        sets["made"].append(completions)

    def completed(_sender: object, *, attempts: set[int]) -> None:
        sets["completed"].append(attempts)

    with progress_made.connected_to(made), course_completed.connected_to(completed):
        yield sets


def tabs(app: Flask, browser: FlaskClient, path: str, forms: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Posts forms to one address at the same time, all with the same session."""
    return post_all(app, browser, [(path, form) for form in forms])


def post_all(app: Flask, browser: FlaskClient, posts: list[tuple[str, dict[str, Any]]]) -> list[tuple[int, str]]:
    """Posts forms to addresses at the same time, all with the same session."""
    cookie = browser.get_cookie("every_sector")
    assert cookie is not None
    barrier = Barrier(len(posts))

    def post(path: str, form: dict[str, Any]) -> tuple[int, str]:
        tab = app.test_client()
        tab.set_cookie("every_sector", cookie.value)
        barrier.wait()
        response = tab.post(path, data=form)
        return response.status_code, str(response.headers.get("Location"))

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(post, *zip(*posts, strict=True)))


@contextmanager
def met_at_the_lock(engine: Engine, many: int) -> Iterator[list[str]]:
    """Lets so many transactions come as far as holding a person before any of them does; SQLite has one at a time."""
    barrier, held = Barrier(many), []

    def meet(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM person" in statement and " FOR " in statement:
            held.append(statement)
            barrier.wait(DEADLINE_SECONDS)

    event.listen(engine, "before_cursor_execute", meet)
    yield held
    event.remove(engine, "before_cursor_execute", meet)


def test_a_module_completed_in_many_tabs_is_one_completion(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    sign_in(client)
    with heard() as sets:
        answers = tabs(app, client, "/courses/first-course/first-steps/complete", [{}] * TABS)
    assert set(answers) == {(303, "/courses/first-course/second-steps")}
    with app.app_context():
        done = session.scalars(select(Completion)).one()
    assert sets["made"] == [{done.id}]


def test_two_modules_completed_at_once_do_not_wait_for_each_other_for_ever(
    app: Flask, client: FlaskClient, course: PublishedCourse, backend: str
) -> None:
    sign_in(client)
    posts: list[tuple[str, dict[str, Any]]] = [
        (f"/courses/{course.slug}/{module.slug}/complete", {}) for module in course.modules
    ]
    with app.app_context():
        engine = db.engine
    with met_at_the_lock(engine, len(posts)) as held:
        answers = post_all(app, client, posts)
    assert [status for status, _location in answers] == [303, 303]
    assert len(held) == (len(posts) if backend == "postgresql" else 0)
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Completion)) == len(posts)


def test_a_quiz_started_in_many_tabs_is_one_attempt(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    complete_all(client, course)
    answers = tabs(app, client, "/courses/first-course/quiz", [{}] * TABS)
    assert len(set(answers)) == 1 and answers[0][0] == 303
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_an_attempt_submitted_in_many_tabs_has_one_outcome_and_one_message(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    sign_in(client)
    complete_all(client, course)
    address = start(client, course)
    right = keys(app, address)
    with heard() as sets:
        answers = tabs(app, client, f"{address}/submit", [right] * TABS)
    assert set(answers) == {(303, f"{address}/result")}
    number = int(address.rsplit("/", 1)[1])
    assert sets["completed"] == [{number}]
    with app.app_context():
        attempt = session.get(Attempt, number)
        assert attempt is not None and attempt.passed and attempt.score == 100


def test_failing_sends_no_event_of_a_completed_course(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    complete_all(client, course)
    address = start(client, course)
    with heard() as sets:
        client.post(f"{address}/submit", data={"anyway": "1"})
    assert sets["completed"] == []


def test_when_a_subscriber_fails_the_submission_is_not_stored(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    sign_in(client)
    complete_all(client, course)
    address = start(client, course)

    def fail(_sender: object, **_more: Any) -> None:
        raise RuntimeError("the certificate failed")

    with course_completed.connected_to(fail):
        assert client.post(f"{address}/submit", data=keys(app, address)).status_code == 500
    with app.app_context():
        attempt = session.get(Attempt, int(address.rsplit("/", 1)[1]))
        assert attempt is not None and attempt.submitted_at is None
    # Nothing is lost: sent once more, it passes.
    client.post(f"{address}/submit", data=keys(app, address))
    assert "You have passed" in client.get(f"{address}/result").text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_packages_above_may_add_a_note_before_the_quiz(client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    complete_all(client, course)
    with filled(quiz_notes, lambda *_: None, lambda *_: "Renewing today would give two years."):
        assert "Renewing today would give two years." in client.get("/courses/first-course/quiz").text
