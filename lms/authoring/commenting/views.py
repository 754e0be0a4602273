"""Pages on which the text of a draft is read paragraph by paragraph, with comments, and on which they are answered."""

from collections.abc import Iterable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.commenting import operations, queries
from lms.authoring.commenting.forms import CommentForm, ReplyForm
from lms.authoring.commenting.rules import CommentThread
from lms.authoring.drafts.queries import find_file, load_draft
from lms.authoring.drafts.rules import is_file_of_course, is_text
from lms.authoring.feedback.labels import KIND_LABELS
from lms.authoring.rules import find_paragraph
from lms.authoring.writers import writers_of
from lms.catalogue.api import compare_words
from lms.kernel.errors import NotThere, Refusal
from lms.kernel.i18n import gettext as _
from lms.people.api import sector_names
from lms.web.access import current_actor
from lms.web.forms import redirect_with
from lms.web.language import language_of_page

DRAFT = "/author/<course>/drafts/<int:draft_id>"


@bp.route(f"{DRAFT}/comments/<path:path>", methods=["GET", "POST"])
@authors
def comments(course: str, draft_id: int, path: str) -> ResponseReturnValue:
    """Shows a file of a draft paragraph by paragraph, with its comments, and adds one."""
    draft = load_draft(course, draft_id)
    if not is_file_of_course(path, course) or not is_text(path):
        raise NotThere
    form = CommentForm(place=request.args.get("on", ""), version=find_file(draft, path).version)
    if form.validate_on_submit():
        try:
            added = operations.add_comment(
                current_actor(), course, draft_id, path,
                version=form.version.data or 0, place=form.place.data or "", text=form.text.data or "",
            )  # fmt: skip
        except Refusal as refusal:
            _show_refusal(form, refusal)
        else:
            place = {"course": course, "draft_id": draft_id, "path": path, "_anchor": f"comment-{added.id}"}
            return redirect_with(_("The comment is sent."), "authoring.comments", **place)
    commented = queries.list_commented(draft, [path])[path]
    if not commented.paragraphs and not commented.threads:
        raise NotThere
    page = render_template(
        "authoring/comments.html", form=form, draft=draft, commented=commented, **beside(commented.threads)
    )
    return page, _status(form)


@bp.route(f"{DRAFT}/comments/<int:comment_id>", methods=["GET", "POST"])
@authors
def comment(course: str, draft_id: int, comment_id: int) -> ResponseReturnValue:
    """Shows a comment with the paragraph as it was and as it is now, and replies to it or resolves it."""
    draft = load_draft(course, draft_id)
    thread = queries.load_thread(draft, comment_id)
    form = ReplyForm()
    if form.validate_on_submit():
        resolves = True if form.resolve.data else False if form.reopen.data else None
        try:
            operations.reply(current_actor(), course, draft_id, comment_id, form.text.data or "", resolves=resolves)
        except Refusal as refusal:
            _show_refusal(form, refusal)
        else:
            said = {True: _("The comment is resolved."), False: _("The comment is open again."), None: _("Sent.")}
            place = {"course": course, "draft_id": draft_id, "comment_id": comment_id}
            return redirect_with(said[resolves], "authoring.comment", **place)
    paragraphs = queries.list_commented(draft, ())[thread.comment.path].paragraphs
    number = find_paragraph(paragraphs, thread.comment.place, thread.comment.paragraph)
    now = None if number is None else paragraphs[number]
    page = render_template(
        "authoring/comment.html",
        form=form,
        draft=draft,
        thread=thread,
        now=now,
        pieces=compare_words(thread.comment.paragraph, now.text) if now and not thread.is_about(now) else (),
        **beside([thread]),
    )
    return page, _status(form)


def beside(threads: Iterable[CommentThread], *rows: Iterable[object]) -> dict[str, object]:
    """Returns what templates say of comments and of feedback: who wrote these and other rows, kinds and sectors."""
    written = [row for thread in threads for row in (thread.comment, *thread.replies)]
    return {
        "writers": writers_of([*written, *(row for more in rows for row in more)]),
        "feedback_kinds": KIND_LABELS,
        "sectors": sector_names(language_of_page()),
    }


def _show_refusal(form: CommentForm | ReplyForm, refusal: Refusal) -> None:
    """Shows why it was refused above what was typed."""
    if refusal.status == 404:
        raise refusal
    form.add_error(refusal)


def _status(form: CommentForm | ReplyForm) -> int:
    return 422 if form.errors else 200
