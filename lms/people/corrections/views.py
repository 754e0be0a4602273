"""What people say is wrong in their record: HR's list, and the answer to each."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel.actor import Role
from lms.people.corrections import operations, queries
from lms.people.corrections.forms import KIND_LABELS, CorrectionAnswerForm
from lms.people.errors import AlreadyAnswered
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed


@bp.get("/people/queries")
@role_needed(Role.HR)
def record_queries_list() -> ResponseReturnValue:
    """Lists what waits for an answer, the oldest first, or what was answered."""
    answered = request.args.get("answered") == "1"
    page = queries.list_queries_for(
        current_actor(), answered=answered, page=request.args.get("page", 1, type=int)
    )
    return render_template("people/queries.html", page=page, answered=answered, kinds=KIND_LABELS)


@bp.route("/people/queries/<int:query_id>", methods=["GET", "POST"])
@role_needed(Role.HR)
def answer(query_id: int) -> ResponseReturnValue:
    """Shows one message with what the record says, and answers it."""
    actor = current_actor()
    asked = queries.load_query_for(actor, query_id)
    form = CorrectionAnswerForm()
    if asked.answer is None and form.validate_on_submit():
        try:
            operations.answer_query(actor, asked.query, said=form.text.data)
        except AlreadyAnswered as refusal:
            flash(refusal.message, "soon")
        else:
            flash(_("The answer is on the person's page."), "good")
        return redirect(url_for("people.record_queries_list"), 303)
    return render_template(
        "people/query.html", form=form, asked=asked, kinds=KIND_LABELS
    ), 422 if form.errors else 200
