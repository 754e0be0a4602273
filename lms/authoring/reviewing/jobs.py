"""The e-mail to whoever was asked to review a draft; whether it is still true is judged when it is sent."""

from flask import render_template
from flask_babel import force_locale, gettext as _

from lms.accounts.api import load_account_names
from lms.authoring.models import Draft, DraftReviewRequest
from lms.authoring.reviewing.operations import KIND
from lms.authoring.reviewing.queries import list_progress, list_reviewers
from lms.catalogue.api import published_course
from lms.kernel import mail, outbox
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session
from lms.web.emails import address_of, language_for


@outbox.handler(KIND, quick=True)
def send_request(payload: dict[str, int]) -> None:
    """Sends one e-mail. Raises ``MailServerMissing`` and ``NoLongerTrue``."""
    mail.require_server()
    with reading():
        email = write_request(**payload)
    mail.send(*email)


def write_request(request_id: int) -> tuple[str, str, str, str]:
    """Writes to whoever was asked: address, subject, body, language.

    Raises ``NoLongerTrue`` where the draft is closed, signed off or waits for somebody else, and where they may not
    review it any more or have no e-mail.
    """
    request = session.get_one(DraftReviewRequest, request_id)
    draft = session.get_one(Draft, request.draft_id)
    (progress,) = list_progress([draft])
    reviewers = [each for each in list_reviewers(SYSTEM, progress.authors) if each.account_id == request.reviewer_id]
    waits = draft.closed_at is None and progress.request is request and progress.waits_for(request.reviewer_id)
    if not reviewers or not reviewers[0].email or not waits:
        raise outbox.NoLongerTrue
    to, address = reviewers[0], reviewers[0].email
    language = language_for(to.language)
    with force_locale(language):
        course = published_course(draft.course, language)
        body = render_template(
            "authoring/email/review.txt",
            name=to.name,
            author=load_account_names([request.recorded_by or 0]).get(request.recorded_by or 0, ""),
            course=course.title if course else draft.course,
            draft=draft.title,
            note=request.note,
            link=address_of("authoring.review_draft", course=draft.course, draft_id=str(draft.id)),
        )
        return address, _("A draft waits for your review"), body, language
