"""What a correction would change, computed by the rules from stored responses; nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from lms.assessment import queries
from lms.assessment.correcting.operations import RegradedAttempt, draft_correction, regrade
from lms.assessment.rules.corrections import CorrectionKind, Corrections, with_correction
from lms.kernel.errors import require_found

BATCH = 1000
"""How many attempts are in memory at once."""


class TakenQuiz(NamedTuple):
    """Who submitted a quiz, and when."""

    person_id: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class CorrectionEffect:
    """What a correction would change: the people who had the question, and the quizzes that pass and fail then.

    ``higher`` and ``lower`` count people whose score would be another, with the same result.
    """

    people: int
    passing: tuple[TakenQuiz, ...]
    failing: tuple[TakenQuiz, ...]
    higher: int
    lower: int


def preview_correction(edition_id: int, slug: str, kind: CorrectionKind, key: Any) -> CorrectionEffect:
    """Returns what correcting a question of an edition would change among its submitted attempts.

    Raises as ``correct_question`` does. Attempts are read in batches, a few seconds for a hundred thousand.
    """
    question = require_found(queries.find_question_of(edition_id, slug))
    draft = queries.read_correction(draft_correction(edition_id, question.id, kind, key))
    corrections = with_correction(queries.load_corrections(edition_id), draft)
    people: set[int] = set()
    higher: set[int] = set()
    lower: set[int] = set()
    passing: list[TakenQuiz] = []
    failing: list[TakenQuiz] = []
    for current, each in _regraded_twice(edition_id, slug, question.id, corrections):
        attempt, now, then = each.attempt, current.corrected, each.corrected
        people.add(attempt.person_id)
        taken = TakenQuiz(attempt.person_id, attempt.submitted_at or attempt.started_at)
        if each.passes_now and not now.passed:
            passing.append(taken)
        elif now.passed and not then.passed:
            failing.append(taken)
        elif then.score > max(now.score, each.score_before):
            higher.add(attempt.person_id)
        elif then.score < now.score:
            lower.add(attempt.person_id)
    return CorrectionEffect(len(people), tuple(passing), tuple(failing), len(higher), len(lower))


def _regraded_twice(
    edition_id: int, slug: str, question_id: int, corrections: Corrections
) -> Iterator[tuple[RegradedAttempt, RegradedAttempt]]:
    """Yields what the corrections until now make of each attempt, and what others would."""
    present, after = queries.load_corrections(edition_id), 0
    while attempts := queries.list_submitted(edition_id, slug, after=after, limit=BATCH):
        after = attempts[-1].id
        yield from zip(
            regrade(attempts, question_id, present), regrade(attempts, question_id, corrections), strict=True
        )
