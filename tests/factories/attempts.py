"""What a browser sends from the attempt form: fields named and numbered as this attempt's page has them."""

from typing import Any

from flask import Flask

from lms.assessment.api import FormQuestion, load_attempt_form
from lms.assessment.models import Attempt
from lms.assessment.operations import load_questions
from lms.kernel.db import session
from tests.factories.courses import key_of


def fields_of(question: FormQuestion, response: Any) -> dict[str, Any]:
    """Returns the fields that give a response to a question."""
    name = f"q-{question.number}"
    if not question.controls:
        chosen = response if isinstance(response, list) else [response]
        return {name: [value for value, meaning in question.values.items() if meaning in chosen]}
    fields = {}
    for number, part in question.controls.items():
        # The values of a story begin with the number of their step.
        start = f"{number}-" if question.kind == "branching" else ""
        for value, meaning in question.values.items():
            if part in response and meaning == response[part] and value.startswith(start):
                fields[f"{name}-{number}"] = value
    return fields


def keys(app: Flask, address: str, **others: Any) -> dict[str, Any]:
    """Returns a form that answers everything of an attempt right; ``others`` are other responses, by "q_slug"."""
    form: dict[str, Any] = {}
    with app.app_context():
        attempt = session.get(Attempt, int(address.rsplit("/", 1)[1]))
        assert attempt is not None
        bank = load_questions(attempt)
        for question in load_attempt_form(attempt):
            asked = bank[question.question_revision_id]
            right = key_of(asked.body, asked.kind)
            form |= fields_of(question, others.get(asked.slug.replace("-", "_"), right))
    return form


def number_of(app: Flask, address: str, slug: str) -> int:
    """Returns the number of a question on the page of an attempt."""
    with app.app_context():
        attempt = session.get(Attempt, int(address.rsplit("/", 1)[1]))
        assert attempt is not None
        return [one["slug"] for one in attempt.questions].index(slug) + 1
