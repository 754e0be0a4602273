"""Feedback of learners: sent from a module and from a result, read beside the text, dealt with, and removed."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lms.assessment.models import Attempt
from lms.audit.models import AuditEntry
from lms.authoring.feedback import operations, queries
from lms.authoring.models import CourseFeedback
from lms.authoring.rules import digest_of_words
from lms.catalogue.api import PublishedCourse
from lms.kernel import clock
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.attempts import keys
from tests.factories.courses import make_organisation_with_course, published
from tests.factories.pages import form_on, send as send_form
from tests.factories.people import make_small_organisation, sign_in

LIST = "/author/first-course/feedback"


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    return make_organisation_with_course(app, tmp_path)


def words(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    body = response.get_data(as_text=True)
    assert response.status_code == status, body[:2000]
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\xa0", " ").split())


def send(client: FlaskClient, status: int = 303, **form: Any) -> str:
    response = client.post("/feedback", data={"kind": "hard", "section": "", "text": ""} | form)
    assert response.status_code == status, response.text[:2000]
    return response.text if status != 303 else response.location


def rows(app: Flask) -> list[CourseFeedback]:
    with app.app_context(), reading():
        found = list(session.scalars(select(CourseFeedback).order_by(CourseFeedback.id)))
        session.expunge_all()
        return found


def read_all_modules(client: FlaskClient) -> None:
    for module in ("first-steps", "second-steps"):
        assert client.post(f"/courses/first-course/{module}/complete").status_code == 303


def passed_quiz(app: Flask, client: FlaskClient) -> int:
    """Lets whoever is signed in pass the quiz; returns the attempt."""
    read_all_modules(client)
    address = client.post("/courses/first-course/quiz").location
    client.post(f"{address}/submit", data=keys(app, address) | {"anyway": "1"})
    return int(address.rpartition("/")[2])


def test_from_a_module(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    page = client.get("/courses/first-course/first-steps").text
    (link,) = re.findall(r'href="(/feedback[^"]*)"', page)
    assert link == f"/feedback?module={course.modules[0].module_revision_id}"
    form = words(client, link)
    assert "The whole of it All of this section Some words of First steps." in form
    assert '<optgroup label="First of first-steps">' in client.get(link).text
    assert "Never write a name" in form and "I am worried about a child" in form
    module = course.modules[0].module_revision_id
    back = send(client, module=module, section="first-of-first-steps", text="  What is  a pathway? ")
    assert back == "/courses/first-course/first-steps"
    assert "nothing says who wrote it" in words(client, back)
    (row,) = rows(app)
    assert (row.section, row.text, row.kind) == ("first-of-first-steps", "What is a pathway?", "hard")
    assert (row.language, row.sector, row.received_on) == ("en", "wash", clock.today("UTC"))


def test_nothing_says_who_sent_it(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    with app.app_context(), reading():
        before = session.scalar(select(func.count()).select_from(AuditEntry))
    send(client, module=course.modules[0].module_revision_id)
    assert {column.name for column in CourseFeedback.__table__.columns} == {
        "id", "course_id", "module_revision_id", "section", "paragraph", "question_revision_id", "language", "sector",
        "kind", "text", "received_on", "dealt_at", "dealt_by",
    }  # fmt: skip
    (row,) = rows(app)
    assert row.dealt_by is None
    with app.app_context(), reading():
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


def test_from_a_question_of_a_result(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    attempt = passed_quiz(app, client)
    page = client.get(f"/attempts/{attempt}/result").text
    links = re.findall(r'href="(/feedback[^"]*)"', page)
    assert [link.replace("&amp;", "&") for link in links] == [
        f"/feedback?attempt={attempt}&question={number}" for number in range(1, len(links) + 1)
    ]
    with app.app_context(), reading():
        chosen = session.get_one(Attempt, attempt).questions[1]
    assert f"Stem of {chosen['slug']}?" in words(client, links[1].replace("&amp;", "&"))
    assert send(client, attempt=attempt, question=2, kind="unfair") == f"/attempts/{attempt}/result#r2"
    (row,) = rows(app)
    assert (row.question_revision_id, row.module_revision_id) == (chosen["question"], None)
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    shown = words(client, LIST)
    assert f"Stem of {chosen['slug']}?" in shown
    assert "A question is wrong or unfair" in shown


@pytest.mark.usefixtures("course")
def test_what_is_not_there(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    attempt = passed_quiz(app, client)
    assert "Where is it?" in words(client, "/feedback")
    elsewhere = (f"attempt={attempt}&question=0", f"attempt={attempt}&question=99", "attempt=99&question=1")
    for query in ("module=99", *elsewhere):
        words(client, f"/feedback?{query}", 404)
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    words(client, f"/feedback?attempt={attempt}&question=1", 404)


@pytest.mark.usefixtures("course")
def test_questions_of_an_open_attempt_are_not_shown(client: FlaskClient) -> None:
    sign_in(client)
    read_all_modules(client)
    attempt = client.post("/courses/first-course/quiz").location.rpartition("/")[2]
    words(client, f"/feedback?attempt={attempt}&question=1", 404)


def test_bad_input_loses_nothing(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    module = course.modules[0].module_revision_id
    said = send(client, 422, module=module, kind="", text="A good sentence.")
    assert "Choose what is wrong." in said and 'value="A good sentence."' in said
    assert "at most 300 characters fit" in send(client, 422, module=module, text="x" * 301)
    assert "This is not one of the options" in send(client, 422, module=module, section="elsewhere")
    assert rows(app) == []
    send(client, module=module, text="x" * 300)


def test_authors_read_it_beside_the_text_and_deal_with_it(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    sign_in(client)
    first, second = (module.module_revision_id for module in course.modules)
    send(client, module=second, text="<b>Too long</b>")
    send(client, module=first, section="first-of-first-steps", kind="sector", text="Not in WASH.")
    send(client, module=first, section="first-of-first-steps", kind="broken")
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    assert "3 comments of learners : First Course" in words(client, "/author")
    page = client.get(LIST).text
    assert "&lt;b&gt;Too long&lt;/b&gt;" in page
    assert "Amina" not in page and "Rivers" not in page
    shown = words(client, LIST)
    assert "First of first-steps" in shown
    newest = shown.index("A picture or link does not work")
    assert newest < shown.index("It does not fit the work of my sector : Not in WASH.") < shown.index("Too long")
    assert "Some words of" in shown, "the section's text"
    for _ in range(2):
        assert client.post(f"{LIST}/2").location == LIST
    shown = words(client, LIST)
    assert shown.index("Dealt with, the last ones") < shown.index("Not in WASH.")
    assert "2 comments of learners" in words(client, "/author")
    with app.app_context(), reading():
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "authoring.deal_with_feedback")).all()
        assert [entry.subject_id for entry in entries] == [2]
    assert client.post("/author/first-course/feedback/99").status_code == 404
    assert client.post("/author/no-course/feedback/1").status_code == 404
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}/1").status_code == 403


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_paragraph_is_named_and_the_author_sees_it_there(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    sign_in(client)
    module = course.modules[0].module_revision_id
    section, words_there = "first-of-first-steps", "Some words of First steps."
    place = f"{section}/{digest_of_words(words_there)}"
    send(client, module=module, section=place, kind="hard", text="Which words?")
    send(client, module=module, section=section, kind="sector", text="Nothing of WASH.")
    send(client, module=module, text="All of it.")
    assert "This is not one of the options" in send(client, 422, module=module, section=f"{section}/0000000000000000")
    assert [(row.section, row.paragraph) for row in rows(app)] == [
        (section, digest_of_words(words_there)), (section, ""), ("", "")
    ]  # fmt: skip
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    page = client.get(LIST).text
    assert page.count(f'<blockquote class="paragraph" dir="auto">{words_there}</blockquote>') == 1
    draft = send_form(
        client, form_on(client.get("/author/first-course"), "/author/first-course"), title="Clearer"
    ).location
    path = "modules/first-course/01-first-steps.md"
    address = f"{draft}/files/{path}"
    form = form_on(client.get(address), address)
    text = form.values["text"].replace(words_there, f"{words_there} More of them.")
    assert send_form(client, form, text=text).status_code == 303
    for page in (f"{draft}/comments/{path}", f"{draft}/review", address):
        shown = words(client, page)
        assert shown.index("More of them.") < shown.index("It is hard to understand : Which words?"), page
    shown = words(client, f"{draft}/comments/{path}")
    said = (
        "## First of first-steps",
        "Nothing of WASH.",
        "More of them.",
        "Which words?",
        "On the whole file",
        "All of it.",
    )
    assert sorted(said, key=shown.index) == [*said]
    assert "Nothing of WASH." not in words(client, f"{draft}/comments/modules/first-course/02-second-steps.md")
    for number in (1, 2, 3):
        client.post(f"{LIST}/{number}")
    assert "Which words?" not in words(client, f"{draft}/comments/{path}")


def test_places_come_in_the_order_of_the_course(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        course = published(tmp_path, modules=("second-steps", "first-steps"))
    sign_in(client)
    first, second = (module.module_revision_id for module in course.modules)
    attempt = passed_quiz(app, client)
    send(client, module=first, text="Of the first module.")
    send(client, module=first, section="first-of-second-steps", text="Of its section.")
    send(client, attempt=attempt, question=1, text="Of a question.")
    send(client, module=second, text="Of the second module.")
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    shown = words(client, LIST)
    said = ("Of the first module.", "Of its section.", "Of the second module.", "Of a question.")
    assert sorted(said, key=shown.index) == [*said]


def test_only_of_its_own_course(app: Flask, client: FlaskClient, course: PublishedCourse, tmp_path: Path) -> None:
    with app.app_context(), unit_of_work():
        published(tmp_path, "second-course")
    sign_in(client)
    send(client, module=course.modules[0].module_revision_id)
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    assert "No open comments" in words(client, "/author/second-course/feedback")
    assert client.post("/author/second-course/feedback/1").status_code == 404
    assert [row.dealt_at for row in rows(app)] == [None]


def test_more_than_are_shown(
    app: Flask, client: FlaskClient, course: PublishedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    for number in range(3):
        send(client, module=course.modules[0].module_revision_id, text=f"Sentence {number}.")
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    assert "these are the newest" not in words(client, LIST)
    monkeypatch.setattr(queries, "MOST_OPEN", 2)
    shown = words(client, LIST)
    assert "There are 3 open comments; these are the newest 2." in shown
    assert "Sentence 0." not in shown and "Sentence 1." in shown


def test_what_is_old_is_removed(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    for _ in range(4):
        send(client, module=course.modules[0].module_revision_id)
    now, today = clock.now(), clock.today("UTC")
    changes: dict[int, dict[str, Any]] = {
        1: {"dealt_at": now - timedelta(days=91)},
        2: {"dealt_at": now - timedelta(days=89)},
        3: {"received_on": today - timedelta(days=731)},
        4: {"received_on": today - timedelta(days=729)},
    }
    with app.app_context():
        with unit_of_work():
            for number, values in changes.items():
                session.execute(update(CourseFeedback).where(CourseFeedback.id == number).values(values))
        operations.remove_old_feedback()
    assert [row.id for row in rows(app)] == [2, 4]
