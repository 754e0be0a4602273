"""Reads what a browser sends from the attempt form; whatever cannot be understood is left out.

The controls of question 12 are named ``q-12``; of its part "a", where it has parts, ``q-12-a``; of a story's step
"start", ``q-12-start``.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.assessment.api import FormQuestion

KINDS_WITH_PARTS = frozenset({"statements", "ordering", "matching", "branching"})
"""The kinds of questions that are answered part by part."""
MAX_TIMESTAMP_LENGTH = 40


def read_responses(form: MultiDict[str, str], questions: Iterable[FormQuestion]) -> dict[int, Any]:
    """Returns the responses in a form by question revision; questions it does not name are left out.

    A form may contain only what changed. An emptied group of checkboxes sends nothing: ``changed`` names it, and the
    response is then empty. Parts that are not sent keep their saved value.
    """
    sent_names = {*form, *form.getlist("changed")}
    read: dict[int, Any] = {}
    for question in questions:
        name = f"q-{question.question_revision_id}"
        if question.kind in KINDS_WITH_PARTS:
            names = {part: f"{name}-{part}" for part in _saved(question)}
            if sent_names.intersection(names.values()):
                read[question.question_revision_id] = _parts(form, question, names, sent_names)
        elif name in sent_names:
            read[question.question_revision_id] = form.getlist(name) or None
    return read


def _parts(
    form: MultiDict[str, str], question: FormQuestion, names: Mapping[str, str], sent_names: set[str]
) -> dict[str, str]:
    saved = _saved(question)
    sent = {part: form.get(name, "") for part, name in names.items() if name in sent_names}
    return {part: given for part, given in (saved | sent).items() if given}


def _saved(question: FormQuestion) -> dict[str, str]:
    """Returns the saved values by part; of a story, the choice made at each step."""
    if question.kind == "branching":
        return {step.id: next((part.id for part in step.parts if part.given), "") for step in question.steps}
    return {part.id: part.given for part in question.parts}


def read_device_time(text: str | None) -> datetime | None:
    """Returns the time that a learner's device sent; None where it cannot be read or names no time zone."""
    if not text or len(text) > MAX_TIMESTAMP_LENGTH:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
