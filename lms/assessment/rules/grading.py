"""Grading responses. A response is whatever a browser sent: what cannot be understood is left out.

Responses by kind, as ``normalise_response`` returns them:

* single: ``"a"``; multiple: ``["a", "c"]``
* statements: ``{"s1": "yes", "s2": "no"}``
* ordering: ``{"a": 2, "b": 1}``, the place given to each item, from 1
* matching: ``{"left pair": "right pair"}``
* branching: ``{"start": "a", "next-node": "b"}``
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.assessment.rules.question_body import Body, ids_of, is_true

MAX_ID_LENGTH = 80


@dataclass(frozen=True, slots=True)
class QuizScore:
    """The score of an attempt in percent, rounded down, and whether it passes."""

    score: int
    red_lines_right: bool
    passed: bool


def normalise_response(kind: str, body: Body, response: Any) -> Any:
    """Returns a response in its kind's shape, without ids the question does not have; ``None`` for no answer."""
    return _NORMALISERS[kind](body, response) or None


def is_answered(kind: str, body: Body, response: Any) -> bool:
    """Returns whether a response is complete: a choice made, or one for every part."""
    given = normalise_response(kind, body, response)
    if given is None:
        return False
    match kind:
        case "statements":
            return len(given) == len(body["statements"])
        case "ordering":
            return len(given) == len(body["options"])
        case "matching":
            return len(given) == len(body["pairs"])
        case "branching":
            return _follow_story(body, given)[1]
    return True


def grade(kind: str, body: Body, response: Any) -> Fraction:
    """Returns the points of a response, from 0 to 1; no answer gives none.

    single: the right option. multiple: the share of right options chosen, less the share of wrong options chosen,
    never below zero, so that choosing everything gives nothing. statements and matching: the share that is right.
    ordering: the share of items in their places. branching: the share of right choices on the path taken.
    """
    given = normalise_response(kind, body, response)
    return Fraction(0) if given is None else _GRADERS[kind](body, given)


def score_quiz(grades: Iterable[tuple[Fraction, bool]], pass_mark: int) -> QuizScore:
    """Returns the score of the grades of an attempt, given as (points, is a red line), and whether it passes.

    To pass, the score reaches ``pass_mark`` percent and every red line is fully right. No questions: not passed.
    """
    given = list(grades)
    score = int(100 * sum((points for points, _ in given), Fraction(0)) / len(given)) if given else 0
    red_lines_right = all(points == 1 for points, red_line in given if red_line)
    passed = bool(given) and red_lines_right and score >= pass_mark
    return QuizScore(score=score, red_lines_right=red_lines_right, passed=passed)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_ID_LENGTH else None


def _words(value: Any) -> list[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if _word(item) is not None]


def _normalise_single(body: Body, response: Any) -> str | None:
    known = {word for word in _words(response) if word in ids_of(body["options"])}
    # Two choices for a question that takes one count as none.
    return known.pop() if len(known) == 1 else None


def _normalise_multiple(body: Body, response: Any) -> list[str]:
    given = set(_words(response))
    return [option for option in sorted(ids_of(body["options"])) if option in given]


def _by_part(parts: Iterable[str], response: Any, normalise: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(response, Mapping):
        return {}
    given = {part: normalise(response.get(part)) for part in sorted(parts)}
    return {part: value for part, value in given.items() if value is not None}


def _yes_or_no(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if _word(value) in {"yes", "no"} else None


def _normalise_statements(body: Body, response: Any) -> dict[str, Any]:
    return _by_part(ids_of(body["statements"]), response, _yes_or_no)


def _normalise_ordering(body: Body, response: Any) -> dict[str, Any]:
    ids = ids_of(body["options"])

    def place(value: Any) -> int | None:
        number = str(value) if isinstance(value, int) and not isinstance(value, bool) else _word(value) or ""
        known = number.isascii() and number.isdigit() and len(number) <= 2 and 1 <= int(number) <= len(ids)
        return int(number) if known else None

    return _by_part(ids, response, place)


def _normalise_matching(body: Body, response: Any) -> dict[str, Any]:
    ids = ids_of(body["pairs"])
    return _by_part(ids, response, lambda value: value if _word(value) in ids else None)


def _normalise_branching(body: Body, response: Any) -> dict[str, Any]:
    choices = {name: ids_of(node["options"]) for name, node in body["nodes"].items()}
    given = response if isinstance(response, Mapping) else {}
    return {name: given[name] for name in sorted(choices) if name in given and _word(given[name]) in choices[name]}


def _grade_single(body: Body, given: str) -> Fraction:
    return Fraction(any(option["id"] == given and bool(option.get("correct")) for option in body["options"]))


def _grade_multiple(body: Body, given: list[str]) -> Fraction:
    right = {option["id"] for option in body["options"] if option.get("correct")}
    wrong = set(ids_of(body["options"])) - right
    hits = Fraction(len(right.intersection(given)), len(right)) if right else Fraction(0)
    misses = Fraction(len(wrong.intersection(given)), len(wrong)) if wrong else Fraction(0)
    return max(Fraction(0), hits - misses)


def _grade_statements(body: Body, given: Mapping[str, str]) -> Fraction:
    parts = body["statements"]
    right = sum(given.get(part["id"]) == ("yes" if is_true(part) else "no") for part in parts)
    return Fraction(right, len(parts))


def _grade_ordering(body: Body, given: Mapping[str, int]) -> Fraction:
    ids = ids_of(body["options"])
    return Fraction(sum(given.get(item) == place for place, item in enumerate(ids, start=1)), len(ids))


def _grade_matching(body: Body, given: Mapping[str, str]) -> Fraction:
    # Two pairs may have the same right side in words: then either of them is right.
    right = {pair["id"]: pair["right"] for pair in body["pairs"]}
    hits = sum(pair in given and right[given[pair]] == words for pair, words in right.items())
    return Fraction(hits, len(right))


def _follow_story(body: Body, given: Mapping[str, str]) -> tuple[list[bool], bool]:
    """Returns whether each choice from the start on was right, and whether the story came to its end."""
    nodes, name, steps = body["nodes"], "start", []
    visited: set[str] = set()
    while name in nodes and name in given and name not in visited:
        visited.add(name)
        option = next(option for option in nodes[name]["options"] if option["id"] == given[name])
        steps.append(bool(option.get("correct")))
        if not option.get("next"):
            return steps, True
        name = option["next"]
    # A path that leads back to an earlier step has ended too.
    return steps, name in visited


def _grade_branching(body: Body, given: Mapping[str, str]) -> Fraction:
    steps, ended = _follow_story(body, given)
    return Fraction(sum(steps), len(steps) + (not ended))


_NORMALISERS: dict[str, Callable[[Body, Any], Any]] = {
    "single": _normalise_single,
    "multiple": _normalise_multiple,
    "statements": _normalise_statements,
    "ordering": _normalise_ordering,
    "matching": _normalise_matching,
    "branching": _normalise_branching,
}
_GRADERS: dict[str, Callable[[Body, Any], Fraction]] = {
    "single": _grade_single,
    "multiple": _grade_multiple,
    "statements": _grade_statements,
    "ordering": _grade_ordering,
    "matching": _grade_matching,
    "branching": _grade_branching,
}
