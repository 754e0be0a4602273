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
                word = "yes" if statement.get("true", statement.get(True)) in ("yes", True) else "no"
                fieldset.locator(f'input[name$="-{statement["id"]}"][value="{word}"]').check()
        case "ordering":
            for place, step in enumerate(question["options"], start=1):
                fieldset.locator(f'select[name$="-{step["id"]}"]').select_option(str(place))
        case "matching":
            for pair in question["pairs"]:
                fieldset.locator(f'select[name$="-{pair["id"]}"]').select_option(pair["id"])
        case "branching":
            name: str | None = "start"
            while name:
                right = next(o for o in question["nodes"][name]["options"] if o.get("correct"))
                fieldset.locator(f'input[name$="-{name}"][value="{right["id"]}"]').check()
                name = right.get("next")
        case _:
            for option in question["options"]:
                if option.get("correct"):
                    fieldset.locator(f'input[value="{option["id"]}"]').check()
