"""What a form shows and what it becomes: the way there and back loses nothing."""

import pytest
from hypothesis import given, settings, strategies as st

from lms.authoring.questions import rules
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.kernel.config import ROOT
from tests.examples import examples

BANKS = sorted((ROOT / "quizzes").glob("*.yml"))
IDS = st.sets(st.from_regex(r"[a-z]{1,3}(-[a-z0-9]{1,4}){0,2}", fullmatch=True), max_size=9)


def without_empty(value: object) -> object:
    if isinstance(value, dict):
        said = {name: without_empty(each) for name, each in value.items()}
        # Whether a statement is true is said also where it is not; the file says it as yes and no.
        return {name: each in (True, "yes") if name == "true" else each for name, each in said.items()
                if name == "true" or each not in (None, "", False, [], {})}  # fmt: skip
    return [without_empty(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_every_published_question_goes_through_its_form(path: object) -> None:
    for question in read_yaml("bank.yml", path.read_text()).value["questions"]:  # type: ignore[attr-defined]
        assert rules.is_for_a_form(question)
        values = rules.question_values(question["type"], rules.form_data(question))
        own = {key: each for key, each in question.items() if key not in {"id", "type"}}
        assert without_empty(values) == without_empty(own)


@pytest.mark.parametrize("kind", rules.KINDS)
def test_a_new_question_goes_through_its_form(kind: str) -> None:
    question = rules.new_question(kind, "x-1", "one", "first")
    assert rules.is_for_a_form(question)
    values = rules.question_values(kind, rules.form_data(question))
    assert without_empty(values | {"id": "x-1", "type": kind}) == without_empty(question)


@settings(max_examples=examples(100))
@given(IDS)
def test_an_id_that_is_proposed_is_free_and_is_one(ids: set[str]) -> None:
    proposed = rules.propose_id(ids, "safe-referral")
    assert proposed not in ids
    assert rules.QUESTION_ID.fullmatch(proposed)
    for name in ids:
        copied = rules.copied_id(name, ids)
        assert copied not in ids
        assert rules.QUESTION_ID.fullmatch(copied)
        assert len(rules.copied_id("x" * rules.LONGEST_ID, ids)) <= rules.LONGEST_ID


def test_ids_begin_as_most_do() -> None:
    assert rules.propose_id({"si-a", "si-b", "x-c"}, "safe-identification") == "si-4"
    assert rules.propose_id(set(), "safe-identification") == "si-1"


def test_the_id_of_a_part_that_goes_is_not_given_to_a_new_one() -> None:
    rows = [{"id": "a", "text": "A"}, {"id": "b", "text": " "}, {"id": "", "text": "New"}]
    options = rules.question_values("single", {"options": rows})["options"]
    assert [(part["id"], part["text"]) for part in options] == [("a", "A"), ("c", "New")]


def test_pairs_have_ids_only_where_one_has() -> None:
    rows = [{"id": "", "left": "A", "right": "B"}, {"id": "", "left": "C", "right": "D"}]
    assert not any("id" in pair for pair in rules.question_values("matching", {"pairs": rows})["pairs"])
    rows[0]["id"] = "a"
    assert [pair["id"] for pair in rules.question_values("matching", {"pairs": rows})["pairs"]] == ["a", "b"]


def test_two_steps_of_one_name_stay_two() -> None:
    rows = [{"name": "start", "stem": "One"}, {"name": "start", "stem": "Two"}, {"name": "", "stem": "Three"}, {}]
    assert list(rules.question_values("branching", {"nodes": rows})["nodes"]) == ["start", "start-2", "step-3"]


@pytest.mark.parametrize(
    "value",
    [
        {}, {"type": "essay"}, {"type": "single", "options": {"a": 1}}, {"type": "single", "options": ["a"]},
        {"type": "single", "options": [{"text": ["a"]}]}, {"type": "branching", "nodes": []},
        {"type": "branching", "nodes": {"start": 1}}, {"type": "branching", "nodes": {"start": {"options": 1}}},
        {"type": "single", "source": "a book"}, {"type": "single", "sectors": "wash"},
        {"type": "branching", "nodes": {}, "source": "a book"}, {"type": ["single"]},
    ],
)  # fmt: skip
def test_what_a_form_would_lose_is_left_to_the_text(value: dict[str, object]) -> None:
    assert not rules.is_for_a_form(value)
