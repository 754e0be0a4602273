"""The trainers' pages: who opens them, what they count, and what they never show."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.assessment.models import Attempt
from lms.authoring import views
from lms.catalogue.api import PublishedCourse, bank
from lms.kernel import clock
from lms.kernel.db import session, unit_of_work
from tests.factories.courses import published, questions, single
from tests.factories.people import make_small_organisation, person, sign_in

PAGE = "/author/first-course/statistics"
LAST_MONTH = datetime.combine(clock.today("UTC").replace(day=1), datetime.min.time(), UTC) - timedelta(days=2)


def ordering() -> dict[str, Any]:
    """Writes a question with three steps to put in order."""
    steps = [{"id": word, "text": f"Step {word}", "feedback": "So it is."} for word in "abc"]
    return single("q-steps", type="ordering") | {"options": steps}


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        return published(tmp_path, bank=[*questions(), ordering()])


def submit(
    app: Flask, course: PublishedCourse, people: Iterable[int], at: datetime = LAST_MONTH, tries: int = 1
) -> None:
    """Lets people submit the quiz: who has an even number chooses b instead of a in `q-plain`, and later all right."""
    with app.app_context(), unit_of_work():
        shown = [question for question in bank(course.revision_id) if question.kind in {"single", "ordering"}]
        for number in people:
            who = person(f"Person {number}").id
            for each in range(tries):
                grades: list[dict[str, Any]] = []
                for question in shown:
                    response: Any = "a" if question.kind == "single" else {"a": 1, "b": 2, "c": 3}
                    right = bool(each) or question.slug != "q-plain" or number % 2 == 1
                    grades.append(
                        {
                            "question": question.question_revision_id,
                            "slug": question.slug,
                            "points": float(right),
                            "red_line": question.red_line,
                            "response": response if right else "b",
                        }
                    )
                passed = all(grade["points"] for grade in grades)
                session.add(
                    Attempt(
                        person_id=who,
                        course_id=course.course_id,
                        edition_id=course.edition_id,
                        course_revision_id=course.revision_id,
                        language="en",
                        questions=[],
                        seed="1",
                        started_at=at,
                        submitted_at=at + timedelta(minutes=each),
                        score=100 * passed,
                        red_lines_right=True,
                        passed=passed,
                        grades=grades,
                    )
                )


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    """The words of a page, without tags and with plain spaces."""
    response = client.get(address)
    body = response.get_data(as_text=True)
    assert response.status_code == status, body[:2000]
    assert "Person " not in body
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\xa0", " ").split())


@pytest.mark.usefixtures("course")
def test_trainers_and_administrators_open_the_pages(client: FlaskClient) -> None:
    for who, status in (("amina", 403), ("hana", 403), ("karim", 403), ("tomas", 200), ("root", 200)):
        sign_in(client, f"{who}@demo.example")
        for address in ("/author", PAGE):
            assert client.get(address).status_code == status, (who, address)
        assert ('href="/author"' in client.get("/account").get_data(as_text=True)) == (status == 200)
        client.post("/logout")
    sign_in(client, "tomas@demo.example")
    for address in ("/author/no-course/statistics", f"{PAGE}?edition=9", f"{PAGE}?edition=x"):
        page(client, address, 404)


def test_no_courses(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "tomas@demo.example")
    assert "No courses yet" in page(client, "/author")


def test_courses_and_figures_from_30_people_on(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    submit(app, course, range(29))
    sign_in(client, "tomas@demo.example")
    listed = page(client, "/author")
    assert "edition 1 · English · 2 modules · 7 questions" in listed
    assert "About 30 people took its quiz: too few for figures." in listed
    assert "Too few attempts yet" in page(client, PAGE)
    submit(app, course, [29])
    listed = page(client, "/author")
    assert "Edition 1: about 30 people took its quiz. About 15 passed at the first try." in listed
    assert "2 of 5 questions with enough attempts are flagged." in listed
    shown = page(client, PAGE)
    assert "Attempts, about 30 Mean 90 % Spread (standard deviation) 10 %" in shown
    assert "Stem of q-plain? q-plain · English 30 50 % – 100 %" in shown
    assert "B. Wrong of q-plain Top third: 5. Bottom third: 5." in shown
    assert "A. Right of q-plain (right) Top third: 5. Bottom third: 5." in shown
    assert "C. Also wrong of q-plain Top third: under 5. Bottom third: under 5." in shown
    assert shown.count("Nearly everybody is right: it asks nothing") == 2
    assert "Step a" not in shown, "what is put in order is not chosen"


def test_the_list_leaves_very_many_answers_to_the_page_of_the_course(
    app: Flask, client: FlaskClient, course: PublishedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(app, course, range(30))
    sign_in(client, "tomas@demo.example")
    assert "are flagged" in page(client, "/author")
    monkeypatch.setattr(views, "MOST_AT_ONCE", 29)
    listed = page(client, "/author")
    assert "So many answers are counted on the page of its statistics." in listed and "are flagged" not in listed


def test_only_first_attempts_until_the_end_of_the_last_month_count(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    submit(app, course, range(30), tries=2)
    submit(app, course, range(300), at=clock.now())
    sign_in(client, "tomas@demo.example")
    assert "about 30 people took its quiz. About 15 passed at the first try." in page(client, "/author")
    assert "q-plain · English 30 50 %" in page(client, PAGE)


def test_the_newest_edition_with_enough_attempts_is_shown_first(
    app: Flask, client: FlaskClient, course: PublishedCourse, tmp_path: Path
) -> None:
    submit(app, course, range(30))
    with app.app_context(), unit_of_work():
        newer = published(tmp_path, edition=2)
    submit(app, newer, range(4))
    sign_in(client, "tomas@demo.example")
    assert "Edition 1: first attempts" in page(client, PAGE)
    assert "Other editions: Edition 2" in page(client, PAGE)
    assert "Edition 2: first attempts" in page(client, f"{PAGE}?edition=2")
    assert "Fewer than 5 people" not in page(client, "/author")
    submit(app, newer, range(26))
    assert "Edition 2: first attempts" in page(client, PAGE)
