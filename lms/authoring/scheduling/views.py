"""The addresses at which a draft gets its day, or loses it."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lms.authoring.blueprint import authors, bp
from lms.authoring.scheduling.forms import ScheduleForm
from lms.authoring.scheduling.operations import cancel_schedule, schedule_draft
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.formatting import day
from lms.web.forms import form_page


@bp.route("/author/<course>/drafts/<int:draft_id>/schedule", methods=["GET", "POST"])
@authors
def schedule(course: str, draft_id: int) -> ResponseReturnValue:
    """Chooses the day on which a draft is published."""
    form = ScheduleForm()
    row = form.result_on_submit(
        lambda: schedule_draft(current_actor(), course, draft_id, form.publish_on.data, form.reason.data)
    )
    if row is None:
        return form_page("authoring/schedule.html", form, course=course, draft_id=draft_id)
    flash(_("It will be published on %(day)s.", day=day(form.publish_on.data)), "good")
    return _back(course, draft_id)


@bp.post("/author/<course>/drafts/<int:draft_id>/schedule/cancel")
@authors
def cancel_publication(course: str, draft_id: int) -> ResponseReturnValue:
    """Takes a draft's day away."""
    cancel_schedule(current_actor(), course, draft_id)
    flash(_("It will not be published on that day."), "good")
    return _back(course, draft_id)


def _back(course: str, draft_id: int) -> Response:
    return redirect(url_for("authoring.review_draft", course=course, draft_id=draft_id), 303)
