"""The result page after a question was corrected: what it says, and that nobody loses points."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.assessment.api import CorrectionKind, correct_question
from lms.catalogue.api import PublishedCourse
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM
from lms.kernel.db import unit_of_work
from tests.factories.attempts import keys
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, start

WRONG = {"q_plain": "b", "q_other": "b"}


def words(client: FlaskClient, address: str) -> str:
    """The words of a page, without tags and with plain spaces."""
    body = client.get(address).text
    return " ".join(re.sub(r"<[^>]+>", " ", body.partition("<main")[2]).replace("\xa0", " ").split())


def take(app: Flask, client: FlaskClient, course: PublishedCourse, **others: Any) -> str:
    sign_in(client)
    complete_all(client, course)
    attempt = start(client, course)
    assert client.post(f"{attempt}/submit", data=keys(app, attempt, **others)).status_code == 303
    return f"{attempt}/result"


def correct(app: Flask, course: PublishedCourse, slug: str, kind: str, key: Any = None, *, work: bool = True) -> None:
    with app.app_context(), clock.using(clock.FixedClock(clock.now() + timedelta(minutes=1))):
        with unit_of_work():
            correct_question(SYSTEM, course.edition_id, slug, CorrectionKind(kind), key, reason="It was wrong.")
        if work:
            assert outbox.sweep()


def test_a_quiz_that_nobody_corrected_says_nothing_of_it(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    page = take(app, client, course)
    assert "orrected" not in words(client, page)
    correct(app, course, "q-plain", "rekey", ["a"])
    assert "Your result stays as it was." in words(client, page)


def test_who_passes_now(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    page = take(app, client, course, **WRONG)
    assert "Not passed yet 66 %" in words(client, page)
    correct(app, course, "q-plain", "rekey", ["b"], work=False)
    assert "Your quiz is being marked again" in words(client, page)
    with app.app_context(), clock.using(clock.FixedClock(clock.now() + timedelta(minutes=2))):
        outbox.sweep()
    shown = words(client, page)
    assert "You have passed 83 %" in shown
    assert "Marked again, you have passed. Your certificate is dated to the day on which you took the quiz." in shown
    assert "another answer is right than was marked as right. You get more points for it." in shown
    certificate = client.get(page.replace("/attempts/", "/certificates/of-attempt/").removesuffix("/result"))
    assert certificate.status_code == 302
    assert "Quiz passed You passed on" in words(client, f"/courses/{course.slug}")
    assert "83 % Passed" in words(client, "/my/record")


def test_who_would_not_pass_any_more(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    page = take(app, client, course, q_other="b")
    correct(app, course, "q-plain", "rekey", ["c"])
    shown = words(client, page)
    assert "You have passed 83 %" in shown
    assert "Your result stays as it was. Marked again it would not be enough to pass" in shown
    assert "Stem of q-plain? Correct Corrected on" in shown, "the points for it stay"
    assert "You lose no points by this." in shown and "You get more points" not in shown


@pytest.mark.parametrize(
    ("slug", "kind", "key", "says"),
    [
        ("q-plain", "accept", ["a", "b"], "another answer is right as well. You get more points for it."),
        ("q-plain", "full_marks", None, "everybody gets full marks for this question. You get more points for it."),
        ("q-many", "accept", ["c", "d"], "another answer is right as well."),
        ("q-said", "rekey", {"s1": False, "s2": False}, "You lose no points by this."),
    ],
)
def test_each_kind(
    app: Flask, client: FlaskClient, course: PublishedCourse, *, slug: str, kind: str, key: Any, says: str
) -> None:
    page = take(app, client, course, **WRONG)
    correct(app, course, slug, kind, key)
    shown = words(client, page)
    assert says in shown
    assert ("You have passed 83 %" if "more points" in says else "Not passed yet 66 %") in shown


def test_a_question_that_is_void_does_not_count(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    page = take(app, client, course, q_plain="b", q_red_one="b")
    assert "Not passed yet 66 %" in words(client, page) and "red-line question was incorrect" in words(client, page)
    correct(app, course, "q-red-one", "void")
    shown = words(client, page)
    assert "You have passed 80 %" in shown and "red-line question was incorrect" not in shown
    assert "Does not count" in shown and "this question counts for nobody." in shown


def test_who_takes_the_quiz_afterwards_reads_nothing_of_it(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    with app.app_context(), unit_of_work():
        correct_question(SYSTEM, course.edition_id, "q-plain", CorrectionKind.REKEY, ["b"], reason="It was wrong.")
    page = take(app, client, course, q_plain="b")
    shown = words(client, page)
    assert "You have passed 100 %" in shown and "orrected" not in shown
    assert "You chose correctly: Wrong of q-plain" in shown
