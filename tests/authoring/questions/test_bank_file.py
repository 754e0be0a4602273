"""A bank's text is changed one question at a time, and nothing else in it moves by a character."""

import re
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from lms.authoring.questions.bank_file import (
    BankText,
    add_question,
    copy_question,
    move_question,
    read_bank,
    remove_question,
    replace_question,
)
from lms.authoring.questions.errors import BankUnreadable
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.kernel.config import ROOT
from lms.kernel.errors import NotThere
from tests.examples import examples

laws = settings(max_examples=examples(50), deadline=None)

BANKS = sorted((ROOT / "quizzes").glob("*.yml"))

SMALL = """# Whose bank this is.
course: small
questions:
  # --- first part ---
  - id: s-one
    objective: one   # the easy one
    type: single
    stem: 'Where is "here"?'
    options:
      - {id: a, text: "Right, here.", correct: true, feedback: Yes.}  # checked
      # Read again next year.
      - {id: b, text: Wrong., feedback: 'It''s not.'}
    source: {title: Minimum Standards, year: 2019}
  # --- second part ---

  - id: s-two
    objective: one
    type: statements
    stem: >-
      Folded over
      two lines?
    statements:
      - {id: a, text: First., true: no, feedback: So.}
      - {id: b, text: Second., true: yes, feedback: So.}


  -   id: s-three
      objective: one
      type: ordering
      stem: 12 children wait. First?
      options:
      - id: a
        text: Greet.
      - id: b
        text: Listen.
      - id: c
        text: Tell.
# the end
"""


@cache
def text_of(number: int) -> str:
    return BANKS[number].read_bytes().decode()


@cache
def bank_of(number: int) -> BankText:
    return read_bank(text_of(number))


def values_of(text: str) -> list[dict[str, Any]]:
    document = read_yaml("bank.yml", text)
    assert not document.problems, document.problems
    questions: list[dict[str, Any]] = document.value["questions"]
    return questions


@cache
def published_values(number: int) -> list[dict[str, Any]]:
    return values_of(text_of(number))


def places_in(banks: list[int]) -> st.SearchStrategy[tuple[int, int]]:
    return st.sampled_from(banks).flatmap(
        lambda bank: st.tuples(st.just(bank), st.integers(0, len(bank_of(bank).items) - 1))
    )


everywhere = places_in(list(range(len(BANKS))))
# Reading a large bank again takes a third of a second.
positions = places_in([number for number, path in enumerate(BANKS) if path.stem == "first-days"])
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"), min_size=1
).map(lambda text: " ".join(text.split())).filter(bool)  # fmt: skip


def others(text: str, but: str) -> list[str]:
    return [item.source for item in read_bank(text).items if item.id != but]


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_every_question_is_found_where_it_is(path: Any) -> None:
    text = path.read_bytes().decode()
    values = values_of(text)
    bank = read_bank(text)
    assert [item.id for item in bank.items] == [value["id"] for value in values]
    for item, value in zip(bank.items, values, strict=True):
        assert values_of(f"questions:\n{' ' * (item.column - 2)}- {item.source}") == [value]
        assert text.splitlines()[item.line - 1].lstrip(" -").startswith("id:")


@laws
@given(everywhere)
def test_a_question_replaced_by_itself_leaves_the_file_byte_for_byte(position: tuple[int, int]) -> None:
    number, place = position
    value = published_values(number)[place]
    assert replace_question(text_of(number), value["id"], value) == text_of(number)


@laws
@given(positions, texts)
def test_a_changed_stem_changes_its_line_only(position: tuple[int, int], stem: str) -> None:
    number, place = position
    text, value = text_of(number), published_values(number)[place]
    changed = replace_question(text, value["id"], value | {"stem": stem})
    assert values_of(changed)[place] == value | {"stem": stem}
    before, after = text.splitlines(keepends=True), changed.splitlines(keepends=True)
    line = bank_of(number).items[place].line
    while not before[line - 1].startswith("    stem:"):
        line += 1
    assert re.sub(r"\n {6}", " ", "".join(after[: line - 1])) == re.sub(r"\n {6}", " ", "".join(before[: line - 1]))
    assert others(changed, value["id"]) == others(text, value["id"])
    tail = text[bank_of(number).items[place].end :]
    assert changed.endswith(tail)


@laws
@given(positions, st.integers(0, 200))
def test_moving_changes_the_order_and_nothing_else(position: tuple[int, int], to: int) -> None:
    number, place = position
    text, bank = text_of(number), bank_of(number)
    question_id = bank.items[place].id
    moved = read_bank(move_question(text, question_id, to))
    expected = [item.source for item in bank.items]
    expected.insert(to, expected.pop(place))
    assert [item.source for item in moved.items] == expected
    assert gaps(moved) == gaps(bank)
    assert move_question(moved.text, question_id, place) == text


def gaps(bank: BankText) -> list[str]:
    between = [bank.text[before.end : after.start] for before, after in pairwise(bank.items)]
    return [bank.text[: bank.items[0].start], *between, bank.text[bank.items[-1].end :]]


@laws
@given(positions)
def test_a_copy_is_added_and_removed_again(position: tuple[int, int]) -> None:
    number, place = position
    text, value = text_of(number), published_values(number)[place]
    copied = copy_question(text, value["id"], "a-copy")
    assert values_of(copied)[place + 1] == value | {"id": "a-copy"}
    assert others(copied, "a-copy") == others(text, "")
    assert remove_question(copied, "a-copy") == text


@laws
@given(positions, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_adding_and_removing_touches_no_other_question(position: tuple[int, int], ends: str, mark: str) -> None:
    number, place = position
    text = mark + text_of(number).replace("\n", ends)
    value = published_values(number)[place]
    added = add_question(text, value | {"id": "a-new-one"})
    assert values_of(added)[-1] == {key: each for key, each in value.items() if each not in (False, [])} | {
        "id": "a-new-one"
    } | ({"options": without_false(value["options"])} if "options" in value else {})  # fmt: skip
    assert added.startswith(text.rstrip())
    assert added.count("\n") == added.count(ends)
    removed = remove_question(text, value["id"])
    assert [each["id"] for each in values_of(removed)] == [
        each["id"] for each in published_values(number) if each["id"] != value["id"]
    ]
    assert others(removed, "") == others(text, value["id"])


def without_false(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: each for key, each in option.items() if each is not False} for option in options]


def test_what_is_inside_a_question_stays_too() -> None:
    values = values_of(SMALL)[0]
    values["options"][1] |= {"text": "Wrong: there.", "correct": False}
    values["red_line"] = True
    changed = replace_question(SMALL, "s-one", {**values, "sectors": []})
    assert changed == SMALL.replace("text: Wrong.,", 'text: "Wrong: there.",').replace(
        "    source: {title: Minimum Standards, year: 2019}\n",
        "    source: {title: Minimum Standards, year: 2019}\n    red_line: true\n",
    )


def test_what_is_laid_out_otherwise_stays_so_until_it_changes() -> None:
    text = SMALL.replace("{id: a, text: First.,", "{ id: a,\n         text:   First.,")
    assert text != SMALL
    assert replace_question(text, "s-two", values_of(text)[1]) == text


def test_comments_move_with_the_parts_they_follow() -> None:
    value = values_of(SMALL)[0]
    changed = replace_question(SMALL, "s-one", {"options": value["options"][::-1]})
    assert values_of(changed)[0]["options"] == value["options"][::-1]
    assert "correct: true, feedback: Yes.}  # checked\n" in changed


def test_parts_are_added_removed_and_ordered_by_their_ids() -> None:
    value = values_of(SMALL)[2]
    a, _b, c = value["options"]
    changed = replace_question(SMALL, "s-three", {"options": [c, {"id": "d", "text": "Wait."}, a]})
    assert values_of(changed)[2]["options"] == [c, {"id": "d", "text": "Wait."}, a]
    assert changed.startswith(SMALL[: SMALL.index("      options:\n      - id: a\n        text: Greet.")])
    assert changed.endswith("\n# the end\n")
    statements = [{"id": "b", "text": "Second.", "true": False, "feedback": "So."}]
    changed = replace_question(SMALL, "s-two", {"statements": statements, "stem": "Folded over two lines?"})
    assert "      - {id: b, text: Second., true: no, feedback: So.}\n" in changed
    assert "stem: >-\n      Folded over\n      two lines?\n" in changed
    assert "id: a, text: First." not in changed


@pytest.mark.parametrize("old", ["2019", "true", "1.5", "null"])
def test_a_text_that_was_read_as_something_else_gets_quotation_marks(old: str) -> None:
    changed = replace_question(SMALL.replace("Minimum Standards", old), "s-one", {"source": {"title": old}})
    assert values_of(changed)[0]["source"] == {"title": old, "year": 2019}


def test_comments_between_questions_stay_where_they_are() -> None:
    assert remove_question(SMALL, "s-two").count("#") == SMALL.count("#")
    moved = move_question(SMALL, "s-three", 0)
    assert [value["id"] for value in values_of(moved)] == ["s-three", "s-one", "s-two"]
    assert "  # --- first part ---\n  - id: s-three\n    objective: one\n" in moved
    assert move_question(moved, "s-three", 2) == SMALL


def test_banks_between_brackets_and_empty_ones() -> None:
    text = '{"course": "x", "questions": [{"id": "a", "stem": "One?"}, {"id": "b", "stem": "Two, too?"}]}'
    assert replace_question(text, "b", {"stem": "Two, too?"}) == text
    changed = replace_question(text, "a", {"stem": "Which: one?"})
    assert changed == text.replace("One?", "Which: one?")
    assert [each["id"] for each in values_of(copy_question(text, "a", "c"))] == ["a", "c", "b"]
    assert [each["id"] for each in values_of(move_question(text, "b", 0))] == ["b", "a"]
    new = {"id": "n", "stem": "A, b: c?", "options": [{"id": "a", "text": "x"}]}
    assert values_of(add_question(text, new)) == [*values_of(text), new]
    alone = remove_question(remove_question(text, "a"), "b")
    assert values_of(alone) == []
    assert values_of(add_question(alone.replace("{", "").replace("}", "").replace('", "', '"\n"'), {"id": "n"}))
    for empty in ("course: x\nquestions:\n", "course: x\nquestions: []\n# end\n", "course: x\nquestions:"):
        added = add_question(empty, {"id": "n", "stem": "New?"})
        assert values_of(added) == [{"id": "n", "stem": "New?"}]
        assert values_of(remove_question(added, "n")) == []
        assert added.endswith("# end\n") == empty.endswith("# end\n")


@pytest.mark.parametrize("text", ["", "a", "- a", "questions: x", "questions: {a: b}", "questions: [", "[" * 300])
def test_what_is_no_bank_is_refused(text: str) -> None:
    with pytest.raises(BankUnreadable):
        read_bank(text)


def test_a_question_that_is_not_there_is_not_changed() -> None:
    for question_id in ("", "s-four"):
        with pytest.raises(NotThere):
            replace_question(SMALL, question_id, {"stem": "x"})
