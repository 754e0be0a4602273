"""The QTI package: its files, the order of its elements, its identifiers, and that it gives the marks that we give."""

import re
import zipfile
from collections import Counter
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, strategies as st

from lms.assessment.rules.grading import grade
from lms.authoring.exchange.qti_writer import write_qti3
from lms.authoring.exchange.questions import PARTS
from tests.authoring.exchange.strategies import laws, questions
from tools.qti.banks import FILES, load_bank

ITEM = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"
PACKAGE = "{http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1}"
ORDER = (
    "qti-response-declaration", "qti-outcome-declaration", "qti-item-body", "qti-response-processing",
    "qti-modal-feedback",
)  # fmt: skip
CARDINALITIES = {
    "qti-choice-interaction": {"single", "multiple"},
    "qti-order-interaction": {"ordered"},
    "qti-match-interaction": {"multiple"},
}
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def open_package(content: bytes) -> dict[str, Element]:
    """The documents of a package by name."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: fromstring(package.read(name)) for name in package.namelist()}  # noqa: S314 - our own


def words(element: Element) -> str:
    return "".join(element.itertext()).strip()


def check_item(item: Element, question: dict[str, Any]) -> None:
    """An item by the specification: the order of its children, its identifiers, and what refers to them."""
    tags = [child.tag.removeprefix(ITEM) for child in item]
    assert tags == sorted(tags, key=ORDER.index), "the schema has them in this order"
    assert item.get("adaptive") == item.get("time-dependent") == "false"
    (body,) = item.findall(f"{ITEM}qti-item-body")
    (interaction,) = body
    (response,) = item.findall(f"{ITEM}qti-response-declaration")
    assert interaction.get("response-identifier") == response.get("identifier")
    assert response.get("cardinality") in CARDINALITIES[interaction.tag.removeprefix(ITEM)]
    assert interaction[0].tag == f"{ITEM}qti-prompt"
    choices = [each.get("identifier") or "" for each in interaction.iter() if each.get("identifier")]
    assert all(IDENTIFIER.fullmatch(each) for each in [*choices, item.get("identifier") or ""])
    assert max(Counter(choices).values()) == 1
    values = [each.text or "" for each in response.iter(f"{ITEM}qti-value")]
    keys = [each.get("map-key") or "" for each in response.iter(f"{ITEM}qti-map-entry")]
    assert {word for value in values + keys for word in value.split()} <= set(choices)
    feedback = item.findall(f"{ITEM}qti-modal-feedback")
    parts = next(question[name] for name in PARTS if name in question)
    assert [words(each) for each in feedback] == [part["feedback"].strip() for part in parts if part.get("feedback")]
    assert {each.get("identifier") for each in feedback} <= set(choices)
    assert {each.get("outcome-identifier") for each in feedback} <= {"FEEDBACK"}
    shown = [words(each) for each in interaction.iter() if each.get("identifier")]
    texts = [text for part in parts for key in ("text", "left", "right") if (text := part.get(key))]
    truths = ["True", "False"] * (question["type"] == "statements")
    assert sorted(shown) == sorted([*(text.strip() for text in texts), *truths])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_our_banks_as_packages(path: Path) -> None:
    bank = load_bank(path)
    file = write_qti3(bank, "A course & more", "en")
    stories = [each["id"] for each in bank if each["type"] == "branching"]
    assert [slug for slug, _reason in file.left_out] == stories
    carried = [each for each in bank if each["id"] not in stories]
    documents = open_package(file.content)
    assert set(documents) == {"imsmanifest.xml", "assessment.xml", *(f"items/{each['id']}.xml" for each in carried)}
    assert file.count == len(carried)
    for question in carried:
        check_item(documents[f"items/{question['id']}.xml"], question)
    resources = list(documents["imsmanifest.xml"].iter(f"{PACKAGE}resource"))
    assert {each.get("href") for each in resources} == set(documents) - {"imsmanifest.xml"}
    assert [each.get("href") for each in documents["imsmanifest.xml"].iter(f"{PACKAGE}file")] == [
        each.get("href") for each in resources
    ]
    assert max(Counter(each.get("identifier") for each in resources).values()) == 1
    test = documents["assessment.xml"]
    assert test.get("title") == "A course & more"
    items = [(each.get("identifier"), each.get("href")) for each in test.iter(f"{ITEM}qti-assessment-item-ref")]
    assert items == [(f"q-{each['id']}", f"items/{each['id']}.xml") for each in carried], "in the order of the bank"
    assert all(documents[href or ""].get("identifier") == identifier for identifier, href in items)


def test_equal_banks_are_equal_files() -> None:
    bank = load_bank(FILES[0])
    with zipfile.ZipFile(BytesIO(write_qti3(bank, "A").content)) as package:
        assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "not the time of now"
    assert write_qti3(bank, "A").content == write_qti3(bank, "A").content != write_qti3(bank, "B").content


@laws
@given(st.lists(questions(), min_size=1, max_size=2, unique_by=lambda question: question["id"]))
def test_any_text_is_well_formed_and_there(bank: list[dict[str, Any]]) -> None:
    documents = open_package(write_qti3(bank, bank[0]["stem"], "ar").content)
    for question in bank:
        item = documents[f"items/{question['id']}.xml"]
        assert item.get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
        assert words(next(item.iter(f"{ITEM}qti-prompt"))) == question["stem"]
        check_item(item, question)


def evaluate(item: Element, response: list[str] | None) -> dict[str, Any]:
    """The outcomes of an item by its response processing, as the specification defines each expression."""
    (declaration,) = item.findall(f"{ITEM}qti-response-declaration")
    outcomes: dict[str, Any] = {}
    for outcome in item.findall(f"{ITEM}qti-outcome-declaration"):
        default = outcome.find(f"{ITEM}qti-default-value/{ITEM}qti-value")
        outcomes[outcome.get("identifier") or ""] = None if default is None else Fraction(default.text or "")

    def value(element: Element) -> Any:  # noqa: PLR0911 - one for each expression
        match element.tag.removeprefix(ITEM):
            case "qti-variable":
                name = element.get("identifier") or ""
                return response if name == "RESPONSE" else outcomes[name]
            case "qti-base-value" if element.get("base-type") == "float":
                return Fraction(element.text or "")
            case "qti-base-value":
                return element.text
            case "qti-multiple":
                return [value(each) for each in element]
            case "qti-sum":
                return sum(value(each) for each in element)
            case "qti-index":
                place = int(element.get("n") or "")
                found = value(element[0])
                return found[place - 1] if found and place <= len(found) else None
            case "qti-match":
                one, other = map(value, element)
                return one is not None and one == other
            case "qti-map-response":
                (mapping,) = declaration.findall(f"{ITEM}qti-mapping")
                points = {each.get("map-key"): Fraction(each.get("mapped-value") or "") for each in mapping}
                total = sum((points.get(each, Fraction(0)) for each in set(response or [])), Fraction(0))
                return max(total, Fraction(mapping.get("lower-bound") or ""))
        raise AssertionError(element.tag)

    def run(rule: Element) -> None:
        match rule.tag.removeprefix(ITEM):
            case "qti-set-outcome-value":
                (expression,) = rule
                outcomes[rule.get("identifier") or ""] = value(expression)
            case "qti-response-condition":
                (branch,) = rule
                condition, *rules = branch
                for each in rules if value(condition) else ():
                    run(each)
            case other:
                raise AssertionError(other)

    (processing,) = item.findall(f"{ITEM}qti-response-processing")
    for rule in processing:
        run(rule)
    return outcomes


@laws
@given(questions())
def test_the_response_that_is_declared_right_gets_full_marks(question: dict[str, Any]) -> None:
    item = open_package(write_qti3([question], "A").content)[f"items/{question['id']}.xml"]
    right = [value.text or "" for value in item.iter(f"{ITEM}qti-value")]
    outcomes = evaluate(item, [value for value in right if value.startswith("c-")])
    assert outcomes["SCORE"] == outcomes["MAXSCORE"] > 0


@laws
@given(questions(), st.data())
def test_an_item_gives_the_marks_and_the_feedback_that_we_give(question: dict[str, Any], data: st.DataObject) -> None:
    kind = question["type"]
    parts = next(question[name] for name in PARTS if name in question)
    ids = [part["id"] for part in parts]
    response: Any
    match kind:
        case "single":
            response = data.draw(st.sampled_from([None, *ids]))
            given_there = [f"c-{response}"] if response else None
        case "multiple":
            response = data.draw(st.lists(st.sampled_from(ids), unique=True))
            given_there = [f"c-{each}" for each in response] or None
        case "statements":
            response = data.draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(["yes", "no"])))
            truths = {"yes": "true", "no": "false"}
            given_there = [f"c-{each}" + f" {truths[answer]}" for each, answer in response.items()] or None
        case "ordering":
            order = data.draw(st.permutations(ids))
            response = {each: place for place, each in enumerate(order, start=1)}
            given_there = [f"c-{each}" for each in order]
        case _:
            sides = data.draw(st.permutations(ids))
            count = data.draw(st.integers(0, len(ids)))
            response = dict(list(zip(ids, sides, strict=True))[:count])
            given_there = [f"c-{left} r-{right}" for left, right in response.items()] or None
    documents = open_package(write_qti3([question], "A").content)
    outcomes = evaluate(documents[f"items/{question['id']}.xml"], given_there)
    assert outcomes["SCORE"] / outcomes["MAXSCORE"] == grade(kind, question, response)
    chosen = [f"c-{each}" for each in ids] if kind not in {"single", "multiple"} else given_there
    assert outcomes["FEEDBACK"] == chosen
