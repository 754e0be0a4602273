"""What other packages may use of assessment: attempts, their forms and reviews, retake rules and grading.

Points run from 0 to 1, scores are percent rounded down, pauses are ISO 8601 durations, moments are UTC.
"""

from lms.assessment.attempt_form import FormQuestion
from lms.assessment.attempt_review import ReviewedQuestion
from lms.assessment.errors import AttemptsExhausted, NoQuestions
from lms.assessment.events import attempts_changed
from lms.assessment.operations import (
    grade_attempt,
    load_attempt_form,
    load_review,
    most_questions_repeat,
    only_red_lines,
    save_responses,
    select_attempt_questions,
    start_attempt,
    submit_attempt,
)
from lms.assessment.policy import load_attempt_for
from lms.assessment.queries import list_passed, lock_person
from lms.assessment.rules.grading import grade, normalise_response, score_quiz
from lms.assessment.rules.question_selection import eligible_questions, select_questions
from lms.assessment.rules.retakes import RetakeAllowance, retake_allowance

__all__ = [
    "AttemptsExhausted",
    "FormQuestion",
    "NoQuestions",
    "RetakeAllowance",
    "ReviewedQuestion",
    "attempts_changed",
    "eligible_questions",
    "grade",
    "grade_attempt",
    "list_passed",
    "load_attempt_for",
    "load_attempt_form",
    "load_review",
    "lock_person",
    "most_questions_repeat",
    "normalise_response",
    "only_red_lines",
    "retake_allowance",
    "save_responses",
    "score_quiz",
    "select_attempt_questions",
    "select_questions",
    "start_attempt",
    "submit_attempt",
]
