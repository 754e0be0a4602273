"""Quizzes on paper: printing them for some people, and entering what they answered."""

import secrets
from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.assessment.api import (
    PAPER_ROLES,
    RESOLVING_ENTRY,
    EnteredMeanwhile,
    FormQuestion,
    ListedQuizCopy,
    SomeLeftOut,
    covered_organisations,
    describe_answer,
    enter_copy,
    letter_of,
    list_differences,
    list_paper_entries,
    list_paper_quizzes_for,
    list_quiz_copies,
    load_copy_form,
    load_paper_quiz_for,
    load_quiz_copy_for,
    load_results,
    print_quiz,
    responses_of,
    withdraw_copy,
)
from lms.assessment.models import PaperQuiz, QuizCopy
from lms.audit.downloads import audited_download
from lms.catalogue.api import course_by_id, list_courses, load_course_revision
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, Refusal, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.paper_codes import write_paper_code
from lms.learning.blueprint import bp
from lms.learning.forms import read_responses
from lms.learning.paper.document import render_keys, render_quizzes
from lms.learning.paper.forms import PaperEntryForm, PaperQuizForm
from lms.people.api import list_organisations, list_sectors, list_stations, load_organisation_names, sector_names
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download
from lms.web.forms import ReasonForm, form_page, redirect_with
from lms.web.language import language_name, language_of_page
from lms.web.recorders import recorders_of

printers = role_needed(*PAPER_ROLES)


@bp.get("/paper")
@printers
def paper_quizzes() -> ResponseReturnValue:
    """Lists the printed quizzes of the actor's organisations, and finds a copy by its code."""
    page = list_paper_quizzes_for(current_actor(), request.args.get("page", 1, type=int))
    return render_template("learning/paper/quizzes.html", page=page)


@bp.route("/paper/new", methods=["GET", "POST"])
@printers
def new_paper_quiz() -> ResponseReturnValue:
    """Prints a quiz for some people, or shows who would get none and why."""
    actor, form, left_out = current_actor(), build_form(), []
    if form.validate_on_submit():
        try:
            quiz = print_quiz(
                actor,
                require_found(course_by_id(form.course.data)),
                organisation_id=form.organisation.data,
                sector=form.sector.data or None,
                language=form.language.data,
                numbers=form.staff_numbers(),
                station_id=int(form.station.data) if form.station.data else None,
                token=form.token.data or "",
                leave_out="leave_out" in request.form,
            )
            return redirect_with(_("The quizzes are ready to be printed."), "learning.paper_quiz", quiz_id=quiz.id)
        except Invalid as refusal:
            form.add_error(refusal)
            left_out = list(refusal.left_out) if isinstance(refusal, SomeLeftOut) else []
    return form_page("learning/paper/new.html", form, left_out=left_out, write_code=write_paper_code)


def build_form() -> PaperQuizForm:
    """Returns the form with its choices and a token of its own, so that sending it twice prints one quiz."""
    form, actor, language = PaperQuizForm(), current_actor(), language_of_page()
    scope = covered_organisations(actor)
    organisations = [each for each in list_organisations() if scope is None or each.id in scope]
    stations = list_stations() if actor.has(Role.HR) else ()
    form.offer(organisations, list_courses(language), list_sectors(), stations, language)
    form.token.data = form.token.data or secrets.token_urlsafe(18)
    return form


@bp.get("/paper/<int:quiz_id>")
@printers
def paper_quiz(quiz_id: int) -> ResponseReturnValue:
    """Shows a printed quiz: its PDF, and what of each copy was entered."""
    quiz = load_paper_quiz_for(current_actor(), quiz_id)
    copies = list_quiz_copies(quiz.id)
    return render_template(
        "learning/paper/quiz.html",
        copies=copies,
        results=load_results([row.Attempt for row in copies if row.Attempt]),
        recorders=recorders_of([quiz]),
        **about(quiz),
    )


@bp.get("/paper/<int:quiz_id>.pdf")
@printers
@audited_download
def paper_quiz_pdf(quiz_id: int) -> ResponseReturnValue:
    """Sends the copies that are still open; with `copy`, the code of one, that one alone."""
    quiz = load_paper_quiz_for(current_actor(), quiz_id)
    chosen = request.args.get("copy")
    copies = [each for each in open_copies(quiz) if chosen in (None, each.QuizCopy.code)]
    return download(render_quizzes(quiz, require_found(copies or None)), f"quiz-{quiz.id}.pdf")


@bp.get("/paper/<int:quiz_id>/keys.pdf")
@role_needed(Role.TRAINER)
@audited_download
def paper_keys(quiz_id: int) -> ResponseReturnValue:
    """Sends the keys of the copies that are still open, to trainers."""
    quiz = load_paper_quiz_for(current_actor(), quiz_id)
    return download(render_keys(quiz, require_found(open_copies(quiz) or None)), f"quiz-{quiz.id}-keys.pdf")


def open_copies(quiz: PaperQuiz) -> list[ListedQuizCopy]:
    """Returns the copies of a quiz that are neither graded nor withdrawn."""
    return [row for row in list_quiz_copies(quiz.id) if not row.Attempt and row.QuizCopy.retracted_at is None]


def listed_copy(copy: QuizCopy) -> ListedQuizCopy:
    """Returns a copy with its person and its attempt, as the pages of its quiz list it."""
    return next(row for row in list_quiz_copies(copy.quiz_id) if row.QuizCopy.id == copy.id)


@bp.get("/paper/copies")
@printers
def find_quiz_copy() -> ResponseReturnValue:
    """Redirects to the copy whose code was typed."""
    copy, _quiz = load_quiz_copy_for(current_actor(), request.args.get("code", ""))
    return redirect(url_for("learning.quiz_copy", code=copy.code))


@bp.get("/paper/copies/<code>")
@printers
def quiz_copy(code: str) -> ResponseReturnValue:
    """Shows a copy, which its QR code opens: what was entered of it, and what comes next."""
    copy, quiz = load_quiz_copy_for(current_actor(), code)
    entries, row = list_paper_entries(copy.id), listed_copy(copy)
    return render_template(
        "learning/paper/copy.html",
        copy=copy,
        row=row,
        entries=entries,
        result=load_results([row.Attempt])[row.Attempt.id] if row.Attempt else None,
        recorders=recorders_of([*entries, quiz]),
        **about(quiz),
    )


@bp.route("/paper/copies/<code>/enter", methods=["GET", "POST"])
@printers
def enter_quiz_copy(code: str) -> ResponseReturnValue:
    """Takes the answers of a copy, for the first or the second time; the second time shows nothing of the first."""
    copy, quiz = load_quiz_copy_for(current_actor(), code)
    entries, form = list_paper_entries(copy.id), PaperEntryForm()
    if form.is_submitted():
        form.number.data = 1 if form.number.data == 1 else 2
    else:
        if len(entries) > 1 or copy.attempt_id is not None or copy.retracted_at is not None:
            return redirect(url_for("learning.quiz_copy", code=copy.code))
        form.number.data = len(entries) + 1
    return entry_page("learning/paper/enter.html", form, copy, quiz, load_copy_form(copy, quiz))


@bp.route("/paper/copies/<code>/resolve", methods=["GET", "POST"])
@printers
def resolve_quiz_copy(code: str) -> ResponseReturnValue:
    """Shows where two entries differ, and takes what the paper says there."""
    copy, quiz = load_quiz_copy_for(current_actor(), code)
    entries, form = list_paper_entries(copy.id), PaperEntryForm()
    if len(entries) < 2 or (copy.attempt_id is not None and not form.is_submitted()):
        return redirect(url_for("learning.quiz_copy", code=copy.code), 303)
    form.number.data = RESOLVING_ENTRY
    differ = list_differences(*entries[:2])
    questions = [each for each in load_copy_form(copy, quiz) if each.question_revision_id in differ]
    entered = [
        [describe_answer(question, responses_of(entry).get(question.question_revision_id)) for entry in entries[:2]]
        for question in questions
    ]
    return entry_page("learning/paper/resolve.html", form, copy, quiz, questions, entries=entries, entered=entered)


def entry_page(
    template: str,
    form: PaperEntryForm,
    copy: QuizCopy,
    quiz: PaperQuiz,
    questions: Sequence[FormQuestion],
    **more: object,
) -> ResponseReturnValue:
    """Saves an entry and goes on to the copy, or shows its form again with everything that was typed."""
    typed = read_responses(request.form, questions)
    if form.validate_on_submit():
        try:
            saved = enter_copy(current_actor(), copy, form.number.data or 1, typed, form.written_on.data)
            return redirect_with(saved_message(saved, form.number.data), "learning.quiz_copy", code=copy.code)
        except Refusal as refusal:
            # Whatever the reason, what was typed stays on the page.
            form.add_error(refusal)
            if isinstance(refusal, EnteredMeanwhile):
                form.number.raw_data, form.number.data = None, 2
    shown = [each for each in load_copy_form(copy, quiz, typed) if each.number in {one.number for one in questions}]
    return form_page(
        template, form, copy=copy, questions=shown, letter=letter_of, row=listed_copy(copy), **about(quiz), **more
    )


def saved_message(copy: QuizCopy, number: int) -> str:
    """Returns what to say once an entry is saved."""
    if copy.attempt_id is not None:
        return _("The answers have been entered and graded.")
    return _("Saved. Now type the answers a second time.") if number == 1 else _("Saved. The two entries differ.")


@bp.route("/paper/copies/<code>/withdraw", methods=["GET", "POST"])
@printers
def withdraw_quiz_copy(code: str) -> ResponseReturnValue:
    """Withdraws a copy that was lost or spoilt, after a confirmation."""
    actor, form = current_actor(), ReasonForm()
    copy, quiz = load_quiz_copy_for(actor, code)
    if form.run_on_submit(lambda: withdraw_copy(actor, copy, reason=form.reason.data)):
        return redirect_with(_("The copy was withdrawn."), "learning.paper_quiz", quiz_id=quiz.id)
    return form_page("learning/paper/withdraw.html", form, copy=copy, row=listed_copy(copy), **about(quiz))


def about(quiz: PaperQuiz) -> dict[str, object]:
    """Returns what all pages of a printed quiz show of it."""
    language = language_of_page()
    return {
        "quiz": quiz,
        "course": load_course_revision(quiz.course_revision_id, language),
        "organisation": load_organisation_names({quiz.organisation_id})[quiz.organisation_id],
        "sector": sector_names(language).get(quiz.sector or ""),
        "quiz_language": language_name(quiz.language),
        "write_code": write_paper_code,
    }
