"""Pages of questions for and from other systems: downloads of a published bank, and importing into a draft."""

from collections import defaultdict
from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts.queries import load_draft
from lms.authoring.exchange import operations
from lms.authoring.exchange.forms import ImportQuestionsForm
from lms.authoring.exchange.gift_writer import write_gift
from lms.authoring.exchange.moodle_writer import write_moodle_xml
from lms.authoring.exchange.qti_writer import write_qti3
from lms.authoring.exchange.queries import find_bank
from lms.authoring.exchange.questions import QuestionFile, from_published
from lms.catalogue.api import PublishedCourse, bank, published_course
from lms.kernel.errors import require_found
from lms.kernel.i18n import ngettext
from lms.web.access import current_actor
from lms.web.downloads import download
from lms.web.forms import redirect_with
from lms.web.language import language_of_page


def _qti(course: PublishedCourse) -> QuestionFile:
    language = language_of_page()
    return write_qti3(from_published(bank(course.revision_id, language)), course.title, language)


def _as(write: Callable[..., QuestionFile]) -> Callable[[PublishedCourse], QuestionFile]:
    return lambda course: write(from_published(bank(course.revision_id, language_of_page())))


WRITERS = {"xml": _as(write_moodle_xml), "gift": _as(write_gift), "qti": _qti}
FILE_ENDINGS = {"xml": ".xml", "gift": ".txt", "qti": ".qti.zip"}


@bp.get("/author/<course>/questions")
@authors
def question_files(course: str) -> ResponseReturnValue:
    """Shows in which formats the published questions can be downloaded, and what each leaves out."""
    shown = require_found(published_course(course, language_of_page()))
    files = {name: write(shown) for name, write in WRITERS.items()}
    left_out = {name: _by_reason(file) for name, file in files.items()}
    return render_template("authoring/question_files.html", course=shown, files=files, left_out=left_out)


@bp.get("/author/<course>/questions.xml", endpoint="questions_xml", defaults={"file_format": "xml"})
@bp.get("/author/<course>/questions.gift", endpoint="questions_gift", defaults={"file_format": "gift"})
@bp.get("/author/<course>/questions.qti.zip", endpoint="questions_qti", defaults={"file_format": "qti"})
@authors
def question_file(course: str, file_format: str) -> ResponseReturnValue:
    """Downloads the published questions with their keys."""
    shown = require_found(published_course(course, language_of_page()))
    return download(WRITERS[file_format](shown).content, f"{course}-questions{FILE_ENDINGS[file_format]}")


def _by_reason(file: QuestionFile) -> dict[str, list[str]]:
    found = defaultdict(list)
    for slug, reason in file.left_out:
        found[reason].append(slug)
    return found


@bp.route("/author/<course>/drafts/<int:draft_id>/import-questions", methods=["GET", "POST"])
@authors
def import_questions(course: str, draft_id: int) -> ResponseReturnValue:
    """Takes a file of questions and shows each before it is added; changes nothing."""
    form = _form(course, draft_id)
    form.validate_on_submit()
    return _import_page(course, draft_id, form)


@bp.post("/author/<course>/drafts/<int:draft_id>/import-questions/add")
@authors
def add_imported_questions(course: str, draft_id: int) -> ResponseReturnValue:
    """Adds the chosen questions at the end of the draft's bank."""
    form = _form(course, draft_id)
    chosen = set(request.form.getlist("chosen"))

    def add() -> int:
        questions = [each for number, each in form.carried().items() if number in chosen]
        operations.add_questions(current_actor(), course, draft_id, questions, version=form.version.data or 0)
        return len(questions)

    count = form.result_on_submit(add)
    if count is None:
        form.renew_version()
        return _import_page(course, draft_id, form, chosen)
    message = ngettext(
        "%(num)d question was added at the end of the bank. See below what it still needs.",
        "%(num)d questions were added at the end of the bank. See below what they still need.",
        count,
    )
    return redirect_with(message, "authoring.questions", course=course, draft_id=draft_id, only="changed")


def _form(course: str, draft_id: int) -> ImportQuestionsForm:
    file, taken = find_bank(course, draft_id)
    return ImportQuestionsForm(taken, file.version)


def _import_page(
    course: str, draft_id: int, form: ImportQuestionsForm, chosen: set[str] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "authoring/import_questions.html",
        draft=load_draft(course, draft_id),
        form=form,
        chosen=set(form.carried()) if chosen is None else chosen,
    )
    return page, 422 if form.errors else 200
