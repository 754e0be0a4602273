"""Pages of a draft's questions: the list, the form of one, and one as learners meet it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.assessment.api import build_trial_form, review_trial
from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts.errors import EditConflict
from lms.authoring.drafts.queries import load_draft
from lms.authoring.models import Draft
from lms.authoring.questions import operations
from lms.authoring.questions.errors import BankUnreadable
from lms.authoring.questions.forms import (
    KIND_LABELS,
    PART_LABELS,
    QUESTION_FORMS,
    NewQuestionForm,
    OneQuestionForm,
    QuestionFilterForm,
    TryForm,
)
from lms.authoring.questions.queries import DraftBank, DraftedQuestion, bank_path, load_bank
from lms.authoring.questions.rules import copied_id, new_question, propose_id, question_values
from lms.catalogue.api import drafted_question, list_sectors, published_course
from lms.kernel import rng
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.kernel.pagination import paginate_list
from lms.learning.api import read_responses
from lms.web.access import current_actor
from lms.web.forms import offer, redirect_with
from lms.web.language import language_of_page

_DRAFT = "/author/<course>/drafts/<int:draft_id>/questions"


@bp.get(_DRAFT)
@authors
def questions(course: str, draft_id: int) -> ResponseReturnValue:
    """Lists the questions of a draft's bank."""
    draft = load_draft(course, draft_id)
    try:
        bank = load_bank(draft)
    except BankUnreadable as error:
        path = bank_path(course)
        return render_template("authoring/questions_unreadable.html", draft=draft, path=path, error=error)
    return _list_page(draft, bank, NewQuestionForm(formdata=None))


@bp.post(f"{_DRAFT}/new")
@authors
def add_question(course: str, draft_id: int) -> ResponseReturnValue:
    """Adds a question from the template of its type."""
    draft, form = load_draft(course, draft_id), NewQuestionForm()
    bank = load_bank(draft)
    objectives = bank.course.manifest.objectives if bank.course.manifest else []
    modules = bank.course.modules
    values = new_question(
        form.kind.data,
        form.question_id.data or "",
        objectives[0].id if objectives else "",
        modules[0].slug if modules else "",
    )
    if not form.run_on_submit(lambda: operations.add_question(current_actor(), course, draft_id, values)):
        return _list_page(draft, bank, form), 422
    return redirect(_address("question", draft, form.question_id.data), 303)


@bp.route(f"{_DRAFT}/<question>", methods=["GET", "POST"])
@authors
def question(course: str, draft_id: int, question: str) -> ResponseReturnValue:
    """Shows a question in the form of its type, adds a row to it, and saves it."""
    draft = load_draft(course, draft_id)
    bank = load_bank(draft)
    shown, theirs = bank.find(question), None
    if not shown.has_form:
        return redirect(_address("edit", draft, path=bank.file.path, line=shown.item.line))
    sectors = [(sector.slug, sector.short_name(language_of_page())) for sector in list_sectors()]
    form = QUESTION_FORMS[shown.value["type"]](shown, bank, sectors)
    grown = form.lists.get(request.form.get("add", ""))
    if grown is not None:
        grown.append_entry()
    elif form.validate_on_submit():
        values = question_values(shown.value["type"], form.data)
        try:
            operations.save_question(current_actor(), course, draft_id, question, values, seen=form.seen.data or "")
        except EditConflict:
            theirs = shown.item.source
            form.show_saved(shown.item.digest)
        else:
            following = "authoring.try_question" if form.save_and_try.data else "authoring.question"
            return redirect_with(_("Saved."), following, course=course, draft_id=draft_id, question=question)
    return _question_page(draft, bank, shown, form=form, theirs=theirs, grown=grown)


@bp.route(f"{_DRAFT}/<question>/try", methods=["GET", "POST"])
@authors
def try_question(course: str, draft_id: int, question: str) -> ResponseReturnValue:
    """Shows a question as learners meet it, and their answer marked; nothing is recorded."""
    draft = load_draft(course, draft_id)
    bank = load_bank(draft)
    shown = bank.find(question)
    form = TryForm(seed=str(rng.randbelow(1 << 32)))
    trial = drafted_question(shown.parsed, bank.language) if shown.parsed else None
    seed = form.seed.data or "1"
    tried = build_trial_form(trial, seed) if trial else None
    reviewed = None
    if trial and tried and form.validate_on_submit():
        responses = read_responses(request.form, [tried])
        tried, reviewed = build_trial_form(trial, seed, responses), review_trial(trial, seed, responses)
    context = {"draft": draft, "bank": bank, "question": shown, "tried": tried, "reviewed": reviewed}
    return render_template("authoring/try_question.html", form=form, **context)


@bp.post(f"{_DRAFT}/<question>/copy")
@authors
def copy_question(course: str, draft_id: int, question: str) -> ResponseReturnValue:
    """Copies a question, and shows the copy in its form."""
    form, draft = _act(course, draft_id)
    new_id = form.new_id.data or ""
    operations.copy_question(current_actor(), course, draft_id, question, new_id)
    return redirect(_address("question", draft, new_id), 303)


@bp.post(f"{_DRAFT}/<question>/move")
@authors
def move_question(course: str, draft_id: int, question: str) -> ResponseReturnValue:
    """Moves a question up or down in the bank."""
    form, draft = _act(course, draft_id)
    operations.move_question(current_actor(), course, draft_id, question, form.to.data or 0)
    return redirect(_address("questions", draft, _anchor=question), 303)


@bp.post(f"{_DRAFT}/<question>/remove")
@authors
def remove_question(course: str, draft_id: int, question: str) -> ResponseReturnValue:
    """Removes a question from the draft's bank."""
    form, _draft = _act(course, draft_id)
    operations.remove_question(current_actor(), course, draft_id, question, seen=form.seen.data or "")
    message = _("%(name)s is removed from the draft.", name=question)
    return redirect_with(message, "authoring.questions", course=course, draft_id=draft_id)


@bp.post("/author/<course>/questions/<question>/change")
@authors
def change_question(course: str, question: str) -> ResponseReturnValue:
    """Opens a question of a published course in its newest draft, or in a new one."""
    if published_course(course) is None or not OneQuestionForm().validate_on_submit():
        raise NotThere
    draft = operations.continue_draft(current_actor(), course, question)
    known = question in load_bank(draft).ids
    return redirect(_address("question", draft, question) if known else _address("questions", draft), 303)


def _act(course: str, draft_id: int) -> tuple[OneQuestionForm, Draft]:
    draft, form = load_draft(course, draft_id), OneQuestionForm()
    if not form.validate_on_submit():
        raise NotThere
    return form, draft


def _address(page: str, draft: Draft, question: str | None = None, **more: Any) -> str:
    return url_for(f"authoring.{page}", course=draft.course, draft_id=draft.id, question=question, **more)


def _list_page(draft: Draft, bank: DraftBank, form: NewQuestionForm) -> str:
    if not form.question_id.data:
        form.question_id.data = propose_id(bank.ids, draft.course)
    filters = QuestionFilterForm(request.args)
    manifest, language = bank.course.manifest, language_of_page()
    objectives = {each.id: each.text for each in manifest.objectives} if manifest else {}
    sectors = {sector.slug: sector.short_name(language) for sector in list_sectors()}
    offer(filters.kind, KIND_LABELS.items(), first=_("All types"))
    offer(filters.objective, objectives.items(), first=_("All objectives"))
    offer(filters.sector, sectors.items(), first=_("All sectors"))
    found = [each for each in bank.questions if _is_chosen(each, filters)]
    page = request.args.get("page", 1, type=int)
    return render_template(
        "authoring/questions.html",
        draft=draft,
        bank=bank,
        page=paginate_list(found, page),
        form=form,
        filters=filters,
        act=OneQuestionForm(formdata=None),
        copies={each.item.id: copied_id(each.item.id, bank.ids) for each in bank.questions if each.item.id},
        kinds=KIND_LABELS,
        objectives=objectives,
        sectors=sectors,
    )


def _is_chosen(question: DraftedQuestion, filters: QuestionFilterForm) -> bool:
    value, chosen = question.value, filters.chosen()
    words = f"{question.item.id} {question.item.source}".lower()
    only = {
        "problems": bool(question.problems),
        "changed": bool(question.state),
        "red_line": value.get("red_line") is True,
    }
    return (
        chosen.get("q", "").lower() in words
        and chosen.get("kind", value.get("type")) == value.get("type")
        and chosen.get("objective", value.get("objective")) == value.get("objective")
        and ("sector" not in chosen or chosen["sector"] in value.get("sectors", []))
        and only.get(chosen.get("only", ""), True)
    )


def _question_page(draft: Draft, bank: DraftBank, shown: DraftedQuestion, **context: object) -> ResponseReturnValue:
    form, theirs = context["form"], context["theirs"]
    status = 409 if theirs is not None else 422 if getattr(form, "errors", None) else 200
    page = render_template(
        "authoring/question.html", draft=draft, bank=bank, question=shown, kinds=KIND_LABELS, adds=PART_LABELS,
        **context,
    )  # fmt: skip
    return page, status
