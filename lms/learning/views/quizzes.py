"""Quizzes: the rules, the questions, the result."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment import operations as assessment
from lms.assessment.errors import AttemptsExhausted
from lms.assessment.papers import AskedQuestion
from lms.assessment.policy import load_attempt_for
from lms.learning import operations
from lms.learning.blueprint import bp
from lms.learning.course_progress import course_of_attempt, load_study, load_study_of
from lms.learning.forms import read_moment, read_responses
from lms.learning.hooks import list_quiz_notes
from lms.learning.module_renderer import sectors_now
from lms.learning.quiz_results import by_objective, place_of
from lms.web.access import current_actor, signed_in
from lms.web.language import language_of_page

Sheet = list[AskedQuestion]


@bp.get("/courses/<course>/quiz")
@signed_in
def quiz(course: str) -> ResponseReturnValue:
    """Says the quiz's rules before it starts, or what is still to be done."""
    actor = current_actor()
    study = load_study(actor, course, language_of_page(), request.args.get("sector"))
    return render_template(
        "learning/quiz.html",
        study=study,
        course=study.course,
        may=operations.may_try(study),
        notes=list_quiz_notes(actor, study.course, study.sector),
        sectors=sectors_now(),
    )


@bp.post("/courses/<course>/quiz")
@signed_in
def start(course: str) -> ResponseReturnValue:
    """Starts an attempt, or leads to the one that is open."""
    actor, language = current_actor(), language_of_page()
    study = load_study(actor, course, language, request.values.get("sector"))
    try:
        attempt = operations.start_quiz(actor, study, language)
    except AttemptsExhausted:
        # The page says from when.
        return redirect(url_for("learning.quiz", course=course, sector=study.sector), 303)
    return redirect(url_for("learning.attempt", attempt_id=attempt.id), 303)


@bp.get("/attempts/<int:attempt_id>")
@signed_in
def attempt(attempt_id: int) -> ResponseReturnValue:
    """Shows the questions with what was saved, or leads to the result."""
    found = load_attempt_for(current_actor(), attempt_id)
    if found.submitted_at is not None:
        return redirect(url_for("learning.result", attempt_id=attempt_id))
    sheet = assessment.sheet_of(found)
    return render_template(
        "learning/attempt.html",
        attempt=found,
        course=course_of_attempt(found),
        sheet=sheet,
        open=[question for question in sheet if not question.answered],
        stopped="unanswered" in request.args,
    )


@bp.post("/attempts/<int:attempt_id>")
@signed_in
def save(attempt_id: int) -> ResponseReturnValue:
    """Keeps the answers given so far."""
    found = load_attempt_for(current_actor(), attempt_id)
    if not assessment.save_answers(found, read_responses(request.form, assessment.sheet_of(found))):
        return redirect(url_for("learning.result", attempt_id=attempt_id), 303)
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    flash(_("Your answers are saved. You can close this page and go on later."), "good")
    return redirect(url_for("learning.attempt", attempt_id=attempt_id), 303)


@bp.post("/attempts/<int:attempt_id>/submit")
@signed_in
def submit(attempt_id: int) -> ResponseReturnValue:
    """Submits an attempt; with questions unanswered it first saves, stops gently and says which."""
    actor = current_actor()
    found = load_attempt_for(actor, attempt_id)
    responses = read_responses(request.form, assessment.sheet_of(found))
    if "anyway" not in request.form and assessment.save_answers(found, responses):
        if not all(question.answered for question in assessment.sheet_of(found)):
            return redirect(url_for("learning.attempt", attempt_id=attempt_id, unanswered=1), 303)
        responses = {}
    assessment.submit(actor, found, responses, read_moment(request.form.get("client_at")))
    return redirect(url_for("learning.result", attempt_id=attempt_id), 303)


@bp.get("/attempts/<int:attempt_id>/result")
@signed_in
def result(attempt_id: int) -> ResponseReturnValue:
    """Says what came of an attempt, why, and what to do next."""
    actor = current_actor()
    found = load_attempt_for(actor, attempt_id)
    if found.submitted_at is None:
        return redirect(url_for("learning.attempt", attempt_id=attempt_id))
    course = course_of_attempt(found)
    questions = assessment.review_of(found)
    study = load_study_of(actor, found, language_of_page())
    return render_template(
        "learning/result.html",
        attempt=found,
        course=course,
        questions=questions,
        learned=by_objective(course, questions),
        places={question.number: place_of(course, question) for question in questions},
        crossed=[question for question in questions if question.red_line and not question.right],
        study=study,
        may=operations.may_try(study),
    )
