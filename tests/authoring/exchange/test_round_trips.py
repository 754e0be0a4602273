"""What is exported and imported again is the same question, whatever is written in it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.authoring.exchange.gift_writer import write_gift
from lms.authoring.exchange.moodle_writer import write_moodle_xml
from lms.authoring.exchange.questions import QuestionFile
from lms.authoring.exchange.read import read_questions
from tests.authoring.exchange.banks import comparable
from tests.authoring.exchange.strategies import laws, questions
from tools.qti.banks import FILES, load_bank

WRITERS = {"Moodle XML": write_moodle_xml, "GIFT": write_gift}


def back_from(file: QuestionFile) -> list[dict[str, Any]]:
    """The questions that are read from a file, each with nothing lost."""
    found = read_questions("back", file.content)
    assert found.encoding == "utf-8" and not found.notes
    for each in found.questions:
        assert each.question is not None and not each.notes, each
    return [comparable(each.question) for each in found.questions if each.question]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_our_banks_lose_nothing_that_the_format_says(path: Path, name: str) -> None:
    bank = load_bank(path)
    file = WRITERS[name](bank)
    unsaid = {"branching"} if name == "Moodle XML" else {"branching", "ordering"}
    assert {slug for slug, _reason in file.left_out} == {each["id"] for each in bank if each["type"] in unsaid}
    carried = [comparable(each) for each in bank if each["type"] not in unsaid]
    assert file.count == len(carried)
    assert back_from(file) == carried


@laws
@given(st.lists(questions(), min_size=1, max_size=3, unique_by=lambda question: question["id"]))
def test_moodle_xml_round_trip(bank: list[dict[str, Any]]) -> None:
    assert back_from(write_moodle_xml(bank)) == [comparable(each) for each in bank]


@laws
@given(st.lists(questions(), min_size=1, max_size=3, unique_by=lambda question: question["id"]))
def test_gift_round_trip(bank: list[dict[str, Any]]) -> None:
    file = write_gift(bank)
    left_out = {slug for slug, _reason in file.left_out}
    for each in bank:
        arrow = any("->" in pair["left"] for pair in each.get("pairs", ()))
        assert (each["id"] in left_out) == (each["type"] == "ordering" or arrow)
    carried = [comparable(each) for each in bank if each["id"] not in left_out]
    if carried:
        assert back_from(file) == carried


@pytest.mark.parametrize("name", WRITERS)
def test_what_the_formats_do_not_have_is_left_out_and_named(name: str) -> None:
    option = {"id": "a", "text": "Go.", "correct": True, "feedback": "Yes."}
    story = {
        "id": "story",
        "type": "branching",
        "stem": "S",
        "nodes": {"start": {"stem": "S", "options": [option] * 2}},
    }
    false = {
        "id": "none",
        "type": "statements",
        "stem": "S",
        "statements": [{"id": "a", "text": "T", "true": "no"}] * 2,
    }
    true = false | {"id": "one", "statements": [{"id": "a", "text": "T", "true": "yes"}, *false["statements"]]}
    file = WRITERS[name]([story, false, true])
    assert [slug for slug, _reason in file.left_out] == ["story", "none"]
    assert all(reason for _slug, reason in file.left_out)
    (found,) = read_questions("back", file.content).questions
    assert found.question and [part["true"] for part in found.question["statements"]] == [True, False, False]


def test_moodle_gets_fractions_that_it_knows() -> None:
    """The marks of answers that Moodle's forms offer; others it rounds or refuses."""
    known = {
        "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20",
        "16.66667", "14.28571", "12.5", "11.11111", "10", "5", "0",
    }  # fmt: skip
    for right in range(2, 10):
        options = [{"id": "a", "text": "T", "correct": place < right} for place in range(10)]
        content = write_moodle_xml([{"id": "q", "type": "multiple", "stem": "S", "options": options}]).content.decode()
        fractions = [piece.partition('"')[0] for piece in content.split('fraction="')[1:]]
        assert {each.removeprefix("-") for each in fractions} <= known
        assert abs(sum(float(each) for each in fractions if not each.startswith("-")) - 100) < 0.001
        assert abs(sum(map(float, fractions))) < 0.001


@pytest.mark.parametrize("name", WRITERS)
def test_control_characters_are_left_out(name: str) -> None:
    options = [{"id": "a", "text": "x\0y\x1b", "correct": True}, {"id": "b", "text": "z\ufffe"}]
    (found,) = back_from(
        WRITERS[name]([{"id": "q", "type": "single", "stem": "a\x07b\r\nc\rd\u2028e\x85f\x9f", "options": options}])
    )
    assert found["stem"] == "ab\nc\nd\ne\nf"
    assert [option["text"] for option in found["options"]] == ["xy", "z"]
