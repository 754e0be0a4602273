"""One question shown and marked as in an attempt, for its author: nothing is recorded."""

from collections.abc import Mapping
from typing import Any

from lms.assessment.attempt_form import FormQuestion, build_attempt_form
from lms.assessment.attempt_review import ReviewedQuestion, build_review
from lms.assessment.operations import grade_attempt
from lms.assessment.rules.grading import normalise_response
from lms.assessment.rules.question_selection import select_questions
from lms.catalogue.api import BankQuestion


def build_trial_form(question: BankQuestion, seed: str, responses: Mapping[int, Any] | None = None) -> FormQuestion:
    """Returns a question as the form of an attempt would show it; the same seed shuffles it in the same way."""
    (shown,) = build_attempt_form(_selected(question, seed), {question.question_revision_id: question}, responses or {})
    return shown


def review_trial(question: BankQuestion, seed: str, responses: Mapping[int, Any]) -> ReviewedQuestion:
    """Returns a question marked, with key and feedback, as the result of an attempt would show it."""
    number = question.question_revision_id
    given = {number: normalise_response(question.kind, question.body, responses.get(number))}
    grades, _score = grade_attempt([question], given, pass_mark=100)
    (reviewed,) = build_review(_selected(question, seed), {number: question}, grades)
    return reviewed


def _selected(question: BankQuestion, seed: str) -> list[Mapping[str, Any]]:
    (selected,) = select_questions([question], size=1, sector=None, seed=seed)
    return [{"question": selected.question_revision_id, "slug": selected.slug, "order": list(selected.order)}]
