"""Reads what a browser sends from the attempt form; whatever cannot be understood is left out.

The control of question 3 is named ``q-3``; where its parts have controls of their own, ``q-3-1``, ``q-3-2`` and so on.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.assessment.api import FormQuestion

MAX_TIMESTAMP_LENGTH = 40


def read_responses(form: MultiDict[str, str], questions: Iterable[FormQuestion]) -> dict[int, Any]:
    """Returns the responses in a form by question revision; questions that it does not answer are left out.

    A form may contain only what changed, and may come from an older copy of the page: parts that are not sent or sent
    empty keep their saved value. Only ``changed``, which a page with script sends, says that a control was emptied.
    """
    emptied = set(form.getlist("changed"))
    read: dict[int, Any] = {}
    for question in questions:
        name = f"q-{question.number}"
        if question.controls:
            given = _given_to_parts(form, emptied, name, question)
            if given != (question.response or {}):
                read[question.question_revision_id] = given
            continue
        chosen = [question.values[value] for value in form.getlist(name) if value in question.values]
        if chosen or name in emptied:
            read[question.question_revision_id] = chosen
    return read


def _given_to_parts(form: MultiDict[str, str], emptied: set[str], name: str, question: FormQuestion) -> dict[str, Any]:
    given = dict(question.response or {})
    for number, part in question.controls.items():
        control = f"{name}-{number}"
        value = form.get(control, "")
        if value in question.values:
            given[part] = question.values[value]
        elif control in emptied:
            given.pop(part, None)
    return given


def read_device_time(text: str | None) -> datetime | None:
    """Returns the time that a learner's device sent; None where it cannot be read or names no time zone."""
    if not text or len(text) > MAX_TIMESTAMP_LENGTH:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
