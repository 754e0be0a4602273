"""What answers are worth: tables of cases, and laws."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.assessment.rules import grading as rules

SINGLE = {"options": [{"id": "a", "correct": True}, {"id": "b"}, {"id": "c", "correct": False}]}
MULTIPLE = {"options": [{"id": word, "correct": word in "ab"} for word in "abcde"]}
STATEMENTS = {
    "statements": [
        {"id": "s1", "true": True},
        {"id": "s2", "true": False},
        {"id": "s3", "true": True},
        {"id": "s4", "true": False},
    ]
}
ORDERING = {"options": [{"id": "look"}, {"id": "listen"}, {"id": "link"}]}
MATCHING = {
    "pairs": [
        {"id": "1", "left": "Fire", "right": "Leave"},
        {"id": "2", "left": "Flood", "right": "Climb"},
        {"id": "3", "left": "Smoke", "right": "Leave"},
    ]
}
BRANCHING = {
    "nodes": {
        "start": {
            "stem": "",
            "options": [
                {"id": "a", "correct": True, "next": "then"},
                {"id": "b", "next": "bad"},
                {"id": "c"},
                {"id": "d", "next": "start"},
            ],
        },
        "then": {"stem": "", "options": [{"id": "a", "correct": True}, {"id": "b"}]},
        "bad": {"stem": "", "options": [{"id": "a", "correct": True}, {"id": "b"}]},
    }
}
BODIES: dict[str, dict[str, Any]] = {
    "single": SINGLE, "multiple": MULTIPLE, "statements": STATEMENTS, "ordering": ORDERING, "matching": MATCHING,
    "branching": BRANCHING,
}  # fmt: skip
RIGHT: dict[str, Any] = {
    "single": "a",
    "multiple": ["b", "a"],
    "statements": {"s1": "yes", "s2": "no", "s3": "yes", "s4": "no"},
    "ordering": {"look": 1, "listen": "2", "link": 3},
    "matching": {"1": "1", "2": "2", "3": "3"},
    "branching": {"start": "a", "then": "a"},
}


@pytest.mark.parametrize("kind", RIGHT)
def test_the_key_is_worth_everything_and_nothing_is_worth_nothing(kind: str) -> None:
    assert rules.grade(kind, BODIES[kind], RIGHT[kind]) == 1
    assert rules.grade(kind, BODIES[kind], RIGHT[kind]) == 1
    assert rules.is_answered(kind, BODIES[kind], RIGHT[kind])
    for nothing in (None, "", [], {}):
        assert rules.grade(kind, BODIES[kind], nothing) == 0
        assert not rules.is_answered(kind, BODIES[kind], nothing)


@pytest.mark.parametrize(
    ("kind", "response", "points"),
    [
        ("single", ["a"], 1),
        ("single", ["a", "zz"], 1),
        ("single", "b", 0),
        ("single", ["a", "b"], 0),
        ("multiple", ["a"], Fraction(1, 2)),
        ("multiple", "a", Fraction(1, 2)),
        ("multiple", ["a", "a"], Fraction(1, 2)),
        ("multiple", ["a", "c"], Fraction(1, 6)),
        ("multiple", ["a", "b", "c"], Fraction(2, 3)),
        ("multiple", ["a", "b", "c", "d", "e"], 0),
        ("multiple", ["c"], 0),
        ("statements", {"s1": "yes"}, Fraction(1, 4)),
        ("statements", {"s1": "no", "s2": "yes", "s3": "no", "s4": "yes"}, 0),
        ("statements", {"s1": True, "s2": False}, Fraction(1, 2)),
        ("statements", {"s1": "perhaps"}, 0),
        ("ordering", {"look": 1, "listen": 3, "link": 2}, Fraction(1, 3)),
        ("ordering", {"look": 1, "listen": 1, "link": 1}, Fraction(1, 3)),
        ("ordering", {"look": 0, "listen": 99, "link": "²"}, 0),
        ("matching", {"1": "3", "2": "2", "3": "1"}, 1),
        ("matching", {"1": "2"}, 0),
        ("branching", {"start": "a"}, Fraction(1, 2)),
        ("branching", {"start": "a", "then": "b"}, Fraction(1, 2)),
        ("branching", {"start": "b", "bad": "a"}, Fraction(1, 2)),
        ("branching", {"start": "c"}, 0),
        ("branching", {"start": "d"}, 0),
        ("branching", {"then": "a"}, 0),
    ],
)
def test_points(kind: str, response: Any, points: Fraction) -> None:
    assert rules.grade(kind, BODIES[kind], response) == points


@pytest.mark.parametrize(
    ("kind", "response", "complete"),
    [
        ("multiple", ["c"], True),
        ("statements", {"s1": "yes"}, False),
        ("ordering", {"look": 1, "listen": 1}, False),
        ("ordering", {"look": 1, "listen": 1, "link": 1}, True),
        ("matching", {"1": "2", "2": "2"}, False),
        ("branching", {"start": "a"}, False),
        ("branching", {"start": "c"}, True),
        ("branching", {"start": "d"}, True),
    ],
)
def test_answered_means_nothing_is_left_open(kind: str, response: Any, complete: bool) -> None:
    assert rules.is_answered(kind, BODIES[kind], response) is complete


WORDS = st.sampled_from(["a", "b", "s1", "1", "yes", "no", "look", "start", "x" * 100_000])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6) | WORDS, inner, max_size=5),
    max_leaves=12,
)


@given(kind=st.sampled_from(sorted(BODIES)), response=JSON)
def test_whatever_is_sent_is_understood_or_left_out(kind: str, response: Any) -> None:
    body = BODIES[kind]
    assert 0 <= rules.grade(kind, body, response) <= 1
    cleaned = rules.normalise_response(kind, body, response)
    assert rules.normalise_response(kind, body, cleaned) == cleaned
    assert rules.grade(kind, body, cleaned) == rules.grade(kind, body, response)
    assert len(str(cleaned)) < 1000


@st.composite
def multiples(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    ids = [f"o{n}" for n in range(draw(st.integers(3, 8)))]
    right = draw(st.sets(st.sampled_from(ids), min_size=1))
    body = {"options": [{"id": one, "correct": one in right} for one in ids]}
    return body, draw(st.lists(st.sampled_from(ids), unique=True))


@given(multiples())
def test_multiple_is_full_only_for_the_key_and_more_wrong_never_raises_it(
    case: tuple[dict[str, Any], list[str]],
) -> None:
    body, chosen = case
    right = {option["id"] for option in body["options"] if option["correct"]}
    points = rules.grade("multiple", body, chosen)
    assert (points == 1) == (set(chosen) == right)
    for option in body["options"]:
        more = rules.grade("multiple", body, [*chosen, option["id"]])
        assert more >= points if option["correct"] else more <= points


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["yes", "no", None])), min_size=2, max_size=8))
def test_statements_are_full_only_for_the_key(parts: list[tuple[bool, str | None]]) -> None:
    body = {"statements": [{"id": f"s{n}", "true": key} for n, (key, _) in enumerate(parts)]}
    response = {f"s{n}": said for n, (_, said) in enumerate(parts) if said}
    all_right = all(said == ("yes" if key else "no") for key, said in parts)
    assert (rules.grade("statements", body, response) == 1) == all_right


@pytest.mark.parametrize(
    ("marks", "score", "red_lines_right", "passed"),
    [
        ([], 0, True, False),
        ([(1, False)] * 4 + [(0, False)], 80, True, True),
        ([(1, False)] * 79 + [(0, False)] * 21, 79, True, False),
        # 79.9… is not 80.
        ([(1, False)] * 3 + [(Fraction(1999, 10000) * 5 - Fraction(1, 10), False)], 97, True, True),
        ([(Fraction(7999, 10000), False)], 79, True, False),
        ([(1, False)] * 9 + [(0, True)], 90, False, False),
        ([(1, False)] * 9 + [(Fraction(99, 100), True)], 99, False, False),
        ([(1, True)] * 8 + [(0, False)] * 2, 80, True, True),
    ],
)
def test_outcome(marks: list[tuple[Fraction, bool]], score: int, red_lines_right: bool, passed: bool) -> None:
    assert rules.score_quiz(marks, 80) == rules.QuizScore(score, red_lines_right, passed)


@given(st.lists(st.tuples(st.fractions(0, 1), st.booleans()), min_size=1), st.integers(1, 100))
def test_outcome_laws(marks: list[tuple[Fraction, bool]], pass_mark: int) -> None:
    outcome = rules.score_quiz(marks, pass_mark)
    assert 0 <= outcome.score <= 100
    assert (outcome.score == 100) == all(points == 1 for points, _ in marks)
    assert outcome.passed == (outcome.red_lines_right and outcome.score >= pass_mark)
    better = rules.score_quiz([(Fraction(1), red) for _, red in marks], pass_mark)
    assert better.passed and better.score >= outcome.score
