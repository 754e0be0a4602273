"""Asks for the review of a draft, and takes that back."""

from lms.audit.api import record
from lms.authoring.drafts.operations import load_open_draft
from lms.authoring.drafts.queries import list_files
from lms.authoring.models import DraftReviewRequest
from lms.authoring.reviewing.errors import NoReviewer, NothingToReview
from lms.authoring.reviewing.queries import find_request, list_reviewers
from lms.authoring.signing_off.queries import draft_digest, list_authors
from lms.kernel import outbox, records
from lms.kernel.actor import Actor

KIND = "authoring.review"
"""The kind of the e-mail to whoever was asked."""


def ask_for_review(actor: Actor, course: str, draft_id: int, reviewer_id: int | None, note: str) -> DraftReviewRequest:
    """Asks an account, or anybody (None), to review the present text of a draft; the same again changes nothing.

    Whoever is asked gets an e-mail. Raises ``DraftClosed``, ``NothingToReview`` and ``NoReviewer``.
    """
    draft = load_open_draft(course, draft_id)
    if not any(file.is_changed for file in list_files(draft).values()):
        raise NothingToReview
    if reviewer_id and all(each.account_id != reviewer_id for each in list_reviewers(actor, list_authors(draft))):
        raise NoReviewer
    digest, last = draft_digest(draft), find_request(draft)
    if last is not None and (last.reviewer_id, last.digest, last.note) == (reviewer_id, digest, note):
        return last
    row = DraftReviewRequest(draft_id=draft.id, reviewer_id=reviewer_id, digest=digest, note=note)
    records.add(actor, row)
    record(actor, "authoring.ask_for_review", "draft", draft.id, reason=note)
    if reviewer_id:
        outbox.put(KIND, f"review:{row.id}", {"request_id": row.id})
    return row


def withdraw_request(actor: Actor, course: str, draft_id: int) -> None:
    """Takes the request for a review back; where there is none nothing changes. Raises ``DraftClosed``."""
    draft = load_open_draft(course, draft_id)
    if find_request(draft) is not None:
        records.add(actor, DraftReviewRequest(draft_id=draft.id))
        record(actor, "authoring.withdraw_review", "draft", draft.id)
