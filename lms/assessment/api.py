"""What other packages may use of assessment: attempts, their forms and reviews, retake rules and grading.

Points run from 0 to 1, scores are percent rounded down, pauses are ISO 8601 durations, moments are UTC.
"""

from lms.assessment.attempt_form import FormPart, FormQuestion, letter_of
from lms.assessment.attempt_review import ReviewedQuestion
from lms.assessment.correcting.operations import RegradedAttempt, correct_question
from lms.assessment.correcting.outcome import CorrectionOutcome, load_outcome
from lms.assessment.correcting.preview import CorrectionEffect, TakenQuiz, preview_correction
from lms.assessment.correcting.published import list_corrected_questions
from lms.assessment.correcting.statistics import CorrectedBank, load_corrected_bank
from lms.assessment.errors import AttemptsExhausted, NoQuestions
from lms.assessment.events import attempts_changed, attempts_regraded, correction_applied
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
from lms.assessment.paper.answers import describe_answer, load_keys
from lms.assessment.paper.errors import EnteredMeanwhile, LeftOut, SomeLeftOut
from lms.assessment.paper.operations import (
    RESOLVING_ENTRY,
    enter_copy,
    list_differences,
    load_copy_form,
    print_quiz,
    responses_of,
    withdraw_copy,
)
from lms.assessment.paper.policy import (
    PAPER_ROLES,
    covered_organisations,
    list_paper_quizzes_for,
    load_paper_quiz_for,
    load_quiz_copy_for,
)
from lms.assessment.paper.queries import (
    ListedQuizCopy,
    find_printing_organisation,
    list_paper_entries,
    list_quiz_copies,
)
from lms.assessment.policy import load_attempt_for
from lms.assessment.queries import (
    AttemptResult,
    best_score,
    find_current_key,
    has_passed,
    list_passed,
    load_attempts,
    load_corrections,
    load_results,
    load_revision_for_form,
    lock_person,
)
from lms.assessment.rules.corrections import WITHOUT_KEY, Correction, CorrectionKind, Corrections, key_of, mark
from lms.assessment.rules.grading import grade, normalise_response, score_quiz
from lms.assessment.rules.question_selection import eligible_questions, select_questions
from lms.assessment.rules.retakes import RetakeAllowance, retake_allowance
from lms.assessment.trial import build_trial_form, review_trial

__all__ = [
    "PAPER_ROLES",
    "RESOLVING_ENTRY",
    "WITHOUT_KEY",
    "AttemptResult",
    "AttemptsExhausted",
    "CorrectedBank",
    "Correction",
    "CorrectionEffect",
    "CorrectionKind",
    "CorrectionOutcome",
    "Corrections",
    "EnteredMeanwhile",
    "FormPart",
    "FormQuestion",
    "LeftOut",
    "ListedQuizCopy",
    "NoQuestions",
    "RegradedAttempt",
    "RetakeAllowance",
    "ReviewedQuestion",
    "SomeLeftOut",
    "TakenQuiz",
    "attempts_changed",
    "attempts_regraded",
    "best_score",
    "build_trial_form",
    "correct_question",
    "correction_applied",
    "covered_organisations",
    "describe_answer",
    "eligible_questions",
    "enter_copy",
    "find_current_key",
    "find_printing_organisation",
    "grade",
    "grade_attempt",
    "has_passed",
    "key_of",
    "letter_of",
    "list_corrected_questions",
    "list_differences",
    "list_paper_entries",
    "list_paper_quizzes_for",
    "list_passed",
    "list_quiz_copies",
    "load_attempt_for",
    "load_attempt_form",
    "load_attempts",
    "load_copy_form",
    "load_corrected_bank",
    "load_corrections",
    "load_keys",
    "load_outcome",
    "load_paper_quiz_for",
    "load_quiz_copy_for",
    "load_results",
    "load_review",
    "load_revision_for_form",
    "lock_person",
    "mark",
    "most_questions_repeat",
    "normalise_response",
    "only_red_lines",
    "preview_correction",
    "print_quiz",
    "responses_of",
    "retake_allowance",
    "review_trial",
    "save_responses",
    "score_quiz",
    "select_attempt_questions",
    "select_questions",
    "start_attempt",
    "submit_attempt",
    "withdraw_copy",
]
