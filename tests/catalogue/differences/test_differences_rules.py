"""What changes between two texts and two documents, in words, for any text."""

import pytest
from hypothesis import given, strategies as st

from lms.catalogue.differences.rules import ChangeKind, compare_fields, compare_texts, compare_words

ADDED, REMOVED, SAME = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.SAME
WORDS = st.text(st.sampled_from("ab \n#é"), max_size=60)


def kinds(before: str, after: str) -> list[tuple[str, str, str]]:
    """Returns kind, heading and words of each change; those added in [+ +], those removed in [- -]."""
    marks = {ADDED: "[+{}+]", REMOVED: "[-{}-]", SAME: "{}"}
    return [
        (change.kind, change.place[0], "".join(marks[kind].format(text) for kind, text in change.pieces))
        for change in compare_texts(before, after)
    ]


def test_paragraphs_are_added_removed_and_changed_by_words() -> None:
    before = "## Why\n\nTell the focal point today.\n\nGone for good.\n\n## How\n\nThe same."
    after = "## Why\n\nTell the focal point now.\n\n## How\n\nThe same.\n\nSomething entirely new."
    assert kinds(before, after) == [
        ("changed", "Why", "Tell the focal point[- today.-][+ now.+]"),
        ("removed", "Why", "[-Gone for good.-]"),
        ("added", "How", "[+Something entirely new.+]"),
    ]


def test_a_paragraph_in_another_place_is_moved() -> None:
    before = "## A\n\nOne two three.\n\nFour five six.\n\n## B\n\nLast of all."
    after = "## A\n\nFour five six.\n\n## B\n\nLast of all.\n\nOne two three."
    assert kinds(before, after) == [("moved", "B", "One two three.")]


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_the_words(before: str, after: str) -> None:
    pieces = compare_words(before, after)
    assert "".join(text for kind, text in pieces if kind is not ADDED) == before
    assert "".join(text for kind, text in pieces if kind is not REMOVED) == after


@given(WORDS, WORDS)
def test_the_same_text_has_no_change_and_another_has_some(before: str, after: str) -> None:
    assert compare_texts(before, before) == []
    if [part.strip("\n") for part in before.split("\n\n")] != [part.strip("\n") for part in after.split("\n\n")]:
        assert isinstance(compare_texts(before, after), list)
    if before.split() != after.split():
        assert compare_texts(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("a\n\n" * 60_000, "b\n\n" * 60_000), ("a b " * 50_000, "b a " * 50_000), ("x" * 200_000, "y" * 200_000)],
)
def test_what_is_shown_of_huge_texts_is_bounded(before: str, after: str) -> None:
    for change in compare_texts(before, after)[:5]:
        assert sum(len(text) for _kind, text in change.pieces) < 10_000


def test_fields_are_compared_by_name_and_entries_by_id() -> None:
    before = {
        "pass": {"mark": 80, "draw": 12},
        "objectives": [{"id": "one", "text": "Tell"}, {"id": "two", "text": "B"}],
    }
    after = {"pass": {"mark": 85, "draw": 12}, "objectives": [{"id": "two", "text": "B"}, {"id": "one", "text": "Ask"}],
             "red_line": True}  # fmt: skip
    found = {change.place: (change.kind, change.pieces) for change in compare_fields(before, after)}
    assert found == {
        ("pass", "mark"): (ChangeKind.CHANGED, ((REMOVED, "80"), (ADDED, "85"))),
        ("objectives", "one", "text"): (ChangeKind.CHANGED, ((REMOVED, "Tell"), (ADDED, "Ask"))),
        ("red_line",): (ADDED, ((ADDED, "yes"),)),
    }
