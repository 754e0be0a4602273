"""The addresses at which an author asks for the review of a draft, or takes that back."""

from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts.queries import load_draft
from lms.authoring.reviewing import operations
from lms.authoring.reviewing.forms import ReviewRequestForm
from lms.authoring.reviewing.queries import list_reviewers
from lms.authoring.signing_off.queries import list_authors
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.forms import form_page, redirect_with


@bp.route("/author/<course>/drafts/<int:draft_id>/ask", methods=["GET", "POST"])
@authors
def ask_for_review(course: str, draft_id: int) -> ResponseReturnValue:
    """Asks for the review of a draft."""
    draft, actor = load_draft(course, draft_id), current_actor()
    form = ReviewRequestForm(list_reviewers(actor, list_authors(draft)))
    if form.run_on_submit(
        lambda: operations.ask_for_review(
            actor, course, draft_id, int(form.reviewer.data) if form.reviewer.data else None, form.note.data or ""
        )
    ):
        message = _("The draft is in review.")
        return redirect_with(message, "authoring.review_draft", course=course, draft_id=draft_id)
    return form_page("authoring/ask_for_review.html", form, draft=draft)


@bp.post("/author/<course>/drafts/<int:draft_id>/ask/withdraw")
@authors
def withdraw_review(course: str, draft_id: int) -> ResponseReturnValue:
    """Takes the request for a review back."""
    operations.withdraw_request(current_actor(), course, draft_id)
    message = _("The draft is no longer in review.")
    return redirect_with(message, "authoring.review_draft", course=course, draft_id=draft_id)
