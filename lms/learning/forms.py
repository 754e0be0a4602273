"""What a browser sends from the quiz, read with patience: whatever cannot be understood is left out.

The controls of question 12 are named ``q-12``; of its part "a", where it has parts, ``q-12-a``; of a story's moment
"start", ``q-12-start``.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.assessment.papers import AskedQuestion

PARTED = frozenset({"statements", "ordering", "matching", "branching"})
"""The kinds of questions that are answered part by part."""
LONGEST_MOMENT = 40


def read_responses(form: MultiDict[str, str], sheet: Iterable[AskedQuestion]) -> dict[int, Any]:
    """Returns what a form says, by question revision; questions it does not speak of are left out.

    A form may hold only what changed. An emptied group of checkboxes sends nothing: ``changed`` names it, and the
    response is then empty. Parts that are not sent keep what was saved.
    """
    spoken_of = {*form, *form.getlist("changed")}
    read: dict[int, Any] = {}
    for question in sheet:
        name = f"q-{question.question_revision_id}"
        if question.kind in PARTED:
            names = {part: f"{name}-{part}" for part in _saved(question)}
            if spoken_of.intersection(names.values()):
                read[question.question_revision_id] = _parts(form, question, names, spoken_of)
        elif name in spoken_of:
            read[question.question_revision_id] = form.getlist(name) or None
    return read


def _parts(
    form: MultiDict[str, str], question: AskedQuestion, names: Mapping[str, str], spoken_of: set[str]
) -> dict[str, str]:
    saved = _saved(question)
    sent = {part: form.get(name, "") for part, name in names.items() if name in spoken_of}
    return {part: given for part, given in (saved | sent).items() if given}


def _saved(question: AskedQuestion) -> dict[str, str]:
    """Returns what was saved, by part; of a story, the choice made at each moment."""
    if question.kind == "branching":
        return {step.id: next((part.id for part in step.parts if part.given), "") for step in question.steps}
    return {part.id: part.given for part in question.parts}


def read_moment(text: str | None) -> datetime | None:
    """Returns the moment a learner's clock said, or nothing where it cannot be read or names no zone."""
    if not text or len(text) > LONGEST_MOMENT:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
