"""How people of the demonstration answer: right, or wrong where they are to slip. Pure."""

from collections.abc import Sequence
from typing import Any

from lms.catalogue.api import BankQuestion
from lms.demo.acts import Outcome


def right(question: BankQuestion) -> Any:
    """Returns the right response to a question."""
    body = question.body
    match question.kind:
        case "single":
            return next(option["id"] for option in body["options"] if option.get("correct"))
        case "multiple":
            return [option["id"] for option in body["options"] if option.get("correct")]
        case "statements":
            return {part["id"]: "yes" if part["true"] else "no" for part in body["statements"]}
        case "ordering":
            return {option["id"]: place for place, option in enumerate(body["options"], start=1)}
        case "matching":
            return {pair["id"]: pair["id"] for pair in body["pairs"]}
        case "branching":
            return {
                name: next(option["id"] for option in node["options"] if option.get("correct"))
                for name, node in body["nodes"].items()
            }
    raise ValueError(f"the demonstration has no answer to questions of the kind {question.kind}")


def wrong(question: BankQuestion) -> Any:
    """Returns a response that is worth nothing."""
    body = question.body
    match question.kind:
        case "single":
            return next(option["id"] for option in body["options"] if not option.get("correct"))
        case "multiple":
            return [option["id"] for option in body["options"] if not option.get("correct")]
        case "statements":
            return {part["id"]: "no" if part["true"] else "yes" for part in body["statements"]}
    # Nothing chosen: a wrong order may have some of its items in place.
    return None


def answers(questions: Sequence[BankQuestion], outcome: Outcome, slips: int, pass_mark: int) -> list[Any]:
    """Returns a response to each question such that the quiz ends as it should, at a pass mark in percent.

    Who passes slips no more often than the pass mark allows, and never at a red line.
    """
    others = [question for question in questions if not question.red_line]
    red_lines = [question for question in questions if question.red_line]
    allowed = len(questions) * (100 - pass_mark) // 100
    if outcome is Outcome.PASSED:
        slipped = others[: min(slips, allowed)]
    elif outcome is Outcome.RED_LINE and red_lines:
        slipped = red_lines[:1]
    else:
        slipped = [*others, *red_lines][: max(slips, len(questions) // 3, allowed + 1)]
    missed = {question.question_revision_id for question in slipped}
    return [wrong(question) if question.question_revision_id in missed else right(question) for question in questions]
