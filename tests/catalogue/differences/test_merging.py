"""Two changes of one text put together: laws for any texts, and the same results as git's."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from lms.catalogue.differences.merging import list_marked_lines, merge_texts, merged_text

LINES = st.lists(st.sampled_from(["a", "b", "c", "d", ""]), max_size=9).map(
    lambda lines: "".join(f"{x}\n" for x in lines)
)
NAMES = ("theirs", "mine", "end")


def merged(base: str, theirs: str, mine: str) -> str:
    return merged_text(merge_texts(base, theirs, mine), NAMES)


@given(LINES, LINES, LINES)
def test_no_line_of_anybody_is_lost(base: str, theirs: str, mine: str) -> None:
    parts = merge_texts(base, theirs, mine)
    for name, text in {"base": base, "theirs": theirs, "mine": mine}.items():
        assert "".join(getattr(part, name) for part in parts) == text
    conflicts = [part for part in parts if part.is_conflict]
    assert len(list_marked_lines(merged_text(parts, NAMES))) == 3 * len(conflicts)


@given(LINES, LINES, LINES)
def test_who_is_theirs_and_who_is_mine_makes_no_difference(base: str, theirs: str, mine: str) -> None:
    one, other = (merge_texts(base, *texts) for texts in ((theirs, mine), (mine, theirs)))
    assert [(part.base, part.theirs, part.mine) for part in one] == [
        (part.base, part.mine, part.theirs) for part in other
    ]


@given(LINES, LINES)
def test_a_change_of_one_alone_and_the_same_change_of_both_are_taken_over(base: str, changed: str) -> None:
    assert merged(base, changed, base) == merged(base, base, changed) == merged(base, changed, changed) == changed


BASE = "one\n\ntwo\n\nthree\n\nfour\n"


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ("ONE\n\ntwo\n\nthree\n\nfour\n", "one\n\ntwo\n\nthree\n\nFOUR\n"),
        ("one\n\nthree\n\nfour\n", "one\n\ntwo\n\nthree\n\nfour\nfive\n"),
        ("zero\none\n\ntwo\n\nthree\n\nfour\n", "one\n\ntwo\n\n3\n\nfour\n"),
        ("one\n\n2\n\nthree\n\nfour\n", "one\n\n2\n\n3\n\nfour\n"),
        ("one\n\ntwo, theirs\n\nthree\n\nfour\n", "one\n\ntwo, mine\n\nthree\n\n4\n"),
        ("one\n\nthree\n\nfour\n", "one\n\ntwo, mine\n\nthree\n\nfour\n"),
        ("one\n\ntwo\ntheirs\n\nthree\n\nfour\n", "one\n\ntwo\nmine\n\nthree\n\nfour\n"),
        ("", "one\n\ntwo\n\nthree\n\nfour\nfive\n"),
    ],
    ids=["apart", "removed", "before", "same", "conflict", "removed and changed", "both added", "all removed"],
)
def test_git_merges_the_same(tmp_path: Path, theirs: str, mine: str) -> None:
    for name, text in {"theirs": theirs, "base": BASE, "mine": mine}.items():
        (tmp_path / name).write_text(text)
    words = ["git", "merge-file", "-p", "-L", "theirs", "-L", "base", "-L", "end", "theirs", "base", "mine"]
    found = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert merged(BASE, theirs, mine) == found.replace("=======\n", "======= mine\n")


def test_line_ends_of_a_browser_are_no_change_and_a_last_line_without_end_is_marked_on_lines_of_its_own() -> None:
    assert merged("a\r\nb\n", "a\nB\n", "a\r\nb\r\nc\r\n") == "a\n<<<<<<< theirs\nB\n======= mine\nb\nc\n>>>>>>> end\n"
    assert merged("a", "b", "c") == "<<<<<<< theirs\nb\n======= mine\nc\n>>>>>>> end\n"
    assert list_marked_lines("Title\r\n=======\r\n<<<<<<< HEAD\r\n") == [3]
