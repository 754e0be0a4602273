"""Somebody who knows every trick but nothing of the subject plays from the page alone, and is right by chance only."""

import re
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from lms.assessment.attempt_form import FormQuestion, build_attempt_form
from lms.assessment.rules.grading import grade
from lms.assessment.rules.question_selection import select_questions
from lms.catalogue.api import BankQuestion
from lms.learning.forms import read_responses

ATTEMPTS = 400
WORDS = ("aurora", "bergamot", "cedilla", "dolmen")


def option(name: str, place: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "text": f"Words of {WORDS[place]}", "feedback": "-", **more}


# As careless authors write: what is right comes first, is named so, and has the first number.
BODIES: dict[str, dict[str, Any]] = {
    "single": {"options": [option(n, p, correct=p == 0) for p, n in enumerate(("a-right", "b", "c", "d"))]},
    "multiple": {"options": [option(n, p, correct=p < 2) for p, n in enumerate(("a", "b", "x", "y"))]},
    "statements": {
        "statements": [option(n, p, true="yes" if p < 2 else "no") for p, n in enumerate(("t1", "t2", "x1", "x2"))]
    },
    "ordering": {"options": [option(n, p) for p, n in enumerate(("1", "2", "3", "4"))]},
    "matching": {
        "pairs": [
            {"id": n, "left": f"Left {WORDS[p]}", "right": f"Right {WORDS[-p]}", "feedback": "-"}
            for p, n in enumerate(("a", "b", "c", "d"))
        ]
    },
    "branching": {
        "nodes": {
            "start": {
                "stem": "It begins.",
                "options": [option("a", 0, correct=True, next="better"), option("b", 1, next="worse")],
            },
            "better": {"stem": "It is well.", "options": [option("a", 0, correct=True), option("b", 1)]},
            "worse": {"stem": "It is not.", "options": [option("a", 0, correct=True), option("b", 1)]},
        }
    },
}
CHANCE = {
    "single": Fraction(1, 4), "multiple": Fraction(1, 6), "statements": Fraction(1, 2), "ordering": Fraction(1, 4),
    "matching": Fraction(1, 4), "branching": Fraction(1, 2),
}  # fmt: skip
"""The points that guessing gives on average; of multiple, where two of four are ticked: one in six is fully right."""

Controls = dict[str, list[tuple[str, dict[str, str]]]]
"""What a page offers: the values of each control with the attributes around them."""
Trick = Callable[[Random, list[tuple[str, dict[str, str]]]], list[tuple[str, dict[str, str]]]]
TRICKS: dict[str, Trick] = {
    "the first": lambda _random, offered: offered,
    "the last": lambda _random, offered: offered[::-1],
    "by value": lambda _random, offered: sorted(offered),
    "by id": lambda _random, offered: sorted(offered, key=lambda each: each[1]["id"]),
    "by class": lambda _random, offered: sorted(offered, key=lambda each: each[1]["class"]),
    "by length": lambda _random, offered: sorted(offered, key=lambda each: -len(each[1]["html"])),
    "by luck": lambda random, offered: random.sample(offered, len(offered)),
}


def controls_on(html: str) -> Controls:
    """Reads every control of a question from its page."""
    found: Controls = {}
    for tag in re.findall(r"<input [^>]*>", html):
        words = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        shown = {"id": words["id"], "class": words.get("class", ""), "html": tag}
        found.setdefault(words["name"], []).append((words["value"], shown))
    for name, inside in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', html, re.DOTALL):
        for tag, value in re.findall(r'(<option value="([^"]+)"[^>]*>)', inside):
            found.setdefault(name, []).append((value, {"id": value, "class": "", "html": tag}))
    return found


def play(kind: str, trick: Trick, random: Random, controls: Controls) -> list[tuple[str, str]]:
    """Returns the fields that somebody sends who goes by a trick; where each value serves once, each is used once."""
    if kind == "multiple":
        ((name, offered),) = controls.items()
        return [(name, value) for value, _ in trick(random, offered)[:2]]
    if kind in ("ordering", "matching"):
        return [
            (name, trick(random, offered)[place][0]) for place, (name, offered) in enumerate(sorted(controls.items()))
        ]
    if kind == "statements":
        # Half of them are true, as is known: the trick says of which.
        names = [name for name, _ in trick(random, [(name, offered[0][1]) for name, offered in controls.items()])]
        return [(name, "yes" if place < len(names) / 2 else "no") for place, name in enumerate(names)]
    return [(name, trick(random, offered)[0][0]) for name, offered in controls.items()]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", BODIES)
def test_the_page_of_a_question_says_nothing_of_its_key(app: Flask, kind: str) -> None:
    question = BankQuestion(
        7, 7, "q", "en", kind, "one", red_line=False, sectors=(), body={"stem": "What do you do?", **BODIES[kind]}
    )
    with app.test_request_context():
        show = (
            app.jinja_env.get_template("learning/_question.html")
            .make_module({"_": lambda words, **named: words % named, "svg_icon": str})
            .form_question
        )
        points = {name: Fraction(0) for name in TRICKS}
        for number in range(ATTEMPTS):
            (drawn,) = select_questions([question], size=1, sector=None, seed=f"attempt {number}")
            chosen = [{"question": 7, "order": list(drawn.order)}]
            (form,) = build_attempt_form(chosen, {7: question}, {})
            controls = controls_on(str(show(form)))
            for name, trick in TRICKS.items():
                points[name] += _points(question, form, play(kind, trick, Random(number), controls))
    average = {name: float(total / ATTEMPTS) for name, total in points.items()}
    # Four standard deviations of as many throws.
    chance = float(CHANCE[kind])
    margin = 4 * (chance * (1 - chance) / ATTEMPTS) ** 0.5
    assert all(abs(each - chance) < margin for each in average.values()), average


def _points(question: BankQuestion, form: FormQuestion, sent: list[tuple[str, str]]) -> Fraction:
    response = read_responses(MultiDict(sent), [form]).get(7)
    points = grade(question.kind, question.body, response)
    return Fraction(points == 1) if question.kind == "multiple" else points
