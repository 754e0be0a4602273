"""The review of a submitted attempt: its questions with the responses given, the keys and the feedback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from lms.assessment.attempt_form import given_to
from lms.assessment.rules.corrections import Correction, Corrections, Mark, mark
from lms.assessment.rules.question_body import ids_of, parts_of
from lms.catalogue.api import BankQuestion

NEVER = datetime.max.replace(tzinfo=UTC)


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
    """A question after submission. ``points`` run from 0 to 1; ``refresh`` is (module slug, section id) to reread.

    ``corrected`` is the correction made since the submission, where there is one; it never lowers the points shown.
    """

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
    corrected: Correction | None = None
    # What a correction since made of the points: more, fewer, or the same.
    gained: bool = False
    spared: bool = False
    # Whether the question counts for nobody.
    void: bool = False

    @property
    def right(self) -> bool:
        """Returns whether the response was fully right."""
        return self.points == 1


def build_review(
    selected: Sequence[Mapping[str, Any]],
    questions: Mapping[int, BankQuestion],
    grades: Sequence[Mapping[str, Any]],
    corrections: Corrections = MappingProxyType({}),
    submitted_at: datetime = NEVER,
) -> list[ReviewedQuestion]:
    """Returns the selected questions of a graded attempt with keys and feedback, by the corrections of its edition.

    Only those made after it was submitted are shown as such.
    """
    by_question = {grade["question"]: grade for grade in grades}
    reviewed = []
    for number, one in enumerate(selected, start=1):
        question, grade = questions[one["question"]], by_question[one["question"]]
        marked = mark(question, grade["response"], corrections)
        corrected = marked.correction if marked.correction and marked.correction.corrected_at > submitted_at else None
        shown = replace(question, body=dict(marked.body))
        reviewed.append(_reviewed_question(number, shown, one["order"], grade, marked=marked, corrected=corrected))
    return reviewed


def _reviewed_question(
    number: int,
    question: BankQuestion,
    order: Sequence[str],
    grade: Mapping[str, Any],
    *,
    marked: Mark,
    corrected: Correction | None,
) -> ReviewedQuestion:
    refresh = question.body.get("refresh")
    story = question.kind == "branching"
    ids = ids_of(parts_of(question.kind, question.body)) if question.kind in {"ordering", "matching"} else order
    points = round(float(marked.points), 4) if corrected else grade["points"]
    return ReviewedQuestion(
        number=number,
        slug=question.slug,
        kind=question.kind,
        objective=question.objective,
        stem=question.body["stem"],
        points=max(points, grade["points"]),
        red_line=grade["red_line"],
        answered=grade["response"] is not None,
        parts=() if story else tuple(_reviewed_part(question, part, grade["response"]) for part in ids),
        refresh=(refresh["module"], refresh.get("section") or "") if refresh else None,
        path=_path(question.body["nodes"], grade["response"] or {}) if story else (),
        best=_path(question.body["nodes"], None) if story else (),
        corrected=corrected,
        gained=points > grade["points"],
        spared=points < grade["points"] and not marked.is_void,
        void=marked.is_void,
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
            key, given = parts[part.get("answer", name)]["right"], parts[given]["right"] if given else ""
        case _:
            key = "chosen" if part.get("correct") else ""
    text = part["left"] if question.kind == "matching" else part["text"]
    return ReviewedPart(text, given, key, bool(given), given == key, part.get("feedback") or "")
