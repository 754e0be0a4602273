"""Where a picture goes in a module's text."""

from hypothesis import given, strategies as st

from lms.authoring.pictures.rules import insert_picture, list_sections

TEXT = "---\ntitle: A\n---\n## One\n\nText.\n\n```\n## no heading\n```\n\n## Two ##\n\nMore.\n"


def test_sections_are_the_headings() -> None:
    assert list_sections(TEXT) == ["One", "Two"]


def test_it_is_put_at_the_end_of_a_section() -> None:
    first = insert_picture(TEXT, 0, address="img/a.png", alt="A [road]", description="It forks.")
    assert first == TEXT.replace(
        "```\n\n## Two", "```\n\n![A \\[road\\]](img/a.png)\n\n/// description\nIt forks.\n///\n\n## Two"
    )
    last = insert_picture(TEXT, 1, address="img/a.png", alt="Two\nlines")
    assert last == TEXT + "\n![Two lines](img/a.png)\n"


@given(st.integers(0, 1), st.sampled_from(["\n", "\r\n"]))
def test_everything_else_stays_byte_for_byte(section: int, end: str) -> None:
    text = TEXT.replace("\n", end)
    found = insert_picture(text, section, address="img/a.png", alt="A")
    line = f"![A](img/a.png){end}"
    assert line in found
    assert found.replace(line + end, "").replace(end + line, "") == text
    assert ("\r\n" in found) == (end == "\r\n")
