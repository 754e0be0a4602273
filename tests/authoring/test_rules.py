"""The paragraphs of course files, and which of them a comment is about once the text has changed."""

import pytest

from lms.authoring.rules import digest_of_words, find_entry, find_paragraph, label_of, split_paragraphs

MODULE = """---
title: A tap
---
Before all.
## At the tap

You are there
each day.

/// scenario | Dusk
A girl comes alone.

///
///

You are there each day.
"""
BANK = """# The bank.
course: first
questions:
  - id: q-one
    stem: What first?
    options:
      - {id: a, text: This}

      - {id: b, text: That}
  - id: "q-two"
    stem: And then?
"""


def test_paragraphs_of_a_module_have_lines_and_keys_of_their_own() -> None:
    found = split_paragraphs("modules/x/01-x.md", MODULE)
    assert [(each.line, each.label) for each in found] == [
        (1, "title: A tap"), (4, "Before all."), (5, "At the tap"), (7, "You are there each day."),
        (10, "A girl comes alone."), (16, "You are there each day."),
    ]  # fmt: skip
    digest = digest_of_words("You are there each day.")
    assert [each.key for each in found if each.key.startswith(digest)] == [digest, f"{digest}-2"]
    assert [each.key for each in split_paragraphs("x.md", MODULE.replace("\n", "\r\n"))] == [each.key for each in found]


def test_each_entry_of_a_yaml_file_is_a_paragraph() -> None:
    found = split_paragraphs("quizzes/x.yml", BANK)
    assert [each.line for each in found] == [1, 2, 3, 4, 9, 10]
    for names, line in (
        (("q-one", "stem"), 4), (("q-two", "stem"), 10), (("course",), 2), (("q-one", "options", "b"), 9), (("x",), 0),
    ):  # fmt: skip
        number = find_entry(found, names)
        assert (0 if number is None else found[number].line) == line, names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Each day.\n\nYou are there some days.", "You are there some days."),
        ("New words above.\n\nYou are there each day.", "You are there each day."),
        ("You were there each day, always.", "You were there each day, always."),
        ("Somebody else stands there.", None),
        ("", None),
    ],
)
def test_a_comment_finds_its_paragraph_again(text: str, expected: str | None) -> None:
    before = "You are there each day."
    paragraphs = split_paragraphs("x.md", text)
    number = find_paragraph(paragraphs, digest_of_words(before), before)
    assert (None if number is None else paragraphs[number].text) == expected


def test_the_key_goes_before_similarity() -> None:
    first, second = split_paragraphs("x.md", "One day here.\n\nOne day here.")
    assert find_paragraph([first, second], second.key, second.text) == 1


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("/// scenario | Dusk\nA *girl* [comes](/x) alone", "A girl comes alone"),
        ("- [x] Yes. | Because.\n- [ ] No.", "Yes. Because. No."),
        ("![A road](img/road.svg)", "A road"),
        ("one two three four five six seven eight nine ten", "one two three four five six seven eight nine …"),
        ("///\n///", ""),
    ],
)
def test_labels_are_the_first_words_without_marks(text: str, label: str) -> None:
    assert label_of(text) == label
