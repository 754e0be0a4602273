"""The pages that correct a question: the form for each kind, the consequence in rounded counts, and applying it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.assessment import operations as attempts
from lms.assessment.models import OpenedBy, QuestionCorrection, Regrade
from lms.catalogue.api import PublishedCourse
from lms.certification.models import Award
from lms.kernel import clock, outbox
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.courses import key_of, make_organisation_with_course, multiple, single, statements
from tests.factories.people import sign_in

PAGE = "/author/first-course/questions/{}/correct"
PLAIN = PAGE.format("q-plain")
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
STEPS = [{"id": word, "text": f"Step {word}", "feedback": "So it is."} for word in "abc"]
PAIRS = [{"id": word, "left": f"Left {word}", "right": f"Right {word}", "feedback": "So."} for word in "ab"]
STORY = {
    "start": {"stem": "It begins.", "options": [
        {"id": "a", "text": "Go on", "correct": True, "feedback": "So.", "next": "then"},
        {"id": "b", "text": "Stop", "feedback": "So."},
    ]},
    "then": {"stem": "It ends.", "options": [
        {"id": "a", "text": "Greet", "correct": True, "feedback": "So."},
        {"id": "b", "text": "Leave", "feedback": "So."},
    ]},
}  # fmt: skip


def other(slug: str, kind: str, **parts: Any) -> dict[str, Any]:
    """Writes a question of another kind."""
    plain = single(slug, type=kind)
    del plain["options"]
    return plain | parts


BANK = [
    single("q-red", red_line=True),
    multiple("q-many", red_line=True),
    single("q-plain"),
    statements("q-said", "one"),
    other("q-steps", "ordering", options=STEPS),
    other("q-pairs", "matching", pairs=PAIRS),
    other("q-story", "branching", nodes=STORY),
]


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    return make_organisation_with_course(
        app, tmp_path, bank=BANK, **{"pass": {"mark": 80, "draw": 7, "tries": 9, "pause": "PT24H"}}
    )


def submit(app: Flask, course: PublishedCourse, numbers: range, at: str = "rivers-relief", **others: Any) -> None:
    """Lets new people of an organisation take the quiz, all right but for some responses, by "q_slug"."""
    with app.app_context(), unit_of_work(), clock.using(clock.FixedClock(NOW)):
        here = session.scalars(select(Organisation).where(Organisation.slug == at)).one_or_none()
        here = here or people.organisation(at, initials="HA")
        place = session.scalars(select(DutyStation)).first()
        assert place is not None
        for number in numbers:
            who = people.person(f"Person {number}")
            people.placed(people.employed(who, here, f"P-{number}"), place, "health" if number % 2 else "wash")
            actor = Actor(account_id=1000 + who.id, person_id=who.id)
            attempt = attempts.start_attempt(actor, course, seed="s", opened_by=OpenedBy.ORGANISATION)
            right = {"matching": {"a": "a", "b": "b"}, "ordering": {"a": 1, "b": 2, "c": 3}}
            given = {
                n: others.get(q.slug.replace("-", "_"), right.get(q.kind) or key_of(q.body, q.kind))
                for n, q in attempts.load_questions(attempt).items()
            }
            attempts.submit_attempt(actor, attempt, given)


def words(text: str) -> str:
    """The words of a page, without tags and with plain spaces."""
    body = text.partition("<main")[2]
    assert "Person " not in body
    return " ".join(re.sub(r"<[^>]+>", " ", body.replace("\xa0", " ")).split())


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(table)) or 0


def previewed(client: FlaskClient, address: str = PLAIN, **fields: Any) -> tuple[str, dict[str, Any]]:
    """Sends the preview; returns the words of the page, and the fields that applying it sends."""
    response = client.post(f"{address}/preview", data={"kind": "rekey", "reason": "The key was wrong."} | fields)
    assert response.status_code == 200, words(response.text)
    found = re.search(r'name="previewed"[^>]*value="(\w+)"', response.text)
    assert found is not None
    return words(response.text), {"kind": "rekey", "reason": "The key was wrong.", "previewed": found[1]} | fields


def work(app: Flask) -> None:
    with app.app_context(), clock.using(clock.FixedClock(clock.now() + timedelta(minutes=1))):
        while outbox.sweep():
            pass


@pytest.mark.usefixtures("course")
def test_trainers_and_administrators_open_the_pages(client: FlaskClient) -> None:
    for who, allowed in (("amina", False), ("hana", False), ("karim", False), ("tomas", True), ("root", True)):
        sign_in(client, f"{who}@demo.example")
        assert client.get(PLAIN).status_code == (200 if allowed else 403), who
        for address in (PLAIN, f"{PLAIN}/preview"):
            assert client.post(address).status_code == (422 if allowed else 403), who
        client.post("/logout")
    sign_in(client, "tomas@demo.example")
    for query in ("?edition=2", "?edition=x", "?edition=9999999999"):
        assert client.get(f"{PLAIN}{query}").status_code == 404
    assert client.get(PAGE.format("q-none")).status_code == 404
    assert client.get("/author/none/questions/q-plain/correct").status_code == 404


@pytest.mark.usefixtures("course")
def test_the_statistics_lead_there_before_there_are_figures(client: FlaskClient) -> None:
    sign_in(client, "tomas@demo.example")
    listed = client.get("/author/first-course/statistics").text
    assert "7 questions of this edition" in listed
    address = re.findall(r'href="(/author/first-course/questions/q-plain/correct[^"]*)"', listed)
    assert "Stem of q-plain?" in client.get(address[0]).text


def test_from_the_form_to_the_certificates(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    submit(app, course, range(12), q_plain="b", q_said={"s1": "no", "s2": "yes"})
    submit(app, course, range(12, 24), "hill-aid", q_plain="b", q_said={"s1": "no", "s2": "yes"})
    submit(app, course, range(24, 30))
    sign_in(client, "tomas@demo.example")
    assert "Filled with what is right until now." in words(client.get(PLAIN).text)
    shown, fields = previewed(client, right_1="b")
    assert "People who had this question: 30. Pass now: 25." in shown
    assert "Fail now: under 5." in shown and "Only the score changes: under 5 get more points, 5 would" in shown
    assert "Fail now, about Health 10 under 5 Water, Sanitation and Hygiene (WASH) 10 under 5" in shown
    assert "Hill Aid 10 under 5 Rivers Relief 10 under 5" in shown
    assert [count(app, table) for table in (QuestionCorrection, Regrade)] == [0, 0], "a preview records nothing"
    assert count(app, Award) == 6
    response = client.post(PLAIN, data=fields)
    assert response.headers["Location"] == "/author/first-course/statistics?edition=1"
    assert "The question is corrected." in client.get(response.headers["Location"]).text
    work(app)
    assert count(app, Award) == 30
    with app.app_context():
        assert {award.earned_on for award in session.scalars(select(Award))} == {NOW.date()}
    client.post(PLAIN, data=fields)
    work(app)
    assert [count(app, QuestionCorrection), count(app, Award)] == [1, 30], "sent twice, it is one"
    assert "Nobody's result would change." in previewed(client, right_1="b")[0]


def test_who_fails_now_is_counted_and_who_failed_before_is_not(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    wrong = {"s1": "no", "s2": "yes"}
    submit(app, course, range(10), q_said=wrong)
    submit(app, course, range(10, 30), q_said=wrong, q_many=["c"])
    sign_in(client, "tomas@demo.example")
    shown, fields = previewed(client, right_1="b")
    assert "Pass now: under 5." in shown and "Fail now: 10." in shown
    assert client.post(PLAIN, data=fields).status_code == 303
    work(app)
    assert "Nobody's result would change." in previewed(client, right_1="b")[0]


def test_nothing_is_applied_that_was_not_previewed(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    submit(app, course, range(6), q_plain="b", q_said={"s1": "no", "s2": "yes"})
    sign_in(client, "tomas@demo.example")
    _, fields = previewed(client, right_1="b")
    for changed in ({"right_1": "c"}, {"kind": "void"}, {"previewed": ""}):
        response = client.post(PLAIN, data=fields | changed)
        assert "What this would change" in response.text and response.status_code == 200
    assert count(app, QuestionCorrection) == 0
    # Another reason changes nothing of what was seen.
    assert client.post(PLAIN, data=fields | {"reason": "Another reason."}).status_code == 303


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": ""}, "Say why, in a few words."),
        ({"kind": "burn"}, "This is not one of the options."),
        ({"right_1": ""}, "every part of the question needs an answer"),
        ({"right_1": "zz"}, "This is not one of the options."),
        ({"right_1": []}, "every part of the question needs an answer"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_lost(client: FlaskClient, *, wrong: dict[str, Any], says: str) -> None:
    sign_in(client, "tomas@demo.example")
    fields = {"kind": "rekey", "reason": "The key was wrong.", "right_1": "b"} | wrong
    response = client.post(f"{PLAIN}/preview", data=fields)
    assert response.status_code == 422 and says in response.text
    assert "What this would change" not in response.text
    assert ("The key was wrong." in response.text) == bool(fields["reason"])


@pytest.mark.parametrize(
    ("slug", "fields", "key"),
    [
        ("q-many", {"right_1": ["a", "d"]}, ["a", "d"]),
        ("q-said", {"right_1": "no", "right_2": "no"}, {"s1": False, "s2": False}),
        ("q-steps", {"right_1": "2", "right_2": "1", "right_3": "3"}, ["b", "a", "c"]),
        ("q-pairs", {"right_1": "b", "right_2": "a"}, {"a": "b", "b": "a"}),
        ("q-story", {"right_1": ["a", "b"], "right_2": "b"}, {"start": ["a", "b"], "then": ["b"]}),
    ],
)
def test_each_kind_of_question(
    app: Flask, client: FlaskClient, course: PublishedCourse, *, slug: str, fields: dict[str, Any], key: Any
) -> None:
    submit(app, course, range(6))
    sign_in(client, "root@demo.example")
    address = PAGE.format(slug)
    # Sent as it is shown, it is the key of the file, and nothing changes.
    form = client.get(address).text
    chosen = dict(re.findall(r'<select id="(right_\d)".*?<option selected value="(\w+)"', form, re.DOTALL))
    for name, value in re.findall(
        r'<input checked id="(right_\d)-\d" name="[^"]*" type="checkbox" value="(\w+)"', form
    ):
        chosen.setdefault(name, []).append(value)
    assert chosen.keys() == fields.keys()
    assert "Nobody's result would change." in previewed(client, address, **chosen)[0]
    _, send = previewed(client, address, **fields)
    assert client.post(address, data=send).status_code == 303
    with app.app_context():
        stored = session.scalars(select(QuestionCorrection)).one()
        assert (stored.kind, stored.key) == ("rekey", key)
        assert len(stored.replaced) == 1
    # Then it is filled with what is right now.
    again = client.get(address).text
    assert again != form


@pytest.mark.usefixtures("course")
def test_two_items_cannot_have_one_place(client: FlaskClient) -> None:
    sign_in(client, "tomas@demo.example")
    fields = {"kind": "rekey", "reason": "x", "right_1": "1", "right_2": "1", "right_3": "3"}
    assert client.post(f"{PAGE.format('q-steps')}/preview", data=fields).status_code == 422


def test_a_trainer_of_one_organisation_sees_no_name_of_another(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    for at, numbers in (("rivers-relief", range(6)), ("hill-aid", range(6, 12))):
        submit(app, course, numbers, at, q_plain="b", q_said={"s1": "no", "s2": "yes"})
    with app.app_context(), unit_of_work():
        who = people.person("Tara", "tara@demo.example")
        here = session.scalars(select(Organisation).where(Organisation.slug == "rivers-relief")).one()
        place = session.scalars(select(DutyStation)).first()
        assert place is not None
        people.placed(people.employed(who, here, "T-1"), place)
        people.account(who, Role.TRAINER, at=here)
    sign_in(client, "tara@demo.example")
    shown, _ = previewed(client, right_1="b")
    assert "Rivers Relief 5 under 5 Other organisations, or none 5 under 5" in shown
    assert "Hill Aid" not in shown
