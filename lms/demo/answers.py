"""How people of the demonstration answer: right, or wrong where they are to slip. Pure."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from lms.catalogue.api import BankQuestion
from lms.demo.acts import Outcome

DOUBTED = {"safe-two-terms": "c"}
"""Questions with a wrong option that those who pass choose: their statistics look as those of a wrong key."""


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

    Who passes slips no more often than the pass mark allows, and never at a red line. Questions differ in how easily
    people slip at them.
    """
    red_lines = [question for question in questions if question.red_line]
    # By what a question asks, and by chance: its place in this attempt.
    rank = {each.slug: place + crc32(each.slug.encode()) % len(questions) for place, each in enumerate(questions)}
    by_rank = sorted(questions, key=lambda question: rank[question.slug])
    doubted = [question for question in questions if question.slug in DOUBTED and not question.red_line]
    others = [question for question in by_rank if not question.red_line and question not in doubted]
    allowed = len(questions) * (100 - pass_mark) // 100
    if outcome is Outcome.PASSED:
        slipped = [*doubted, *others][: min(max(slips, len(doubted)), allowed)]
    elif outcome is Outcome.RED_LINE and red_lines:
        slipped = red_lines[:1]
    else:
        slipped = [*others, *doubted, *red_lines][: max(slips, len(questions) // 3, allowed + 1)]
    missed = {question.question_revision_id for question in slipped}
    return [_answer(question, right=question.question_revision_id not in missed) for question in questions]


def _answer(question: BankQuestion, *, right: bool) -> Any:
    return DOUBTED[question.slug] if not right and question.slug in DOUBTED else respond(question, right=right)
