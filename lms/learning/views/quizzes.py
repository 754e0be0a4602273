"""Quizzes: the rules, the attempt form, the result."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment.api import (
    AttemptsExhausted,
    load_attempt_for,
    load_attempt_form,
    load_outcome,
    load_results,
    load_review,
    most_questions_repeat,
    only_red_lines,
    save_responses,
    submit_attempt,
)
from lms.catalogue.api import list_sectors, load_course_revision
from lms.kernel.requests import writes_at_once
from lms.learning.blueprint import bp
from lms.learning.course_progress import load_course_progress, load_progress_after
from lms.learning.forms import read_device_time, read_responses
from lms.learning.hooks import quiz_notes
from lms.learning.operations import start_quiz
from lms.learning.quiz_access import load_quiz_access
from lms.learning.quiz_results import read_again_link, results_by_objective
from lms.web.access import current_actor, signed_in
from lms.web.language import language_of_page


@bp.get("/courses/<course>/quiz")
@signed_in
def quiz(course: str) -> ResponseReturnValue:
    """Shows the rules of the quiz before it starts, or the modules still to do."""
    actor, language = current_actor(), language_of_page()
    progress = load_course_progress(actor, course, language, request.args.get("sector"))
    return render_template(
        "learning/quiz.html",
        progress=progress,
        course=progress.course,
        access=load_quiz_access(actor, progress),
        allowance=progress.allowance,
        only_red_lines=only_red_lines(progress.course, language),
        notes=list(filter(None, (note(actor, progress.course, progress.sector) for note in quiz_notes))),
        sectors=list_sectors(),
    )


@bp.post("/courses/<course>/quiz")
@signed_in
@writes_at_once
def start(course: str) -> ResponseReturnValue:
    """Starts an attempt, or redirects to the one that is open."""
    actor, language = current_actor(), language_of_page()
    progress = load_course_progress(actor, course, language, request.values.get("sector"))
    try:
        attempt = start_quiz(actor, progress, language)
    except AttemptsExhausted:
        # The page shows when the next attempt may start.
        return redirect(url_for("learning.quiz", course=course, sector=progress.sector), 303)
    return redirect(url_for("learning.attempt", attempt_id=attempt.id), 303)


@bp.get("/attempts/<int:attempt_id>")
@signed_in
def attempt(attempt_id: int) -> ResponseReturnValue:
    """Shows the attempt form with the saved responses, or redirects to the result."""
    found = load_attempt_for(current_actor(), attempt_id)
    if found.submitted_at is not None:
        return redirect(url_for("learning.result", attempt_id=attempt_id))
    questions = load_attempt_form(found)
    return render_template(
        "learning/attempt.html",
        attempt=found,
        course=load_course_revision(found.course_revision_id, found.language),
        questions=questions,
        unanswered=[question for question in questions if not question.answered],
        stopped="unanswered" in request.args,
    )


@bp.post("/attempts/<int:attempt_id>")
@signed_in
@writes_at_once
def save(attempt_id: int) -> ResponseReturnValue:
    """Saves the responses given so far."""
    found = load_attempt_for(current_actor(), attempt_id)
    if not save_responses(found, read_responses(request.form, load_attempt_form(found))):
        return redirect(url_for("learning.result", attempt_id=attempt_id), 303)
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    flash(_("Your answers are saved. You can close this page and continue later."), "good")
    at = request.form.get("at", "")
    anchor = f"q{at}" if at.isdecimal() else None
    return redirect(url_for("learning.attempt", attempt_id=attempt_id, _anchor=anchor), 303)


@bp.post("/attempts/<int:attempt_id>/submit")
@signed_in
@writes_at_once
def submit(attempt_id: int) -> ResponseReturnValue:
    """Submits an attempt; with unanswered questions it first only saves and shows which they are."""
    actor = current_actor()
    found = load_attempt_for(actor, attempt_id)
    submitted = submit_attempt(
        actor,
        found,
        read_responses(request.form, load_attempt_form(found)),
        read_device_time(request.form.get("client_at")),
        accept_unanswered="anyway" in request.form,
    )
    if submitted.submitted_at is None:
        return redirect(url_for("learning.attempt", attempt_id=attempt_id, unanswered=1), 303)
    return redirect(url_for("learning.result", attempt_id=attempt_id), 303)


@bp.get("/attempts/<int:attempt_id>/result")
@signed_in
def result(attempt_id: int) -> ResponseReturnValue:
    """Shows the result of an attempt, the reasons, and the next step."""
    actor = current_actor()
    found = load_attempt_for(actor, attempt_id)
    if found.submitted_at is None:
        return redirect(url_for("learning.attempt", attempt_id=attempt_id))
    course = load_course_revision(found.course_revision_id, found.language)
    questions, own = load_review(found), load_results([found])[found.id]
    counted = [question for question in questions if not question.void]
    progress = load_progress_after(actor, found, language_of_page())
    return render_template(
        "learning/result.html",
        attempt=found,
        result=own,
        outcome=load_outcome(found, own, questions),
        course=course,
        questions=questions,
        objectives=results_by_objective(course, counted),
        read_again_links={question.number: read_again_link(course, question) for question in questions},
        missed_red_lines=[question for question in counted if question.red_line and not question.right],
        progress=progress,
        allowance=progress.allowance,
        most_repeat=not own.passed and most_questions_repeat(found),
    )
