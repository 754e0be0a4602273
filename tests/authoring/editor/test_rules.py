"""What differs between two texts, line by line."""

from hypothesis import given, strategies as st

from lms.authoring.editor.rules import compare_lines

LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8).map("\n".join)


@given(LINES)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert compare_lines(text, text) == []


@given(LINES, LINES)
def test_every_line_that_differs_is_named_with_its_place(before: str, after: str) -> None:
    lines = [line for place in compare_lines(before, after) for line in place]
    first, second = before.splitlines(), after.splitlines()
    for line in lines:
        assert (first if line.kind == "removed" else second)[line.number - 1] == line.text
    removed = {line.number for line in lines if line.kind == "removed"}
    added = {line.number for line in lines if line.kind == "added"}
    assert [text for number, text in enumerate(first, 1) if number not in removed] == [
        text for number, text in enumerate(second, 1) if number not in added
    ]


def test_a_changed_line_has_lines_around_it() -> None:
    before = "\n".join(map(str, range(1, 21)))
    kinds = [(line.kind, line.number) for line in compare_lines(before, before.replace("10", "ten"))[0]]
    assert kinds == [("same", 8), ("same", 9), ("removed", 10), ("added", 10), ("same", 11), ("same", 12)]
