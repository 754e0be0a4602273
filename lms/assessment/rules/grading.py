"""What an answer is worth. A response is whatever a browser sent: what cannot be understood is left out.

Responses by kind, as ``clean`` returns them:

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

Body = Mapping[str, Any]
LONGEST_ID = 80


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to; ``score`` is percent, rounded down."""

    score: int
    red_lines_right: bool
    passed: bool


def clean(kind: str, body: Body, response: Any) -> Any:
    """Returns a response in its proper shape, without what the question does not know; ``None`` for no answer."""
    return _CLEANERS[kind](body, response) or None


def answered(kind: str, body: Body, response: Any) -> bool:
    """Says whether nothing is left open: a choice made, or one for every part."""
    given = clean(kind, body, response)
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
            return _walk(body, given)[1]
    return True


def mark(kind: str, body: Body, response: Any) -> Fraction:
    """Returns what a response is worth, from 0 to 1; no answer is worth nothing.

    single: the right option. multiple: the share of right options chosen, less the share of wrong options chosen,
    never below zero, so that choosing everything is worth nothing. statements and matching: the share that is right.
    ordering: the share of items in their places. branching: the share of right choices on the way taken.
    """
    given = clean(kind, body, response)
    return Fraction(0) if given is None else _MARKERS[kind](body, given)


def is_right(kind: str, body: Body, response: Any) -> bool:
    """Says whether a response is fully right, as a red-line question needs."""
    return mark(kind, body, response) == 1


def outcome(marks: Iterable[tuple[Fraction, bool]], pass_mark: int) -> Outcome:
    """Adds up marks, given as (points, red line): the score, and whether it passes.

    To pass, the score reaches ``pass_mark`` percent and every red line is fully right. Nothing asked is not passed.
    """
    given = list(marks)
    score = int(100 * sum((points for points, _ in given), Fraction(0)) / len(given)) if given else 0
    kept = all(points == 1 for points, red_line in given if red_line)
    return Outcome(score=score, red_lines_right=kept, passed=bool(given) and kept and score >= pass_mark)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_ID else None


def _words(value: Any) -> list[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if _word(item) is not None]


def _ids(parts: Iterable[Mapping[str, Any]]) -> list[str]:
    return [part["id"] for part in parts]


def _clean_single(body: Body, response: Any) -> str | None:
    known = {word for word in _words(response) if word in _ids(body["options"])}
    # Two choices where one is asked for are none.
    return known.pop() if len(known) == 1 else None


def _clean_multiple(body: Body, response: Any) -> list[str]:
    given = set(_words(response))
    return [option for option in sorted(_ids(body["options"])) if option in given]


def _by_part(parts: Iterable[str], response: Any, reading: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(response, Mapping):
        return {}
    given = {part: reading(response.get(part)) for part in sorted(parts)}
    return {part: value for part, value in given.items() if value is not None}


def _yes_or_no(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if _word(value) in {"yes", "no"} else None


def _clean_statements(body: Body, response: Any) -> dict[str, Any]:
    return _by_part(_ids(body["statements"]), response, _yes_or_no)


def _clean_ordering(body: Body, response: Any) -> dict[str, Any]:
    ids = _ids(body["options"])

    def place(value: Any) -> int | None:
        number = str(value) if isinstance(value, int) and not isinstance(value, bool) else _word(value) or ""
        known = number.isascii() and number.isdigit() and len(number) <= 2 and 1 <= int(number) <= len(ids)
        return int(number) if known else None

    return _by_part(ids, response, place)


def _clean_matching(body: Body, response: Any) -> dict[str, Any]:
    ids = _ids(body["pairs"])
    return _by_part(ids, response, lambda value: value if _word(value) in ids else None)


def _clean_branching(body: Body, response: Any) -> dict[str, Any]:
    choices = {name: _ids(node["options"]) for name, node in body["nodes"].items()}
    given = response if isinstance(response, Mapping) else {}
    return {
        name: given[name] for name in sorted(choices) if name in given and _word(given[name]) in choices[name]
    }


def _mark_single(body: Body, given: str) -> Fraction:
    return Fraction(any(option["id"] == given and bool(option.get("correct")) for option in body["options"]))


def _mark_multiple(body: Body, given: list[str]) -> Fraction:
    right = {option["id"] for option in body["options"] if option.get("correct")}
    wrong = set(_ids(body["options"])) - right
    hits = Fraction(len(right.intersection(given)), len(right)) if right else Fraction(0)
    misses = Fraction(len(wrong.intersection(given)), len(wrong)) if wrong else Fraction(0)
    return max(Fraction(0), hits - misses)


def truth(statement: Mapping[str, Any]) -> bool:
    """Says whether a statement is true; files may say yes and no."""
    # YAML readers of different ages make the key ``true`` a word or a boolean.
    value = statement.get("true", statement.get(True))  # type: ignore[call-overload]
    return value is True or value == "yes"


def _mark_statements(body: Body, given: Mapping[str, str]) -> Fraction:
    parts = body["statements"]
    right = sum(given.get(part["id"]) == ("yes" if truth(part) else "no") for part in parts)
    return Fraction(right, len(parts))


def _mark_ordering(body: Body, given: Mapping[str, int]) -> Fraction:
    ids = _ids(body["options"])
    return Fraction(sum(given.get(item) == place for place, item in enumerate(ids, start=1)), len(ids))


def _mark_matching(body: Body, given: Mapping[str, str]) -> Fraction:
    # Two pairs may have the same right side in words: then either of them is right.
    right = {pair["id"]: pair["right"] for pair in body["pairs"]}
    hits = sum(pair in given and right[given[pair]] == words for pair, words in right.items())
    return Fraction(hits, len(right))


def _walk(body: Body, given: Mapping[str, str]) -> tuple[list[bool], bool]:
    """Follows the choices from the start: whether each was right, and whether the story came to its end."""
    nodes, name, steps = body["nodes"], "start", []
    visited: set[str] = set()
    while name in nodes and name in given and name not in visited:
        visited.add(name)
        option = next(option for option in nodes[name]["options"] if option["id"] == given[name])
        steps.append(bool(option.get("correct")))
        if not option.get("next"):
            return steps, True
        name = option["next"]
    # A story that leads back to where one was has come to its end too.
    return steps, name in visited


def _mark_branching(body: Body, given: Mapping[str, str]) -> Fraction:
    steps, ended = _walk(body, given)
    return Fraction(sum(steps), len(steps) + (not ended))


_CLEANERS: dict[str, Callable[[Body, Any], Any]] = {
    "single": _clean_single,
    "multiple": _clean_multiple,
    "statements": _clean_statements,
    "ordering": _clean_ordering,
    "matching": _clean_matching,
    "branching": _clean_branching,
}
_MARKERS: dict[str, Callable[[Body, Any], Fraction]] = {
    "single": _mark_single,
    "multiple": _mark_multiple,
    "statements": _mark_statements,
    "ordering": _mark_ordering,
    "matching": _mark_matching,
    "branching": _mark_branching,
}
