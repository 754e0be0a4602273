"""Questions that are stories: shown whole without script, saved, marked and reviewed by the way that was taken."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.assessment.attempt_form import build_attempt_form, story_order
from lms.assessment.attempt_review import build_review
from lms.catalogue.api import BankQuestion
from tests.factories.attempts import keys, number_of
from tests.factories.courses import make_organisation_with_course, questions, single
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, start


def choice(name: str, to: str | None = None, *, right: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"id": name, "text": f"Do {name}.", "feedback": f"Because {name}.", "correct": right}
    return found | ({"next": to} if to else {})


NODES: dict[str, Any] = {
    # Written in another order than they are lived.
    "end": {"stem": "It ends.", "options": [choice("stay", right=True), choice("leave")]},
    "start": {"stem": "It begins.", "options": [choice("greet", "talk", right=True), choice("shout", "fear")]},
    "fear": {"stem": "She is afraid.", "options": [choice("sit", "end", right=True), choice("chase", "end")]},
    "talk": {"stem": "She talks.", "options": [choice("hear", "end", right=True), choice("press", "end")]},
}


def story(**more: Any) -> dict[str, Any]:
    asked = single("q-story", type="branching", nodes=NODES, **more)
    del asked["options"]
    return asked


def story_question() -> BankQuestion:
    body = {"stem": "A story.", "nodes": NODES}
    return BankQuestion(7, 7, "q-story", "en", "branching", "one", red_line=False, sectors=(), body=body)


ORDER = ["start/shout", "start/greet", "talk/hear", "talk/press", "fear/sit", "fear/chase", "end/leave", "end/stay"]
ALL: dict[str, Any] = {"pass": {"mark": 80, "draw": 7, "tries": 2, "pause": "PT24H"}}
"""Draws the whole bank."""
DRAW = [{"question": 7, "slug": "q-story", "order": ORDER}]


def test_a_moment_comes_after_all_that_lead_to_it() -> None:
    # The paths follow in the order of the choices as shuffled, not in that of the author.
    assert list(story_order(NODES, ORDER)) == ["start", "fear", "talk", "end"]
    assert list(story_order(NODES, [*ORDER[1::-1], *ORDER[2:]])) == ["start", "talk", "fear", "end"]
    assert story_order({"start": {"options": [choice("a", "nowhere")]}}, ["start/a"]) == {"start": ["a"]}


def test_a_story_is_laid_out_without_its_keys() -> None:
    (question,) = build_attempt_form(DRAW, {7: story_question()}, {7: {"start": "shout"}})
    assert [(step.stem, step.number, step.after) for step in question.steps] == [
        ("It begins.", 1, ()), ("She is afraid.", 2, ("Do shout.",)), ("She talks.", 3, ("Do greet.",)),
        ("It ends.", 4, ()),
    ]  # fmt: skip
    assert [(part.value, part.text) for part in question.steps[0].parts] == [("1-1", "Do shout."), ("1-2", "Do greet.")]
    assert question.steps[0].leads_to == {"1-1": 2, "1-2": 3} and question.steps[3].leads_to == {}
    assert [part.given for part in question.steps[0].parts] == ["chosen", ""]
    assert not question.answered and "Because" not in str(question) and "correct" not in str(question)


@pytest.mark.parametrize(
    ("given", "path", "points"),
    [
        ({"start": "greet", "talk": "hear", "end": "stay"}, ["Do greet.", "Do hear.", "Do stay."], 1),
        ({"start": "shout", "fear": "sit", "end": "stay"}, ["Do shout.", "Do sit.", "Do stay."], 0.6667),
        # What was chosen on a way that is not gone any more counts for nothing and is not shown.
        ({"start": "shout", "talk": "press"}, ["Do shout."], 0.0),
        (None, [], 0.0),
    ],
)
def test_a_story_is_reviewed_by_the_way_that_was_taken(
    given: dict[str, str] | None, path: list[str], points: float
) -> None:
    mark = {"question": 7, "slug": "q-story", "points": points, "red_line": False, "response": given}
    (question,) = build_review(DRAW, {7: story_question()}, [mark])
    assert [step.text for step in question.path] == path
    assert [step.text for step in question.best] == ["Do greet.", "Do hear.", "Do stay."]
    assert all(step.feedback.startswith("Because") for step in (*question.path, *question.best))
    assert all(step.right for step in question.best)


@pytest.fixture
def attempt(app: Flask, client: FlaskClient, files: Any) -> str:
    """Amina's attempt at a quiz that holds a story."""
    course = make_organisation_with_course(app, files, bank=[*questions(), story()], **ALL)
    sign_in(client)
    complete_all(client, course)
    return start(client, course)


def test_a_story_is_on_the_page_whole_and_saved_step_by_step(app: Flask, client: FlaskClient, attempt: str) -> None:
    page = client.get(attempt).text
    places = [page.index(words) for words in ("It begins.", "She is afraid.", "It ends.")]
    assert places == sorted(places) and page.index("It begins.") < page.index("She talks.") < page.index("It ends.")
    assert "If you chose “Do greet.”:" in page and "Next:" in page and "Because" not in page
    sent = keys(app, attempt, q_story={"start": "shout", "fear": "sit"})
    steps = [name for name in sent if name.startswith(f"q-{number_of(app, attempt, 'q-story')}-")]
    assert len(steps) == 2
    for name in steps:
        client.post(attempt, data={name: sent[name]})
    page = client.get(attempt).text
    for name in steps:
        assert re.search(rf'id="{name}-{sent[name]}" class="to-[234]" checked', page)


def test_a_story_is_marked_and_reviewed(app: Flask, client: FlaskClient, attempt: str) -> None:
    form = keys(app, attempt, q_story={"start": "shout", "fear": "sit", "end": "leave"})
    client.post(f"{attempt}/submit", data=form | {"anyway": "1"})
    page = client.get(f"{attempt}/result").text
    taken, best = page.index("Your choices"), page.index("The best choices")
    assert taken < page.index("Because shout.") < page.index("Because leave.") < best
    assert best < page.index("Because greet.") < page.index("Because stay.")
    assert "Because chase." not in page


def test_a_story_told_rightly_passes(app: Flask, client: FlaskClient, files: Any) -> None:
    course = make_organisation_with_course(app, files, bank=[*questions(), story(red_line=True)], **ALL)
    sign_in(client)
    complete_all(client, course)
    address = start(client, course)
    client.post(f"{address}/submit", data=keys(app, address))
    page = client.get(f"{address}/result").text
    assert "You have passed" in page and "Your choices" in page and "The best choices" not in page
