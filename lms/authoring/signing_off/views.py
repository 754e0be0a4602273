"""The address at which a reviewer signs off a draft."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.signing_off.forms import SignoffForm
from lms.authoring.signing_off.operations import sign_off as record_signoff
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor


@bp.post("/author/<course>/drafts/<int:draft_id>/sign-off")
@authors
def sign_off(course: str, draft_id: int) -> ResponseReturnValue:
    """Signs off the present text of a draft."""
    form = SignoffForm()
    if form.validate_on_submit():
        try:
            record_signoff(current_actor(), course, draft_id, form.digest.data or "", form.note.data or "")
        except Refusal as error:
            if error.status == 404:
                raise
            flash(error.message, "late")
        else:
            flash(_("Signed off: it holds for exactly this text."), "good")
    else:
        flash(_("Write at most 500 characters."), "late")
    return redirect(url_for("authoring.review_draft", course=course, draft_id=draft_id), 303)
