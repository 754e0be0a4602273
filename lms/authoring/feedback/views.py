"""Feedback: the page on which learners send it, and the list of a course for its authors."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.assessment.api import load_attempt_for
from lms.authoring.blueprint import authors, bp
from lms.authoring.feedback import operations, queries
from lms.authoring.feedback.forms import DealtForm, FeedbackForm
from lms.authoring.feedback.labels import KIND_LABELS, FeedbackKind
from lms.catalogue.api import published_course
from lms.kernel.db import LARGEST_ID
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.people.api import sector_names
from lms.web.access import current_actor, signed_in
from lms.web.forms import form_page, redirect_with
from lms.web.language import language_of_page
from lms.web.limits import digest_of, limiter

MOST = "20 per hour"
"""How often one account may send feedback: who it is stands in no row, so nothing else stops a flood."""


@bp.route("/feedback", methods=["GET", "POST"])
@signed_in
@limiter.limit(MOST, methods=["POST"], key_func=lambda: digest_of(f"feedback of {current_actor().account_id}"))
def feedback() -> ResponseReturnValue:
    """Sends feedback about a module or about a question of a result; without either, says where to begin."""
    actor = current_actor()
    module, attempt, question = (_number(name) for name in ("module", "attempt", "question"))
    if not module and not attempt:
        return render_template("authoring/feedback_where.html")
    place = (
        queries.find_module_place(module, actor.sector)
        if module
        else queries.find_question_place(load_attempt_for(actor, attempt), question)
    )
    if place is None:
        raise NotThere
    form = FeedbackForm(place, section=request.args.get("section", ""))
    if form.run_on_submit(
        lambda: operations.record_feedback(
            place, sector=actor.sector, kind=FeedbackKind(form.kind.data), text=form.text.data or "",
            section=form.place[0], paragraph=form.place[1],
        )
    ):  # fmt: skip
        thanks = _("Thank you. The authors of the course will read it; nothing says who wrote it.")
        if place.module is None:
            return redirect_with(thanks, "learning.result", attempt_id=place.attempt_id, _anchor=f"r{place.number}")
        return redirect_with(thanks, "learning.module", course=place.course, module=place.module)
    return form_page("authoring/feedback.html", form, place=place)


def _number(name: str) -> int:
    return min(request.values.get(name, 0, type=int), LARGEST_ID)


@bp.get("/author/<course>/feedback")
@authors
def course_feedback(course: str) -> ResponseReturnValue:
    """Lists what learners said about a course beside the text that it is about."""
    shown, language = published_course(course, language_of_page()), language_of_page()
    if shown is None:
        raise NotThere
    return render_template(
        "authoring/course_feedback.html",
        course=shown,
        groups=queries.list_open(shown.course_id, [module.slug for module in shown.modules]),
        open=queries.count_open().get(shown.course_id, 0),
        most=queries.MOST_OPEN,
        dealt=queries.list_dealt(shown.course_id),
        kinds=KIND_LABELS,
        sectors=sector_names(language),
        form=DealtForm(formdata=None),
    )


@bp.post("/author/<course>/feedback/<int:feedback_id>")
@authors
def deal_with_feedback(course: str, feedback_id: int) -> ResponseReturnValue:
    """Marks feedback as dealt with."""
    shown = published_course(course)
    if shown is None:
        raise NotThere
    operations.deal_with(current_actor(), shown.course_id, feedback_id)
    return redirect_with(_("Marked as dealt with."), "authoring.course_feedback", course=course)
