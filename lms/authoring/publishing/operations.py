"""Publishes a draft: all of it or nothing, in the caller's transaction."""

from lms.authoring.drafts.operations import load_open_draft
from lms.authoring.drafts.queries import list_files, read_draft
from lms.authoring.git.jobs import put_synchronisation
from lms.authoring.publishing.errors import DraftOutdated, HasErrors, NothingToPublish
from lms.catalogue.api import PublicationResult, lock_publishing, publish_files
from lms.kernel import clock
from lms.kernel.actor import Actor


def publish_draft(actor: Actor, course: str, draft_id: int, reason: str) -> PublicationResult:
    """Publishes a draft and closes it.

    Raises ``DraftClosed``, ``NothingToPublish``, ``DraftOutdated`` where a file was published by somebody else since
    it was drafted, and ``HasErrors``.
    """
    # Before anything is read: what somebody else publishes meanwhile would be undone.
    lock_publishing()
    draft = load_open_draft(course, draft_id)
    files = list_files(draft).values()
    if not any(file.is_changed for file in files):
        raise NothingToPublish
    if any(file.is_outdated for file in files):
        raise DraftOutdated
    result = publish_files(read_draft(draft), actor, reason)
    if result.refused or result.publication_id is None:
        raise HasErrors
    draft.closed_at, draft.publication_id = clock.now(), result.publication_id
    put_synchronisation(result.publication_id)
    return result
