"""The right answers of an attempt, as a browser sends them."""

from typing import Any

from flask import Flask

from lms.assessment.api import FormQuestion, load_attempt_form
from lms.assessment.models import Attempt
from lms.assessment.operations import load_questions
from lms.demo.answers import respond
from lms.kernel.db import reading, session


def fill_in(app: Flask, attempt_id: int) -> dict[str, str | list[str]]:
    """Returns the form of an attempt with every question answered right."""
    form: dict[str, str | list[str]] = {}
    with app.app_context(), reading():
        attempt = session.get_one(Attempt, attempt_id)
        known = load_questions(attempt)
        for question in load_attempt_form(attempt):
            form |= _sent(question, respond(known[question.question_revision_id]))
    return form


def _sent(question: FormQuestion, response: Any) -> dict[str, str | list[str]]:
    values = {meaning: value for value, meaning in question.values.items()}
    name = f"q-{question.number}"
    if question.controls:
        return {f"{name}-{number}": values[response[part]] for number, part in question.controls.items()}
    chosen = response if isinstance(response, list) else [response]
    return {name: [values[each] for each in chosen]}
