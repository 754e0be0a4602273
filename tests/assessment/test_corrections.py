"""Questions corrected after use: what answers are then worth, as tables of cases for each kind, and laws."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.assessment.rules.corrections import (
    Correction,
    CorrectionKind,
    Corrections,
    is_key,
    is_left_out,
    key_digest,
    key_of,
    mark,
    score_again,
    with_correction,
    with_key,
)
from lms.assessment.rules.grading import grade, score_quiz
from lms.catalogue.api import BankQuestion
from tests.assessment.test_grading import BODIES, RIGHT

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEW_KEYS: dict[str, Any] = {
    "single": ["b"],
    "multiple": ["a", "c"],
    "statements": {"s1": True, "s2": True, "s3": True, "s4": False},
    "ordering": ["listen", "look", "link"],
    "matching": {"1": "2", "2": "1", "3": "3"},
    "branching": {"start": ["b"], "then": ["a"], "bad": ["b"]},
}
RIGHT_NOW: dict[str, Any] = {
    "single": "b",
    "multiple": ["a", "c"],
    "statements": {"s1": "yes", "s2": "yes", "s3": "yes", "s4": "no"},
    "ordering": {"look": 2, "listen": 1, "link": 3},
    "matching": {"1": "2", "2": "1", "3": "3"},
    "branching": {"start": "b", "bad": "b"},
}
# What the answer that was right until now is worth by the new key.
OLD_ANSWER = {
    "single": Fraction(0),
    "multiple": Fraction(1, 2) - Fraction(1, 3),
    "statements": Fraction(3, 4),
    "ordering": Fraction(1, 3),
    # The first and the third right side are the same in words, so that the third pair is right in any case.
    "matching": Fraction(1, 3),
    "branching": Fraction(1, 2),
}
KINDS = sorted(BODIES)


def question(kind: str, number: int = 1, **more: Any) -> BankQuestion:
    return BankQuestion(number, 10 * number, f"q-{number}", "en", kind, "one", more.get("red", False), (), BODIES[kind])


def correction(kind: CorrectionKind, of: BankQuestion, key: Any = None) -> Corrections:
    replaced = frozenset({key_digest(of.kind, of.body)})
    return with_correction({}, Correction(1, of.question_id, kind, key, replaced, NOW))


@pytest.mark.parametrize("kind", KINDS)
def test_another_key(kind: str) -> None:
    found = correction(CorrectionKind.REKEY, question(kind), NEW_KEYS[kind])
    assert mark(question(kind), RIGHT_NOW[kind], found).points == 1
    assert mark(question(kind), RIGHT[kind], found).points == OLD_ANSWER[kind]
    assert mark(question(kind), None, found).points == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_key_is_right_as_well(kind: str) -> None:
    found = correction(CorrectionKind.ACCEPT, question(kind), NEW_KEYS[kind])
    for response in (RIGHT_NOW[kind], RIGHT[kind]):
        marked = mark(question(kind), response, found)
        assert marked.points == 1
        # The result explains the answer by the key by which it is right.
        assert grade(kind, marked.body, response) == 1
    assert mark(question(kind), None, found).points == 0


@pytest.mark.parametrize("kind", KINDS)
def test_void_and_full_marks(kind: str) -> None:
    for response in (RIGHT[kind], None, "nonsense"):
        void = mark(question(kind), response, correction(CorrectionKind.VOID, question(kind)))
        full = mark(question(kind), response, correction(CorrectionKind.FULL_MARKS, question(kind)))
        assert void.is_void and not full.is_void
        assert full.points == 1


@pytest.mark.parametrize("kind", KINDS)
def test_keys(kind: str) -> None:
    body = BODIES[kind]
    assert is_key(kind, body, key_of(kind, body)) and is_key(kind, body, NEW_KEYS[kind])
    assert key_of(kind, with_key(kind, body, NEW_KEYS[kind])) == NEW_KEYS[kind]
    assert key_digest(kind, body) == key_digest(kind, with_key(kind, body, key_of(kind, body)))
    assert key_digest(kind, body) != key_digest(kind, with_key(kind, body, NEW_KEYS[kind]))
    for wrong in (None, [], {}, ["zz"], {"zz": "a"}, "a", 7, [["a"]], [{}], {1: 2}, ["look", "look", "link"]):
        assert not is_key(kind, body, wrong), wrong


def test_a_version_with_another_key_is_not_corrected() -> None:
    of = question("single")
    found = correction(CorrectionKind.REKEY, of, ["b"])
    rewritten = BankQuestion(1, 11, "q-1", "en", "single", "one", False, (), with_key("single", of.body, ["c"]))
    assert mark(rewritten, "c", found).points == 1 and mark(rewritten, "b", found).points == 0
    reworded = BankQuestion(1, 12, "q-1", "ar", "single", "one", False, (), {**of.body, "stem": "Other words"})
    assert mark(reworded, "b", found).points == 1


def test_a_matching_question_with_other_pairs_is_not_corrected() -> None:
    """Its file says what belongs together by nothing but the words."""
    pairs = [{"id": "1", "left": "Fire", "right": "Climb"}, {"id": "2", "left": "Flood", "right": "Leave"}]
    of = BankQuestion(1, 10, "q-1", "en", "matching", "one", False, (), {"pairs": pairs})
    found = correction(CorrectionKind.REKEY, of, {"1": "2", "2": "1"})
    assert mark(of, {"1": "2", "2": "1"}, found).points == 1
    swapped = [{**pairs[0], "right": "Leave"}, {**pairs[1], "right": "Climb"}]
    rewritten = BankQuestion(1, 11, "q-1", "en", "matching", "one", False, (), {"pairs": swapped})
    assert mark(rewritten, {"1": "1", "2": "2"}, found).points == 1


@pytest.mark.parametrize("kind", CorrectionKind)
def test_new_quizzes_leave_out_what_asks_nothing(kind: CorrectionKind) -> None:
    of = question("single")
    left_out = is_left_out(of, correction(kind, of, ["b"]))
    assert left_out == (kind in {CorrectionKind.VOID, CorrectionKind.FULL_MARKS})


BANK = {each.question_revision_id: each for each in (question(kind, n, red=n < 3) for n, kind in enumerate(KINDS, 1))}


@st.composite
def attempts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The grades of an attempt: answers that are right by the old key, by the new one, or missing."""
    shown = draw(st.lists(st.sampled_from(sorted(BANK)), min_size=1, unique=True))
    return [
        {
            "question": number,
            "red_line": BANK[number].red_line,
            "response": draw(st.sampled_from([RIGHT[BANK[number].kind], RIGHT_NOW[BANK[number].kind], None])),
        }
        for number in shown
    ]


@given(attempts(), st.sampled_from(sorted(BANK)), st.integers(0, 100))
def test_laws(grades: list[dict[str, Any]], number: int, pass_mark: int) -> None:
    of = BANK[number]
    key = NEW_KEYS[of.kind]
    before = score_quiz(
        [(grade(BANK[g["question"]].kind, BANK[g["question"]].body, g["response"]), g["red_line"]) for g in grades],
        pass_mark,
    )
    assert score_again(grades, BANK, {}, pass_mark) == before
    for kind in (CorrectionKind.FULL_MARKS, CorrectionKind.ACCEPT):
        after = score_again(grades, BANK, correction(kind, of, key), pass_mark)
        assert after.score >= before.score and after.passed >= before.passed
    rest = [given for given in grades if given["question"] != number]
    void = correction(CorrectionKind.VOID, of)
    assert score_again(grades, BANK, void, pass_mark) == score_again(rest, BANK, {}, pass_mark)
    same = correction(CorrectionKind.REKEY, of, key_of(of.kind, of.body))
    assert score_again(grades, BANK, same, pass_mark) == before
    unused = {99: correction(CorrectionKind.VOID, of)[of.question_id]}
    assert score_again(grades, BANK, unused, pass_mark) == before
