"""The review of a submitted attempt: its questions with the responses given, the keys and the feedback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.assessment.attempt_form import given_to
from lms.assessment.rules.question_body import ids_of, parts_of
from lms.catalogue.api import BankQuestion


@dataclass(frozen=True, slots=True)
class ReviewedPart:
    """A part with the response given, the key, and the feedback."""

    text: str
    given: str
    key: str
    chosen: bool
    right: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class ReviewedStep:
    """A step of a story with the choice made, whether it was right, and why."""

    stem: str
    text: str
    right: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """A question after submission. ``points`` run from 0 to 1; ``refresh`` is (module slug, section id) to reread."""

    number: int
    slug: str
    kind: str
    objective: str
    stem: str
    points: float
    red_line: bool
    answered: bool
    parts: tuple[ReviewedPart, ...]
    refresh: tuple[str, str] | None
    # Of a story: the path taken, and the best path from its beginning to its end.
    path: tuple[ReviewedStep, ...] = ()
    best: tuple[ReviewedStep, ...] = ()

    @property
    def right(self) -> bool:
        """Returns whether the response was fully right."""
        return self.points == 1


def build_review(
    selected: Sequence[Mapping[str, Any]], questions: Mapping[int, BankQuestion], grades: Sequence[Mapping[str, Any]]
) -> list[ReviewedQuestion]:
    """Returns the selected questions of a graded attempt with keys and feedback."""
    by_question = {grade["question"]: grade for grade in grades}
    return [
        _reviewed_question(number, questions[one["question"]], one["order"], by_question[one["question"]])
        for number, one in enumerate(selected, start=1)
    ]


def _reviewed_question(
    number: int, question: BankQuestion, order: Sequence[str], grade: Mapping[str, Any]
) -> ReviewedQuestion:
    refresh = question.body.get("refresh")
    story = question.kind == "branching"
    ids = ids_of(parts_of(question.kind, question.body)) if question.kind in {"ordering", "matching"} else order
    return ReviewedQuestion(
        number=number,
        slug=question.slug,
        kind=question.kind,
        objective=question.objective,
        stem=question.body["stem"],
        points=grade["points"],
        red_line=grade["red_line"],
        answered=grade["response"] is not None,
        parts=() if story else tuple(_reviewed_part(question, part, grade["response"]) for part in ids),
        refresh=(refresh["module"], refresh.get("section") or "") if refresh else None,
        path=_path(question.body["nodes"], grade["response"] or {}) if story else (),
        best=_path(question.body["nodes"], None) if story else (),
    )


def _path(nodes: Mapping[str, Any], given: Mapping[str, str] | None) -> tuple[ReviewedStep, ...]:
    """Returns the path of the choices given, or where ``given`` is None of the first right choice of each step."""
    name = "start"
    steps: list[ReviewedStep] = []
    while name in nodes and len(steps) < len(nodes):
        node = nodes[name]
        chosen = [
            option
            for option in node["options"]
            if (option.get("correct") if given is None else option["id"] == given.get(name))
        ]
        if not chosen:
            break
        option = chosen[0]
        right = bool(option.get("correct"))
        steps.append(ReviewedStep(node["stem"], option["text"], right, option.get("feedback") or ""))
        name = option.get("next") or ""
    return tuple(steps)


def _reviewed_part(question: BankQuestion, name: str, response: Any) -> ReviewedPart:
    parts = {part["id"]: part for part in parts_of(question.kind, question.body)}
    part, given = parts[name], given_to(response, name)
    match question.kind:
        case "statements":
            key = "yes" if part["true"] else "no"
        case "ordering":
            key = str(list(parts).index(name) + 1)
        case "matching":
            key, given = part["right"], parts[given]["right"] if given else ""
        case _:
            key = "chosen" if part.get("correct") else ""
    text = part["left"] if question.kind == "matching" else part["text"]
    return ReviewedPart(text, given, key, bool(given), given == key, part.get("feedback") or "")
