"""Marking questions that were corrected after use: another key, a second key, void, or full marks for everybody.

A key is what a correction says is right, by the kind of the question:

* single, multiple: ``["a", "c"]``, the ids of the right options
* statements: ``{"s1": true, "s2": false}``
* ordering: ``["b", "a"]``, the ids of the items in the right order
* matching: ``{"1": "2", "2": "1"}``, for each pair's left side the pair whose right side belongs to it
* branching: ``{"start": ["a"], "next-node": ["b"]}``, the right options of each node
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lms.assessment.rules.grading import QuizScore, grade, score_quiz
from lms.assessment.rules.question_body import Body, ids_of, parts_of
from lms.catalogue.api import BankQuestion


class CorrectionKind(StrEnum):
    """What a correction does to a question."""

    REKEY = "rekey"
    """Only the new key is right."""
    ACCEPT = "accept"
    """The new key is right as well as the question's own."""
    VOID = "void"
    """It counts for nobody: the score is that of the other questions."""
    FULL_MARKS = "full_marks"
    """Everybody has it right."""


WITHOUT_KEY = frozenset({CorrectionKind.VOID, CorrectionKind.FULL_MARKS})
"""The kinds that need no key."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The correction of a question in an edition. ``key`` is None where none is needed.

    It applies to versions of the question whose own key is one of ``replaced`` (``key_digest``): once the course's
    file has another key, that one counts for the quizzes that show it.
    """

    id: int
    question_id: int
    kind: CorrectionKind
    key: Any
    replaced: frozenset[str]
    corrected_at: datetime


Corrections = Mapping[int, Mapping[str, Correction]]
"""The corrections of an edition that count, by question and by the digest of the key that each replaces."""


def with_correction(corrections: Corrections, added: Correction) -> dict[int, Mapping[str, Correction]]:
    """Returns corrections with another one, which counts instead of those before it."""
    before = corrections.get(added.question_id, {})
    return {**corrections, added.question_id: {**before, **dict.fromkeys(added.replaced, added)}}


@dataclass(frozen=True, slots=True)
class Mark:
    """The points of a response, from 0 to 1, and the question with the key by which it got them.

    A question that is void has no points and does not count.
    """

    points: Fraction
    body: Body
    correction: Correction | None = None

    @property
    def is_void(self) -> bool:
        """Returns whether the question counts for nobody."""
        return self.correction is not None and self.correction.kind is CorrectionKind.VOID


def mark(question: BankQuestion, response: Any, corrections: Corrections) -> Mark:
    """Returns what a response is worth under the corrections of its edition.

    Where a second key is accepted, the one that gives more points counts.
    """
    found = find_correction(question, corrections)
    if found is None:
        return Mark(grade(question.kind, question.body, response), question.body)
    if found.kind in WITHOUT_KEY:
        return Mark(Fraction(found.kind is CorrectionKind.FULL_MARKS), question.body, found)
    marks = [
        Mark(grade(question.kind, body, response), body, found)
        for body in (with_key(question.kind, question.body, found.key), question.body)
    ]
    return max(marks, key=lambda each: each.points) if found.kind is CorrectionKind.ACCEPT else marks[0]


def find_correction(question: BankQuestion, corrections: Corrections) -> Correction | None:
    """Returns the correction that applies to this version of a question."""
    by_key = corrections.get(question.question_id)
    return by_key.get(key_digest(question.kind, question.body)) if by_key else None


def is_left_out(question: BankQuestion, corrections: Corrections) -> bool:
    """Returns whether new quizzes leave a question out: void, or right for everybody, its answers mean nothing."""
    found = find_correction(question, corrections)
    return found is not None and found.kind in WITHOUT_KEY


def score_again(
    grades: Iterable[Mapping[str, Any]], questions: Mapping[int, BankQuestion], corrections: Corrections, pass_mark: int
) -> QuizScore:
    """Returns the score of an attempt under the corrections of its edition, from its stored responses.

    ``grades`` are those of the attempt (``Attempt.grades``), ``questions`` its bank by revision.
    """
    marked = []
    for given in grades:
        found = mark(questions[given["question"]], given["response"], corrections)
        if not found.is_void:
            marked.append((found.points, given["red_line"]))
    return score_quiz(marked, pass_mark)


def key_of(kind: str, body: Body) -> Any:
    """Returns the key of a question."""
    match kind:
        case "single" | "multiple":
            return _right_options(body["options"])
        case "statements":
            return {part["id"]: bool(part["true"]) for part in body["statements"]}
        case "ordering":
            return ids_of(body["options"])
        case "matching":
            return {pair["id"]: pair.get("answer", pair["id"]) for pair in body["pairs"]}
    return {name: _right_options(node["options"]) for name, node in body["nodes"].items()}


def is_key(kind: str, body: Body, key: Any) -> bool:
    """Returns whether a key fits a question: it names parts of the question only, and leaves none open."""
    if kind == "branching":
        nodes = body["nodes"]
        return (
            isinstance(key, Mapping)
            and key.keys() == nodes.keys()
            and all(_are_some(key[name], ids_of(node["options"])) for name, node in nodes.items())
        )
    ids = ids_of(parts_of(kind, body))
    match kind:
        case "single" | "multiple":
            return _are_some(key, ids)
        case "ordering":
            return isinstance(key, list) and sorted(map(str, key)) == sorted(ids)
    if not isinstance(key, Mapping) or sorted(key) != sorted(ids):
        return False
    return all(isinstance(value, bool) if kind == "statements" else value in ids for value in key.values())


def with_key(kind: str, body: Body, key: Any) -> Body:
    """Returns a question with another key; of matching questions, ``answer`` names the pair with the right side."""
    match kind:
        case "single" | "multiple":
            return {**body, "options": _with_right(body["options"], key)}
        case "statements":
            return {**body, "statements": [{**part, "true": key[part["id"]]} for part in body["statements"]]}
        case "ordering":
            return {**body, "options": sorted(body["options"], key=lambda item: key.index(item["id"]))}
        case "matching":
            return {**body, "pairs": [{**pair, "answer": key[pair["id"]]} for pair in body["pairs"]]}
    nodes = {name: {**node, "options": _with_right(node["options"], key[name])} for name, node in body["nodes"].items()}
    return {**body, "nodes": nodes}


def key_digest(kind: str, body: Body) -> str:
    """Returns what tells the keys of a question's versions apart, as 64 hexadecimal digits.

    Of matching questions the words count: what belongs together is said by nothing else.
    """
    words = [[pair["left"], pair["right"]] for pair in body["pairs"]] if kind == "matching" else None
    return hashlib.sha256(json.dumps([kind, key_of(kind, body), words], sort_keys=True).encode()).hexdigest()


def _right_options(options: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(option["id"] for option in options if option.get("correct"))


def _with_right(options: Iterable[Mapping[str, Any]], right: Iterable[str]) -> list[dict[str, Any]]:
    return [{**option, "correct": option["id"] in right} for option in options]


def _are_some(key: Any, ids: list[str]) -> bool:
    return isinstance(key, list) and bool(key) and all(isinstance(each, str) and each in ids for each in key)
