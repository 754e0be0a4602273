"""Pages where a course file is written: the text, its problems, its preview, its versions."""

from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.commenting.queries import list_commented
from lms.authoring.commenting.views import beside
from lms.authoring.drafts import operations, queries
from lms.authoring.drafts.check import check_file, find_drafted_module
from lms.authoring.drafts.errors import EditConflict
from lms.authoring.drafts.preview import render_drafted
from lms.authoring.drafts.rules import restore_line_ends
from lms.authoring.editor.conflicts import Conflict, require_no_marks
from lms.authoring.editor.forms import PreviewForm, RestoreForm, TextForm
from lms.authoring.editor.texts import (
    EditedFile,
    block_labels,
    describe_problems,
    editor_phrases,
    load_edited,
    script_texts,
)
from lms.authoring.publishing.labels import KINDS, name_place
from lms.catalogue.api import list_differences, list_sectors
from lms.kernel.errors import NotThere, Refusal, require_found
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.errors import wants_json
from lms.web.forms import offer, redirect_with
from lms.web.headers import allow_on_this_page, style_nonce
from lms.web.language import direction_of, language_of_page
from lms.web.recorders import recorders_of

DRAFT = "/author/<course>/drafts/<int:draft_id>"


@bp.route(f"{DRAFT}/files/<path:path>", methods=["GET", "POST"])
@authors
def edit(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Shows a file as text, and saves it; a script that saves while somebody writes is answered with JSON."""
    edited = load_edited(course, draft_id, path)
    form = TextForm(text=edited.saved, version=edited.file.version, author=current_actor().account_id)
    if not form.validate_on_submit():
        return _edit_page(edited, form)
    try:
        saved = _save(edited, form)
    except EditConflict:
        return _conflict(edited, form)
    except Refusal as refusal:
        if wants_json():
            raise
        form.add_error(refusal)
        return _edit_page(edited, form)
    if wants_json():
        return jsonify(version=saved.version)
    following = "authoring.preview" if form.preview.data else "authoring.edit"
    return redirect_with(_("Saved."), following, course=course, draft_id=draft_id, path=path)


@bp.post(f"{DRAFT}/check/<path:path>")
@authors
def check(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Returns the problems of a text that is being written."""
    edited = load_edited(course, draft_id, path)
    data = restore_line_ends(request.form.get("text", ""), edited.saved).encode()
    return jsonify(problems=describe_problems(check_file(edited.draft, path, data)))


@bp.get(f"{DRAFT}/preview/<path:path>")
@authors
def preview(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Shows a module of a draft in a frame: as somebody of a sector, on a phone, dark or right to left."""
    draft = queries.load_draft(course, draft_id)
    allow_on_this_page(frame_src="'self'")
    return render_template("authoring/preview.html", draft=draft, path=path, form=_preview_form())


@bp.get(f"{DRAFT}/page/<path:path>")
@authors
def previewed(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Shows a module of a draft alone, as learners of a sector would see it; for the frame of a preview."""
    draft, language, form = queries.load_draft(course, draft_id), language_of_page(), _preview_form()
    allow_on_this_page(frame_ancestors="'self'")
    sectors = list_sectors()
    try:
        module = find_drafted_module(draft, path)
    except NotThere:
        return render_template("authoring/previewed.html", module=None, written=direction_of(language), look="")
    own = form.sector.data if form.sector.data in {sector.slug for sector in sectors} else sectors[0].slug
    return render_template(
        "authoring/previewed.html",
        module=module,
        body=render_drafted(draft, module, own, language),
        written=form.direction.data or direction_of(module.language),
        look=form.look.data,
    )


@bp.get(f"{DRAFT}/versions/<path:path>")
@authors
def versions(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Lists the versions of a file in a draft."""
    edited = load_edited(course, draft_id, path)
    found = queries.list_versions(edited.draft, path)
    return render_template("authoring/versions.html", edited=edited, versions=found, recorders=recorders_of(found))


@bp.get(f"{DRAFT}/versions/<int:number>/<path:path>")
@authors
def version(course: str, draft_id: int, path: str, number: int) -> ResponseReturnValue:
    """Shows an older version of a file, and what differs from what is saved now."""
    edited = load_edited(course, draft_id, path)
    text, files = edited.version_text(number), queries.read_draft(edited.draft)
    return render_template(
        "authoring/version.html",
        edited=edited,
        number=number,
        text=text,
        differences=list_differences({**files, path: text.encode()}, files, course),
        kinds=KINDS,
        name_place=name_place,
        form=RestoreForm(number=number, version=edited.file.version),
    )


@bp.post(f"{DRAFT}/restore/<path:path>")
@authors
def restore(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Saves an older version of a file as the next one."""
    form = RestoreForm()
    if not form.validate_on_submit():
        raise NotThere
    edited, number = load_edited(course, draft_id, path), form.number.data or 0
    data = require_found(queries.read_version(edited.draft, path, number))
    operations.save_file(current_actor(), course, draft_id, path, data, version=form.version.data or 0)
    message = _("Version %(number)s is saved again, as the latest one.", number=number)
    return redirect_with(message, "authoring.edit", course=course, draft_id=draft_id, path=path)


def _save(edited: EditedFile, form: TextForm) -> queries.DraftedFile:
    """Saves what was written; a script's save only for who began to write, as others may have signed in since."""
    actor, file = current_actor(), edited.file
    if wants_json() and form.author.data != actor.account_id:
        abort(401)
    require_no_marks(form.text.data or "")
    data = restore_line_ends(form.text.data or "", edited.saved).encode()
    seen = file.published if file.is_outdated and form.base.data == file.published else None
    course, draft_id, opened = edited.draft.course, edited.draft.id, form.version.data or 0
    return operations.save_file(actor, course, draft_id, edited.path, data, version=opened, base=seen)


def _edit_page(edited: EditedFile, form: TextForm, conflict: Conflict | None = None) -> ResponseReturnValue:
    status = 409 if conflict else 422 if form.errors else 200
    conflict = conflict or _conflict_before(edited, form)
    allow_on_this_page(frame_src="'self'")
    data = restore_line_ends(form.text.data or "", edited.saved).encode()
    commented = list_commented(edited.draft, [edited.path])[edited.path]
    page = render_template(
        "authoring/edit.html",
        edited=edited,
        form=form,
        problems=check_file(edited.draft, edited.path, data),
        conflict=conflict,
        line=request.args.get("line", type=int),
        preview=_preview_form(),
        blocks=block_labels(),
        texts=script_texts(),
        phrases=editor_phrases(),
        nonce=style_nonce(),
        commented=commented,
        **beside(commented.threads),
    )
    return page, status


def _conflict(edited: EditedFile, form: TextForm) -> ResponseReturnValue:
    """Answers a text that was written from an older version with what was saved since, and both put together."""
    opened, mine = form.version.data or 0, form.text.data or ""
    conflict = Conflict(_version_text(edited, opened), edited.saved, mine)
    if wants_json():
        theirs = conflict.theirs.replace("\r\n", "\n")
        return jsonify(version=edited.file.version, theirs=theirs, base=conflict.base, merged=conflict.merged), 409
    for field, value in ((form.version, edited.file.version), (form.opened, opened)):
        field.data, field.raw_data = value, None
    form.text.data, form.mine.data, form.base.data = conflict.merged, mine, ""
    return _edit_page(edited, form, conflict)


def _conflict_before(edited: EditedFile, form: TextForm) -> Conflict | None:
    """Returns the conflict that a text was refused in, or that this file is in since another draft was published."""
    mine = form.mine.data or ""
    if form.opened.data is not None:
        base, theirs = (_version_text(edited, each.data or 0) for each in (form.opened, form.version))
        return Conflict(base, theirs, mine)
    conflict = edited.published_conflict
    if conflict is None:
        return None
    form.base.data = edited.file.published
    if not form.is_submitted():
        form.text.data, form.mine.data = conflict.merged, conflict.mine
        return conflict
    return Conflict(conflict.base, conflict.theirs, mine)


def _version_text(edited: EditedFile, number: int) -> str:
    return edited.version_text(number) if 0 <= number < edited.file.version else edited.saved


def _preview_form() -> PreviewForm:
    form, language = PreviewForm(request.args), language_of_page()
    offer(form.sector, [(sector.slug, sector.short_name(language)) for sector in list_sectors()])
    return form
