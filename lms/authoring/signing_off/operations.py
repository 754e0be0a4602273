"""Signs off a draft, and asks for it before publishing."""

from lms.audit.api import record
from lms.authoring.drafts.operations import load_open_draft
from lms.authoring.models import Draft, DraftSignoff
from lms.authoring.signing_off.errors import NeedsSignoff, OwnDraft, TextChanged
from lms.authoring.signing_off.queries import draft_digest, list_authors, list_signoffs
from lms.authoring.signing_off.rules import may_sign_off
from lms.kernel import records
from lms.kernel.actor import Actor
from lms.kernel.config import current_settings


def sign_off(actor: Actor, course: str, draft_id: int, digest: str, note: str) -> DraftSignoff:
    """Records that the actor has read the text with this digest and agrees; signing it twice changes nothing.

    Raises ``DraftClosed``, ``OwnDraft``, and ``TextChanged`` where the draft has another text by now.
    """
    draft = load_open_draft(course, draft_id)
    authors = list_authors(draft)
    if not may_sign_off(actor.account_id, authors):
        raise OwnDraft
    if digest != draft_digest(draft):
        raise TextChanged
    for given in list_signoffs(draft):
        if given.digest == digest and given.recorded_by == actor.account_id:
            return given
    row = records.add(actor, DraftSignoff(draft_id=draft.id, digest=digest, note=note))
    record(actor, "authoring.sign_off", "draft", draft.id, reason=note)
    return row


def require_signoff(draft: Draft) -> None:
    """Raises ``NeedsSignoff`` where this installation asks for one and nobody has signed off the present text.

    Who has signed off and written in the draft since does not count: their text needs another reader.
    """
    if not current_settings().review_required:
        return
    digest, authors = draft_digest(draft), list_authors(draft)
    if not any(each.digest == digest and may_sign_off(each.recorded_by, authors) for each in list_signoffs(draft)):
        raise NeedsSignoff
