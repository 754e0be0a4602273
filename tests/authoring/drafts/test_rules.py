"""How a text comes back from a browser, and what a title becomes as an address."""

import pytest
from hypothesis import given, strategies as st

from lms.authoring.drafts.rules import ascii_slug, is_file_of_course, restore_line_ends

LINES = st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=6)


def sent(text: str) -> str:
    """Returns a text as a browser sends it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@given(st.text(st.sampled_from("ab\r\n\ufeff")))
def test_a_text_that_was_not_changed_is_the_same_byte_for_byte(text: str) -> None:
    assert restore_line_ends(sent(text), text) == text


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_a_changed_text_has_the_line_ends_of_the_file(before: list[str], after: list[str], end: str) -> None:
    old = end.join([*before, "x", ""])
    assert restore_line_ends("\r\n".join([*after, ""]), old) == end.join([*after, ""])


@pytest.mark.parametrize(
    ("title", "slug"),
    [("At the tap", "at-the-tap"), ("À côté", "a-cote"), ("Don't ask", "dont-ask"), ("هل", ""), ("--", ""),
     ("x" * 90, "x" * 60)],
)  # fmt: skip
def test_titles_become_addresses(title: str, slug: str) -> None:
    assert ascii_slug(title) == slug


@given(st.text(max_size=40))
def test_no_path_leads_out_of_the_course(name: str) -> None:
    path = f"modules/safe-water/{name}"
    assert not is_file_of_course(path, "safe-water") or ".." not in path
