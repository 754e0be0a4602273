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

from lms.assessment.rules.question_body import Body, ids_of, parts_of

MAX_ID_LENGTH = 80


@dataclass(frozen=True, slots=True)
class QuizScore:
    """The score of an attempt in percent, rounded down, and whether it passes."""

    score: int
    red_lines_right: bool
    passed: bool


def normalise_response(kind: str, body: Body, response: Any) -> Any:
    """Returns a response in its kind's shape, without ids the question does not have; ``None`` for no answer."""
    if kind == "branching":
        choices = {name: ids_of(node["options"]) for name, node in body["nodes"].items()}
        given = response if isinstance(response, Mapping) else {}
        return {name: given[name] for name in sorted(choices) if _word(given.get(name)) in choices[name]} or None
    ids = ids_of(parts_of(kind, body))
    match kind:
        case "single":
            known = {word for word in _words(response) if word in ids}
            # Two choices for a question that takes one count as none.
            return known.pop() if len(known) == 1 else None
        case "multiple":
            return sorted(set(ids).intersection(_words(response))) or None
        case "statements":
            return _by_part(ids, response, _yes_or_no)
        case "ordering":
            return _by_part(ids, response, lambda value: _place(value, len(ids)))
    return _by_part(ids, response, lambda value: value if _word(value) in ids else None)


def is_answered(kind: str, body: Body, response: Any) -> bool:
    """Returns whether a response is complete: a choice made, or one for every part."""
    given = normalise_response(kind, body, response)
    if given is None or kind in {"single", "multiple"}:
        return given is not None
    return _follow_story(body, given)[1] if kind == "branching" else len(given) == len(parts_of(kind, body))


def grade(kind: str, body: Body, response: Any) -> Fraction:
    """Returns the points of a response, from 0 to 1; no answer gives none.

    single: the right option. multiple: the share of right options chosen, less the share of wrong options chosen,
    never below zero, so that choosing everything gives nothing. statements and matching: the share that is right.
    ordering: the share of items in their places. branching: the share of right choices on the path taken.
    """
    given = normalise_response(kind, body, response)
    if given is None:
        return Fraction(0)
    if kind == "branching":
        steps, ended = _follow_story(body, given)
        return Fraction(sum(steps), len(steps) + (not ended))
    parts = parts_of(kind, body)
    match kind:
        case "single":
            return Fraction(any(option["id"] == given and bool(option.get("correct")) for option in parts))
        case "multiple":
            right = {option["id"] for option in parts if option.get("correct")}
            wrong = set(ids_of(parts)) - right
            gain, loss = (Fraction(len(ids.intersection(given)), len(ids) or 1) for ids in (right, wrong))
            return max(Fraction(0), gain - loss)
        case "statements":
            hits = sum(given.get(part["id"]) == ("yes" if part["true"] else "no") for part in parts)
        case "ordering":
            hits = sum(given.get(part["id"]) == place for place, part in enumerate(parts, start=1))
        case _:
            # Two pairs may have the same right side in words: then either of them is right.
            words = {pair["id"]: pair["right"] for pair in parts}
            right_sides = {pair["id"]: words[pair.get("answer", pair["id"])] for pair in parts}
            hits = sum(pair in given and words[given[pair]] == right for pair, right in right_sides.items())
    return Fraction(hits, len(parts))


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


def _by_part(parts: Iterable[str], response: Any, normalise: Callable[[Any], Any]) -> dict[str, Any] | None:
    if not isinstance(response, Mapping):
        return None
    given = {part: normalise(response.get(part)) for part in sorted(parts)}
    return {part: value for part, value in given.items() if value is not None} or None


def _yes_or_no(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if _word(value) in {"yes", "no"} else None


def _place(value: Any, count: int) -> int | None:
    number = str(value) if isinstance(value, int) and not isinstance(value, bool) else _word(value) or ""
    known = number.isascii() and number.isdigit() and len(number) <= 2 and 1 <= int(number) <= count
    return int(number) if known else None


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
