"""Pages of drafts: a course and its drafts, a draft's files and problems."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts import operations, queries
from lms.authoring.drafts.check import check_draft
from lms.authoring.drafts.forms import FileChoiceForm, NewCourseForm, NewDraftForm, NewModuleForm, RemoveFileForm
from lms.authoring.drafts.rules import MODULE_NAME, is_text
from lms.authoring.overview.coverage import describe_coverage
from lms.authoring.reviewing.labels import STATES
from lms.authoring.reviewing.queries import list_progress
from lms.authoring.writers import writers_of_progress
from lms.catalogue.api import list_file_changes, list_sectors, published_course
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.forms import ReasonForm, form_page, redirect_with
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of


@bp.route("/author/new-course", methods=["GET", "POST"])
@authors
def new_course() -> ResponseReturnValue:
    """Begins the draft of a new course."""
    form = NewCourseForm()
    draft = form.result_on_submit(lambda: operations.begin_course(current_actor(), form.course.data, form.title.data))
    if draft is None:
        return form_page("authoring/new_course.html", form)
    return redirect(url_for("authoring.draft", course=draft.course, draft_id=draft.id), 303)


@bp.route("/author/<course>", methods=["GET", "POST"])
@authors
def course(course: str) -> ResponseReturnValue:
    """Shows a course's drafts and what was published, and begins a draft."""
    shown, drafts = published_course(course, language_of_page()), queries.list_drafts(course)
    if shown is None and not drafts:
        raise NotThere
    form = NewDraftForm()
    draft = form.result_on_submit(lambda: operations.begin_draft(current_actor(), course, form.title.data))
    if draft is not None:
        return redirect(url_for("authoring.draft", course=course, draft_id=draft.id), 303)
    changes, progress = list_file_changes(course), list_progress(drafts)
    return form_page(
        "authoring/course.html",
        form,
        slug=course,
        course=shown,
        drafts=progress,
        states=STATES,
        writers=writers_of_progress(progress),
        changes=changes,
        recorders=recorders_of(changes),
        coverage=describe_coverage(shown) if shown else None,
        sectors=list_sectors(),
    )


@bp.get("/author/<course>/drafts/<int:draft_id>")
@authors
def draft(course: str, draft_id: int) -> ResponseReturnValue:
    """Shows a draft: its files, what is wrong with them, and what can be done."""
    return _draft_page(course, draft_id, None)


@bp.post("/author/<course>/drafts/<int:draft_id>/modules")
@authors
def add_module(course: str, draft_id: int) -> ResponseReturnValue:
    """Adds a module to a draft."""
    files = queries.list_files(queries.load_draft(course, draft_id))
    form = NewModuleForm(_modules(files))
    added = form.result_on_submit(
        lambda: operations.add_module(current_actor(), course, draft_id, form.title.data, copy_of=form.copy_of.data)
    )
    if added is None:
        return _draft_page(course, draft_id, form)
    return redirect(url_for("authoring.edit", course=course, draft_id=draft_id, path=added.path), 303)


@bp.post("/author/<course>/drafts/<int:draft_id>/remove")
@authors
def remove_file(course: str, draft_id: int) -> ResponseReturnValue:
    """Removes a file from the course, once the draft is published."""
    # What is not offered, since another author has saved the file, says so as an edit would.
    version, _colon, path = request.form.get("file", "").partition(":")
    if not path or not version.isdigit():
        flash(_("Choose a file first."), "late")
        return redirect(url_for("authoring.draft", course=course, draft_id=draft_id), 303)
    operations.save_file(current_actor(), course, draft_id, path, None, version=int(version))
    message = _("%(name)s is removed from the draft.", name=path.rpartition("/")[2])
    return redirect_with(message, "authoring.draft", course=course, draft_id=draft_id)


@bp.post("/author/<course>/drafts/<int:draft_id>/choose/<path:path>")
@authors
def choose_file(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Keeps a file of a draft, or takes the published one, where somebody else has published it since."""
    form, name = FileChoiceForm(), path.rpartition("/")[2]
    if not form.validate_on_submit():
        raise NotThere
    operations.choose_file(
        current_actor(),
        course,
        draft_id,
        path,
        version=form.version.data or 0,
        published=form.published.data or None,
        mine=form.mine.data,
    )
    own, published = _("%(name)s stays as it is in this draft.", name=name), _("%(name)s is as published.", name=name)
    message = own if form.mine.data else published
    return redirect_with(message, "authoring.draft", course=course, draft_id=draft_id)


@bp.post("/author/<course>/drafts/<int:draft_id>/discard")
@authors
def discard(course: str, draft_id: int) -> ResponseReturnValue:
    """Closes a draft without publishing it."""
    form = ReasonForm()
    if not form.run_on_submit(lambda: operations.discard_draft(current_actor(), course, draft_id, form.reason.data)):
        return _draft_page(course, draft_id, None, form)
    return redirect_with(_("The draft is discarded."), "authoring.index")


def _draft_page(
    course: str, draft_id: int, new_module: NewModuleForm | None, reason: ReasonForm | None = None
) -> ResponseReturnValue:
    shown = queries.load_draft(course, draft_id)
    files = queries.list_files(shown)
    (progress,) = list_progress([shown])
    form = new_module or NewModuleForm(_modules(files), formdata=None)
    reason = reason or ReasonForm(formdata=None)
    page = render_template(
        "authoring/draft.html",
        draft=shown,
        files=files,
        checked=check_draft(shown),
        form=form,
        reason=reason,
        remove=RemoveFileForm(
            (file for path, file in files.items() if file.digest and not path.endswith("/course.yml")), formdata=None
        ),
        is_text=is_text,
        progress=progress,
        states=STATES,
        writers=writers_of_progress([progress]),
    )
    return page, 422 if form.errors or reason.errors else 200


def _modules(files: dict[str, queries.DraftedFile]) -> list[str]:
    return [
        path
        for path, file in files.items()
        if file.digest and (found := MODULE_NAME.fullmatch(path.rpartition("/")[2])) and path.count(".") == 1 and found
    ]
