"""A question that its author tries is shown and marked as in an attempt."""

from typing import Any

import pytest

from lms.assessment.api import build_trial_form, review_trial
from lms.catalogue.api import BankQuestion, drafted_question
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.catalogue.source.schemas.banks import BankFile
from lms.kernel.config import ROOT
from tests.factories.courses import key_of


def questions_of(course: str) -> list[BankQuestion]:
    bank = BankFile.model_validate(read_yaml("bank.yml", (ROOT / "quizzes" / f"{course}.yml").read_text()).value)
    return [drafted_question(question, "en") for question in bank.questions]


def right_response(question: BankQuestion) -> Any:
    match question.kind:
        case "ordering":
            return {part["id"]: place for place, part in enumerate(question.body["options"], start=1)}
        case "matching":
            return {part["id"]: part["id"] for part in question.body["pairs"]}
    return key_of(question.body, question.kind)


@pytest.mark.parametrize("course", ["first-days", "safe-identification", "psychological-first-aid"])
def test_the_right_response_is_marked_right_and_no_response_is_not(course: str) -> None:
    found = questions_of(course)
    assert len({question.kind for question in found}) >= 3
    for question in found:
        response = right_response(question)
        assert review_trial(question, "7", {0: response}).right, question.slug
        empty = review_trial(question, "7", {})
        assert (empty.right, empty.answered, empty.points) == (False, False, 0), question.slug
        shown = build_trial_form(question, "7", {0: response})
        assert shown.answered
        assert shown == build_trial_form(question, "7", {0: response}), "the same seed shuffles in the same way"


def test_another_seed_shuffles_otherwise() -> None:
    question = next(each for each in questions_of("first-days") if each.kind == "single")
    orders = {tuple(part.text for part in build_trial_form(question, str(seed)).parts) for seed in range(20)}
    assert len(orders) > 1
