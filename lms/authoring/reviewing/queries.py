"""Every SELECT of requests for a review, and the states of drafts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.accounts.api import RoleHolder, list_role_holders
from lms.authoring.commenting.queries import count_open_comments
from lms.authoring.models import Draft, DraftReviewRequest
from lms.authoring.reviewing.rules import WAITING, ReviewState, review_state
from lms.authoring.signing_off.queries import list_authors_by_draft, list_digests, list_signoffs_by_draft
from lms.authoring.signing_off.rules import may_sign_off
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session
from lms.people.api import list_organisations_of


@dataclass(frozen=True, slots=True)
class DraftProgress:
    """An open draft, its state, the request for its review (None where none counts), and its open comments.

    ``authors`` are the accounts that began it or wrote in it.
    """

    draft: Draft
    state: ReviewState
    request: DraftReviewRequest | None
    comments: int
    authors: frozenset[int | None]

    def waits_for(self, account_id: int | None) -> bool:
        """Returns whether it waits for an account: that one was asked, or anybody who did not write it."""
        if self.state not in WAITING or self.request is None or not may_sign_off(account_id, self.authors):
            return False
        return self.request.reviewer_id in (None, account_id)


def list_progress(drafts: Sequence[Draft]) -> list[DraftProgress]:
    """Returns how far some open drafts are, in their order."""
    ids = [draft.id for draft in drafts]
    if not ids:
        return []
    requests, comments = _latest_requests(ids), count_open_comments(ids)
    digests, signoffs, authors = list_digests(drafts), list_signoffs_by_draft(ids), list_authors_by_draft(drafts)
    found = []
    for draft in drafts:
        wrote, digest, request = frozenset(authors[draft.id]), digests[draft.id], requests.get(draft.id)
        signed_off = any(
            each.digest == digest and may_sign_off(each.recorded_by, wrote) for each in signoffs.get(draft.id, ())
        )
        state = review_state(request.digest if request else None, digest, signed_off=signed_off)
        found.append(DraftProgress(draft, state, request, comments.get(draft.id, 0), wrote))
    return found


def find_request(draft: Draft) -> DraftReviewRequest | None:
    """Returns the request for a review that counts; None where there is none or it was taken back."""
    return _latest_requests([draft.id]).get(draft.id)


def list_reviewers(actor: Actor, authors: Collection[int | None]) -> list[RoleHolder]:
    """Lists who may be asked by an actor to review what some accounts wrote, by name.

    These are trainers and administrators of all organisations, and those of the organisations whose trainer the
    actor is.
    """
    organisations = list_organisations_of(actor, Role.ADMIN if actor.has(Role.ADMIN) else Role.TRAINER)
    holders = list_role_holders((Role.TRAINER, Role.ADMIN), [each.id for each in organisations], clock.today())
    found = {each.account_id: each for each in holders if may_sign_off(each.account_id, authors)}
    return sorted(found.values(), key=lambda each: (each.name, each.account_id))


def _latest_requests(draft_ids: Collection[int]) -> dict[int, DraftReviewRequest]:
    latest = (
        select(func.max(DraftReviewRequest.id))
        .where(DraftReviewRequest.draft_id.in_(draft_ids))
        .group_by(DraftReviewRequest.draft_id)
    )
    query = select(DraftReviewRequest).where(DraftReviewRequest.id.in_(latest), DraftReviewRequest.digest.is_not(None))
    return {row.draft_id: row for row in session.scalars(query)}
