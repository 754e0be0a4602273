"""The page that publishes a draft."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import bp
from lms.authoring.publishing.operations import publish_draft
from lms.kernel.actor import Role
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor, role_needed
from lms.web.forms import ReasonForm, redirect_with


@bp.post("/author/<course>/drafts/<int:draft_id>/publish")
@role_needed(Role.TRAINER, Role.ADMIN)
def publish(course: str, draft_id: int) -> ResponseReturnValue:
    """Publishes a draft."""
    form = ReasonForm()
    if not form.validate_on_submit():
        flash(_("Say why, in a few words."), "late")
        return redirect(url_for("authoring.draft", course=course, draft_id=draft_id), 303)
    try:
        publish_draft(current_actor(), course, draft_id, form.reason.data)
    except Refusal as error:
        if error.status == 404:
            raise
        flash(error.message, "late")
        return redirect(url_for("authoring.draft", course=course, draft_id=draft_id), 303)
    return redirect_with(_("Published: learners see it from now on."), "authoring.course", course=course)
