"""Answers in the letters and numbers that are printed beside the options: for comparing entries, and for the keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from lms.assessment import operations, queries
from lms.assessment.attempt_form import FormQuestion, letter_of
from lms.assessment.models import PaperQuiz, QuizCopy
from lms.assessment.paper.operations import load_copy_form
from lms.assessment.rules.corrections import WITHOUT_KEY, find_correction, key_of
from lms.kernel.i18n import gettext as _

NOTHING = "–"


def load_keys(copy: QuizCopy, quiz: PaperQuiz) -> list[tuple[int, str]]:
    """Returns the number of each question of a copy with what is right, as corrected until now.

    A question that is void, or right for everybody, has no key.
    """
    bank, corrections = operations.load_questions(quiz), queries.load_corrections(quiz.edition_id)
    keys = []
    for shown in load_copy_form(copy, quiz):
        question = bank[shown.question_revision_id]
        found = find_correction(question, corrections)
        key = key_of(question.kind, question.body) if found is None or found.key is None else found.key
        no_key = found is not None and found.kind in WITHOUT_KEY
        keys.append((shown.number, NOTHING if no_key else describe_answer(shown, _as_response(question.kind, key))))
    return keys


def _as_response(kind: str, key: Any) -> Any:
    if kind == "statements":
        return {part: "yes" if is_true else "no" for part, is_true in key.items()}
    return {part: place for place, part in enumerate(key, start=1)} if kind == "ordering" else key


def describe_answer(question: FormQuestion, response: Any) -> str:
    """Returns a response, or several that are right, as it is written on the copy: "B", "1 True, 2 False", "A 2, B 1".

    A dash stands for no answer.
    """
    if not question.controls:
        return " ".join(_values(question, response)) or NOTHING
    given: Mapping[str, Any] = response or {}
    parts = []
    for number, part in question.controls.items():
        name = letter_of(number) if question.kind == "ordering" else number
        # The values of a story begin with the number of their step.
        start = f"{number}-" if question.kind == "branching" else ""
        parts.append(f"{name} {'/'.join(_values(question, given.get(part), start)) or NOTHING}")
    return ", ".join(parts)


def _values(question: FormQuestion, chosen: Any, start: str = "") -> Iterator[str]:
    values = chosen if isinstance(chosen, list) else [chosen]
    for value, meaning in question.values.items():
        if meaning in values and value.startswith(start):
            yield _written(question.kind, value)


def _written(kind: str, value: str) -> str:
    if kind == "statements":
        return _("True") if value == "yes" else _("False")
    return value if kind == "ordering" else letter_of(value)
