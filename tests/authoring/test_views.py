"""The trainers' pages: who opens them, what they count, and what they never show."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.assessment.models import Attempt
from lms.authoring import views
from lms.authoring.statistics.queries import list_editions, load_answer_counts, load_statistics
from lms.authoring.statistics.rules import ItemFlag
from lms.catalogue.api import PublishedCourse, bank
from lms.catalogue.models import QuestionRevision
from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from tests.factories.courses import make_organisation_with_course, published, questions, single
from tests.factories.people import employed, make_small_organisation, organisation, person, placed, sign_in, station

PAGE = "/author/first-course/statistics"
LAST_MONTH = datetime.combine(clock.today("UTC").replace(day=1), datetime.min.time(), UTC) - timedelta(days=2)


def ordering() -> dict[str, Any]:
    """Writes a question with three steps to put in order."""
    steps = [{"id": word, "text": f"Step {word}", "feedback": "So it is."} for word in "abc"]
    return single("q-steps", type="ordering") | {"options": steps}


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    return make_organisation_with_course(app, tmp_path, bank=[*questions(), ordering()])


def submit(
    app: Flask,
    course: PublishedCourse,
    people: Iterable[int],
    *,
    at: datetime = LAST_MONTH,
    tries: int = 1,
    translated: Mapping[int, int] | None = None,
    wrong: Collection[int] = (),
) -> None:
    """Lets people submit the quiz: who has an even number chooses b instead of a in `q-plain`, and later all right.

    ``translated`` gives questions that were asked in another language, ``wrong`` who chooses b in `q-other` as well.
    """
    with app.app_context(), unit_of_work():
        shown = [question for question in bank(course.revision_id) if question.kind in {"single", "ordering"}]
        for number in people:
            known = session.scalars(select(Person).where(Person.name == f"Person {number}")).one_or_none()
            who = (known or person(f"Person {number}")).id
            for each in range(tries):
                grades: list[dict[str, Any]] = []
                for question in shown:
                    response: Any = "a" if question.kind == "single" else {"a": 1, "b": 2, "c": 3}
                    right = bool(each) or (
                        not (question.slug == "q-plain" and number % 2 == 0)
                        and not (question.slug == "q-other" and number in wrong)
                    )
                    grades.append(
                        {
                            "question": (translated or {}).get(
                                question.question_revision_id, question.question_revision_id
                            ),
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


def test_sectors_are_those_of_the_day_of_the_attempt(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    """In WASH nobody chooses a, elsewhere everybody; who works in two sectors on that day counts in none."""
    submit(app, course, range(140), wrong=range(40, 60))
    day = LAST_MONTH.date()
    with app.app_context(), unit_of_work():
        here, there = organisation("first"), organisation("second")
        place = station("south")
        for number in range(140):
            who = session.scalars(select(Person).where(Person.name == f"Person {number}")).one()
            if number % 2:
                at_first = employed(who, here, f"P-{number}")
                placed(at_first, place, "wash", day, None).retracted_at = clock.now()
                session.flush()
                placed(at_first, place, "health", day, None)
                continue
            at_first = employed(who, here, f"P-{number}")
            placed(at_first, place, "health", day - timedelta(days=9), day - timedelta(days=1))
            placed(at_first, place, "wash", day, day)
            placed(at_first, place, "health", day + timedelta(days=1))
            if number < 40:
                placed(employed(who, there, f"P-{number}"), place, "education", day - timedelta(days=9))
    with app.test_request_context():
        found = load_statistics(list_editions(course.course_id)[0])
    plain = next(each for each in found.questions if each.slug == "q-plain")
    assert found.questions[0] == plain, "the worst question comes first"
    assert plain.figures is not None
    assert ItemFlag.UNFAIR in plain.figures.flags
    # With all else right 60 of Health and 40 of WASH, else 10 of each; half a person more in each cell.
    odds = (60.5 * 40.5 / 102 + 10.5 * 10.5 / 22) / (0.25 / 102 + 0.25 / 22)
    found_odds = {each.sector: each.odds for each in plain.figures.sectors}
    assert found_odds == {"health": pytest.approx(odds), "wash": pytest.approx(1 / odds)}
    sign_in(client, "tomas@demo.example")
    shown = page(client, PAGE)
    wash, health = "Water, Sanitation and Hygiene (WASH)", "Health"
    assert f"Harder for people of {wash} than for others who do as well elsewhere" in shown
    assert "(odds ratio 0.00)" in shown
    assert f"Easier for people of {health} than for others who do as well elsewhere" in shown
    assert "Education" not in shown
    assert "Fairness between sectors" not in shown, "the flag says it all"


# How sectors are found is tried above on both databases; the rest is reckoning.
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        # A third of each.
        (range(0, 400, 3), "No difference that matters: {health}; {wash}"),
        # 50 of 100 of WASH, 34 of 100 of Health.
        (
            [*range(0, 400, 8), *range(2, 400, 12)],
            "Somewhat easier for people of {health} (odds ratio 1.94) "
            "Somewhat harder for people of {wash} (odds ratio 0.52)",
        ),
    ],
)
def test_sectors_that_differ_little(
    app: Flask, client: FlaskClient, course: PublishedCourse, wrong: Collection[int], said: str
) -> None:
    submit(app, course, range(0, 400, 2), wrong=wrong)
    with app.app_context(), unit_of_work():
        here, place = organisation("first"), station("south")
        for number in range(0, 400, 2):
            who = session.scalars(select(Person).where(Person.name == f"Person {number}")).one()
            sector = "health" if number % 4 else "wash"
            placed(employed(who, here, f"P-{number}"), place, sector, LAST_MONTH.date())
    sign_in(client, "tomas@demo.example")
    shown = page(client, PAGE)
    names = {"health": "Health", "wash": "Water, Sanitation and Hygiene (WASH)"}
    assert f"Fairness between sectors {said.format(**names)}" in shown


def test_a_question_in_two_languages_has_figures_of_each(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    submit(app, course, range(30))
    with app.app_context(), unit_of_work():
        plain = next(question for question in bank(course.revision_id) if question.slug == "q-plain")
        english = session.get_one(QuestionRevision, plain.question_revision_id)
        french = QuestionRevision(
            question_id=english.question_id,
            language="fr",
            digest="french",
            kind="single",
            objective="one",
            sectors=[],
            body=english.body | {"stem": "Que faire ?"},
            recorded_at=LAST_MONTH,
        )
        session.add(french)
        session.flush()
        in_french = {plain.question_revision_id: french.id}
    submit(app, course, range(101, 181, 2), translated=in_french)
    sign_in(client, "tomas@demo.example")
    shown = page(client, PAGE)
    assert "Stem of q-plain? q-plain · English 30 50 %" in shown
    assert "Que faire ? q-plain · Français 40 100 %" in shown
    assert "Stem of q-red-one? q-red-one · English · red line 70 100 %" in shown


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
    words = page(client, "/author")
    assert "No courses yet" in words
    # A course could not be begun: there is nothing to begin from.
    assert "Ask an administrator to publish the course files once" in words
    assert "Start a new course" not in words


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
    assert "B. Wrong of q-plain Top third: 5 Bottom third: 5" in shown
    assert "A. Right of q-plain (right) Top third: 5 Bottom third: 5" in shown
    assert "C. Also wrong of q-plain Top third: under 5 Bottom third: under 5" in shown
    assert shown.count("Nearly everybody is right: it asks nothing") == 2
    assert 'action="/author/first-course/questions/q-plain/change"' in client.get(PAGE).get_data(as_text=True)
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


def test_months_end_at_midnight_and_count_once_they_have_ended(app: Flask, course: PublishedCourse) -> None:
    first = (LAST_MONTH + timedelta(days=2)).replace(day=1)
    submit(app, course, range(30), at=first - timedelta(minutes=1))
    submit(app, course, range(30, 40), at=first)
    submit(app, course, range(40, 45), at=first + timedelta(days=3))
    for today, people in ((first + timedelta(days=20), 30), (first + timedelta(days=40), 45), (first, 30)):
        with app.test_request_context(), clock.using(FixedClock(today)):
            (edition,) = list_editions(course.course_id)
            assert edition.people == people
            assert sum(load_answer_counts(edition).attempts.values()) == people


def test_a_question_is_shown_as_last_written(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    submit(app, course, range(30))
    with app.app_context(), unit_of_work():
        plain = next(question for question in bank(course.revision_id) if question.slug == "q-plain")
        before = session.get_one(QuestionRevision, plain.question_revision_id)
        values = {column.key: getattr(before, column.key) for column in QuestionRevision.__table__.columns}
        del values["id"]
        after = QuestionRevision(**values | {"digest": "clearer", "body": before.body | {"stem": "A clearer stem?"}})
        session.add(after)
        session.flush()
        clearer = {before.id: after.id}
    submit(app, course, range(101, 121, 2), translated=clearer)
    sign_in(client, "tomas@demo.example")
    shown = page(client, PAGE)
    assert "A clearer stem? q-plain · English 40 63 %" in shown
    assert "Stem of q-plain?" not in shown


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
    submit(app, newer, range(4, 30))
    assert "Edition 2: first attempts" in page(client, PAGE)
