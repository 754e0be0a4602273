"""Imported questions in a bank: whatever is added is read back as it was, and what was there stays."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.authoring.questions.bank_file import add_questions
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.catalogue.source.schemas.banks import BankFile
from tests.authoring.exchange.banks import comparable
from tests.authoring.exchange.strategies import laws, questions
from tools.qti.banks import FILES, load_bank


def as_written(question: dict[str, Any]) -> dict[str, Any]:
    """A question as a bank has it: the truth of statements in words, nothing that is empty."""
    found = {key: value for key, value in question.items() if value not in ([], False)}
    if "statements" in found:
        found["statements"] = [{**each, "true": "yes" if each["true"] else "no"} for each in found["statements"]]
    return found


@laws
@given(st.lists(questions(), min_size=1, max_size=3))
def test_whatever_is_added_is_read_back(bank: list[dict[str, Any]]) -> None:
    before = "course: c\nquestions:\n  - id: old\n    stem: Old\n"
    text = add_questions(before, bank)
    assert text.startswith(before)
    document = read_yaml("bank.yml", text)
    assert not document.problems
    assert document.value["questions"] == [{"id": "old", "stem": "Old"}, *map(as_written, bank)]


@laws
@given(st.lists(questions(), min_size=1, max_size=2))
def test_banks_in_brackets(bank: list[dict[str, Any]]) -> None:
    before = '{"course": "c", "questions": [{"id": "old"}'
    text = add_questions(f"{before}]}}", bank)
    assert text.startswith(before)
    assert read_yaml("bank.yml", text).value["questions"] == [{"id": "old"}, *map(as_written, bank)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_our_banks_stay_as_they_are(path: Path) -> None:
    text, bank = path.read_text("utf-8"), load_bank(path)
    added = [{**each, "id": f"{each['id']}-b"} for each in bank if each["type"] != "branching"]
    found = add_questions(text, added)
    assert found.startswith(text.rstrip("\n"))
    parsed = BankFile.model_validate(read_yaml(path.name, found).value).questions
    assert [each.id for each in parsed] == [*(each["id"] for each in bank), *(each["id"] for each in added)]
    for question, there in zip(added, parsed[len(bank) :], strict=True):
        assert question["stem"] == there.stem and comparable(question)["objective"] == there.objective
