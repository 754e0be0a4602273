"""The edition is raised in the text of course.yml, and nothing else is touched."""

import pytest

from lms.authoring.publishing.editions import with_edition

TEXT = "title: A # the title\nedition: 3   # see below\nvalidity: P2Y\nobjectives:\n  - {id: edition, text: x}\n"


def test_comments_and_everything_else_stay() -> None:
    assert with_edition(TEXT, 4, [], "") == TEXT.replace("edition: 3 ", "edition: 4 ")


def test_what_changes_is_said_below() -> None:
    text = with_edition(TEXT, 4, ["one", "two"], 'New: "safe" words') or ""
    entry = '  - edition: 4\n    modules: [one, two]\n    note: "New: \\"safe\\" words"\n'
    assert text == TEXT.replace("edition: 3   # see below\n", f"edition: 4   # see below\nchanges:\n{entry}")
    again = with_edition(text, 5, ["three"], "")
    assert again == text.replace("edition: 4   #", "edition: 5   #").replace(
        "changes:\n", "changes:\n  - edition: 5\n    modules: [three]\n"
    )


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ('{"title": "A", "edition": 3}', '{"title": "A", "edition": 4}'),
        ("edition: 3", "edition: 4"),
        ("edition: 3\r\ntitle: A\r\n", "edition: 4\r\ntitle: A\r\n"),
        ("title: A\n", None),
        ("changes:\n  - edition: 3\n", None),
    ],
)
def test_other_ways_to_write_it(text: str, raised: str | None) -> None:
    assert with_edition(text, 4, [], "") == raised


def test_a_file_without_a_last_line_end_and_with_those_of_windows() -> None:
    assert with_edition("edition: 3", 4, ["a"], "") == "edition: 4\nchanges:\n  - edition: 4\n    modules: [a]\n"
    assert with_edition("edition: 3\r\nx: 1\r\n", 4, ["a"], "") == (
        "edition: 4\r\nchanges:\r\n  - edition: 4\r\n    modules: [a]\r\nx: 1\r\n"
    )
