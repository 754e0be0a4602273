"""What the correction of questions means for the learner of one attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms.assessment import queries
from lms.assessment.attempt_review import ReviewedQuestion
from lms.assessment.models import Attempt
from lms.assessment.operations import load_questions
from lms.assessment.queries import AttemptResult
from lms.assessment.rules.corrections import score_again
from lms.assessment.rules.grading import QuizScore
from lms.catalogue.api import load_course_revision


class OutcomeKind(StrEnum):
    """What became of a result."""

    PENDING = "pending"
    """It will be better: the worker has not come to it yet."""
    PASSES = "passes"
    """It passes now."""
    FAILS = "fails"
    """It would not pass any more: it stays, and HR decides about the certificate."""
    RAISED = "raised"
    """The score is higher now."""
    SAME = "same"
    """It stays as it was."""


@dataclass(frozen=True, slots=True)
class CorrectionOutcome:
    """When a question of an attempt was last corrected after its submission, and what became of the result."""

    kind: OutcomeKind
    corrected_at: datetime


def load_outcome(
    attempt: Attempt, result: AttemptResult, questions: Sequence[ReviewedQuestion]
) -> CorrectionOutcome | None:
    """Returns what corrections mean for an attempt, None where none of its questions was corrected since."""
    moments = [question.corrected.corrected_at for question in questions if question.corrected]
    if not moments:
        return None
    corrections = queries.load_corrections(attempt.edition_id)
    pass_mark = load_course_revision(attempt.course_revision_id, attempt.language).pass_mark
    corrected = score_again(attempt.grades or [], load_questions(attempt), corrections, pass_mark)
    return CorrectionOutcome(_outcome(attempt, result, corrected), max(moments))


def _outcome(attempt: Attempt, result: AttemptResult, corrected: QuizScore) -> OutcomeKind:
    if corrected.score > (result.score or 0) or (corrected.passed and not result.passed):
        return OutcomeKind.PENDING
    if result.passed and not corrected.passed:
        return OutcomeKind.FAILS
    if result.passed and not attempt.passed:
        return OutcomeKind.PASSES
    return OutcomeKind.RAISED if result.score != attempt.score else OutcomeKind.SAME
