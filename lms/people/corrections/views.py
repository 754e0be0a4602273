"""Correction requests: HR's list and answer, and the page on which people send one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.actor import Role
from lms.kernel.errors import NotAllowed
from lms.people.corrections import operations, queries
from lms.people.corrections.forms import KIND_LABELS, CorrectionAnswerForm, CorrectionRequestForm
from lms.people.details.queries import may_correct
from lms.people.errors import AlreadyAnswered
from lms.people.merging.queries import list_employers
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed, signed_in
from lms.web.forms import form_page, offer, redirect_with
from lms.web.recorders import recorders_of


@bp.route("/my/record/wrong", methods=["GET", "POST"])
@signed_in
def request_correction() -> ResponseReturnValue:
    """Sends a correction request to HR; the answer comes to the person's own page."""
    actor = current_actor()
    if actor.person_id is None:
        raise NotAllowed
    form = CorrectionRequestForm()
    employers = list_employers(actor.person_id)
    offer(form.organisation, ((each.id, each.name) for each in employers))
    if form.run_on_submit(
        lambda: operations.request_correction(
            actor, organisation_id=form.organisation.data, kind=form.kind.data, text=form.text.data
        )
    ):
        return redirect_with(_("Your request has been sent to HR. You will see the answer on this page."), "home.my")
    return form_page("people/request_correction.html", form, employers=employers)


@bp.get("/people/queries")
@role_needed(Role.HR)
def correction_requests() -> ResponseReturnValue:
    """Lists open correction requests, the oldest first, or answered ones."""
    answered = request.args.get("answered") == "1"
    page = queries.list_correction_requests(
        current_actor(), answered=answered, page=request.args.get("page", 1, type=int)
    )
    return render_template(
        "people/correction_requests.html",
        page=page,
        answered=answered,
        kinds=KIND_LABELS,
        recorders=recorders_of(each.answer for each in page.items),
    )


@bp.route("/people/queries/<int:query_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def answer(query_id: int) -> ResponseReturnValue:
    """Shows a correction request with links to the record, and answers it."""
    actor = current_actor()
    listed = queries.load_correction_request_for(actor, query_id)
    form = CorrectionAnswerForm()
    if listed.answer is None and form.validate_on_submit():
        try:
            operations.answer_correction_request(actor, listed.request, text=form.text.data)
        except AlreadyAnswered as error:
            flash(error.message, "soon")
            return redirect(url_for("people.correction_requests"), 303)
        return redirect_with(_("The person can now read your answer on their page."), "people.correction_requests")
    return form_page(
        "people/correction_request.html",
        form,
        listed=listed,
        kinds=KIND_LABELS,
        may_correct=may_correct(actor, listed.request.person_id),
        recorders=recorders_of([listed.answer]),
    )
