"""What packages above know of questions that publishing asks for; filled in ``lms/app.py``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from lms.kernel.hooks import Hook


class CorrectedQuestion(NamedTuple):
    """A question as it was corrected after use; ``body`` is None where its file may say anything."""

    kind: str
    red_line: bool
    body: Mapping[str, Any] | None


corrected_questions: Hook[Callable[[int], Mapping[str, Sequence[CorrectedQuestion]]]] = Hook()
"""Returns the corrected questions of an edition by slug: their file may follow without a new edition."""
