"""The number of statements that submitting a quiz takes, from grading to the certificate and the training status."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from lms.catalogue.api import PublishedCourse
from lms.certification.models import Award
from lms.compliance.api import Terms, make_requirement
from lms.compliance.projection.rebuild import rebuild
from lms.kernel.actor import SYSTEM
from lms.kernel.db import db, session, unit_of_work
from tests.factories.attempts import keys
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, start


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_submitting_a_quiz_takes_at_most_33_statements(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    with app.app_context(), unit_of_work():
        make_requirement(
            SYSTEM, organisation_id=None, course_id=course.course_id, effective_from=date(2026, 1, 1),
            terms=Terms(due_days=30), reason="All staff need it.", past_accepted=True,
        )  # fmt: skip
    with app.app_context():
        rebuild()
    sign_in(client)
    taken = []
    # A first certificate, then its renewal.
    for _ in range(2):
        complete_all(client, course)
        attempt = start(client, course)
        # Reading the page caches the course.
        client.get(attempt)
        form = keys(app, attempt)
        with counted(app) as statements:
            assert client.post(f"{attempt}/submit", data=form).headers["Location"] == f"{attempt}/result"
        taken.append(statements)
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Award)) == 2
    first, renewal = taken
    # Once a minute a process looks whether there are webhooks to tell.
    assert len(first) <= 34, "\n\n".join(first)
    assert len(renewal) <= 33, "\n\n".join(renewal)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_statements_of_a_quiz_are_built_once(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    run: list[object] = []

    def note(_connection: object, statement: object, *_: object) -> None:
        run.append(statement)

    with app.app_context():
        engine = db.engine
    quizzes = []
    for _ in range(3):
        complete_all(client, course)
        run.clear()
        event.listen(engine, "before_execute", note)
        client.get(f"/courses/{course.slug}/quiz")
        attempt = start(client, course)
        client.get(attempt)
        event.remove(engine, "before_execute", note)
        form = keys(app, attempt)
        event.listen(engine, "before_execute", note)
        client.post(f"{attempt}/submit", data=form)
        client.get(f"{attempt}/result")
        event.remove(engine, "before_execute", note)
        quizzes.append([*run])
    *earlier, last = quizzes
    known = {id(statement) for quiz in earlier for statement in quiz}
    # Those of the certificate are of another package, and asked once for each that is earned.
    own = ("FROM attempt", "FROM answer", "FROM person \nWHERE")
    anew = [str(each) for each in last if id(each) not in known and any(table in str(each) for table in own)]
    assert not anew, "\n\n".join(anew)
