"""How people of the demonstration answer: right, or wrong where they are to slip. Pure."""

from collections.abc import Sequence
from typing import Any

from lms.catalogue.api import BankQuestion
from lms.demo.acts import Outcome


def respond(question: BankQuestion, *, right: bool = True) -> Any:
    """Returns the right response to a question, or one that is worth nothing."""
    body = question.body
    match question.kind:
        case "single" | "multiple":
            chosen = [option["id"] for option in body["options"] if bool(option.get("correct")) is right]
            return chosen if question.kind == "multiple" else chosen[0]
        case "statements":
            return {part["id"]: "yes" if part["true"] is right else "no" for part in body["statements"]}
        case _ if not right:
            # Nothing chosen: a wrong order may have some of its items in place.
            return None
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
    return [respond(question, right=question.question_revision_id not in missed) for question in questions]
