"""The page of one publication of a course: who published it and why, what it changed, and the way back to it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.commenting.queries import list_commented
from lms.authoring.commenting.views import beside
from lms.authoring.drafts.queries import find_published_draft
from lms.authoring.history.operations import begin_restoring
from lms.authoring.publishing.labels import KINDS, name_place
from lms.catalogue.api import list_differences, list_file_changes, read_files_at
from lms.kernel.errors import NotThere, Refusal
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.forms import redirect_with
from lms.web.recorders import recorders_of


@bp.get("/author/<course>/publications/<int:publication_id>")
@authors
def publication(course: str, publication_id: int) -> ResponseReturnValue:
    """Shows what a publication changed of a course, in words."""
    changes = [change for change in list_file_changes(course) if change.publication_id == publication_id]
    if not changes:
        raise NotThere
    before, after = (read_files_at(course, number) for number in (publication_id - 1, publication_id))
    draft = find_published_draft(course, publication_id)
    commented = list_commented(draft, ()) if draft else {}
    return render_template(
        "authoring/publication.html",
        slug=course,
        change=changes[0],
        differences=list_differences(before, after, course) if before else [],
        changes=changes,
        recorders=recorders_of(changes[:1]),
        name_place=name_place,
        kinds=KINDS,
        draft=draft,
        commented=commented,
        **beside([thread for file in commented.values() for thread in file.threads]),
    )


@bp.post("/author/<course>/publications/<int:publication_id>/restore")
@authors
def restore_publication(course: str, publication_id: int) -> ResponseReturnValue:
    """Begins a draft with the files as they were after a publication."""
    try:
        draft = begin_restoring(current_actor(), course, publication_id)
    except Refusal as error:
        if error.status == 404:
            raise
        flash(error.message, "late")
        return redirect(url_for("authoring.publication", course=course, publication_id=publication_id), 303)
    message = _("The draft has the files as they were. Look at what changes, then publish it.")
    return redirect_with(message, "authoring.review_draft", course=course, draft_id=draft.id)
