"""How people of the story answer: right, or wrong where they are to slip. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from lms.assessment.rules import Drawable
from lms.assessment.rules.grading import truth
from lms.demo.acts import Outcome


def right(question: Drawable) -> Any:
    """Returns the right response to a question."""
    body = question.body
    match question.kind:
        case "single":
            return next(option["id"] for option in body["options"] if option.get("correct"))
        case "multiple":
            return [option["id"] for option in body["options"] if option.get("correct")]
        case "statements":
            return {part["id"]: "yes" if truth(part) else "no" for part in body["statements"]}
        case "ordering":
            return {option["id"]: place for place, option in enumerate(body["options"], start=1)}
        case "matching":
            return {pair["id"]: pair["id"] for pair in body["pairs"]}
        case "branching":
            return {
                name: next(option["id"] for option in node["options"] if option.get("correct"))
                for name, node in body["nodes"].items()
            }
    raise ValueError(f"nobody answers questions of the kind {question.kind}")


def wrong(question: Drawable) -> Any:
    """Returns a response that is worth nothing."""
    body = question.body
    match question.kind:
        case "single":
            return next(option["id"] for option in body["options"] if not option.get("correct"))
        case "multiple":
            return [option["id"] for option in body["options"] if not option.get("correct")]
        case "statements":
            return {part["id"]: "no" if truth(part) else "yes" for part in body["statements"]}
    # Nothing chosen: a wrong order may have some of its items in place.
    return None


def answers(
    drawn: Sequence[Mapping[str, Any]], questions: Mapping[int, Drawable], outcome: Outcome, slips: int
) -> dict[int, Any]:
    """Returns responses to a draw that lead to an outcome, by question revision.

    Who passes slips at most as often as the usual pass mark of 80 percent bears, and never at a red line.
    """
    asked = [questions[one["question"]] for one in drawn]
    others = [question for question in asked if not question.red_line]
    if outcome is Outcome.FAILED:
        slipped = [*others, *(question for question in asked if question.red_line)][
            : max(slips, len(asked) // 3)
        ]
    elif outcome is Outcome.RED_LINE:
        slipped = [question for question in asked if question.red_line][:1]
    else:
        slipped = others[: min(slips, len(asked) // 5)]
    missed = {question.question_revision_id for question in slipped}
    return {
        question.question_revision_id: wrong(question)
        if question.question_revision_id in missed
        else right(question)
        for question in asked
    }
