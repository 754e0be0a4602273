"""The keys of a question bank, for a traveller who knows the course well: read from the file that trainers write."""

from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Locator, Page

QUIZZES = Path(__file__).resolve().parents[2] / "quizzes"


def squeezed(text: str) -> str:
    """Returns a text with its white space folded, as a browser shows it."""
    return " ".join(str(text).split())


def keys(course: str) -> dict[str, dict[str, Any]]:
    """Returns the questions of a bank by their stem."""
    bank = yaml.safe_load((QUIZZES / f"{course}.yml").read_text())
    return {squeezed(question["stem"]): question for question in bank["questions"]}


def answer_rightly(page: Page, course: str) -> int:
    """Answers every question on the page rightly and returns how many there were."""
    known = keys(course)
    page.wait_for_load_state()  # a long quiz comes in parts
    questions = page.locator("fieldset.question")
    for index in range(questions.count()):
        fieldset = questions.nth(index)
        stem = squeezed(fieldset.locator("legend").first.inner_text()).split(". ", 1)[1]
        _answer(fieldset, known[stem])
    return questions.count()


def _answer(fieldset: Locator, question: dict[str, Any]) -> None:
    match question["type"]:
        case "statements":
            for statement in question["statements"]:
                word = "True" if statement.get("true", statement.get(True)) in ("yes", True) else "False"
                _part(fieldset, "fieldset.statement", statement["text"]).get_by_label(word, exact=True).check()
        case "ordering":
            for place, step in enumerate(question["options"], start=1):
                _part(fieldset, ".option", step["text"]).locator("select").select_option(str(place))
        case "matching":
            for pair in question["pairs"]:
                chooser = _part(fieldset, ".option", pair["left"]).locator("select")
                labels = chooser.locator("option").all_inner_texts()
                chooser.select_option(index=[squeezed(label) for label in labels].index(squeezed(pair["right"])))
        case "branching":
            name: str | None = "start"
            while name:
                node = question["nodes"][name]
                right = next(o for o in node["options"] if o.get("correct"))
                _part(_part(fieldset, "fieldset.moment", node["stem"]), ".option", right["text"]).locator(
                    "input"
                ).check()
                name = right.get("next")
        case _:
            for option in question["options"]:
                if option.get("correct"):
                    _part(fieldset, ".option", option["text"]).locator("input").check()


def _part(within: Locator, selector: str, text: str) -> Locator:
    """Finds the part of a question that shows a text and no more than that, but for a number or a hint before it."""
    parts = within.locator(selector)
    wanted = squeezed(text)
    shown = [squeezed(each) for each in parts.all_inner_texts()]
    return parts.nth(next(place for place, each in enumerate(shown) if wanted in each))
