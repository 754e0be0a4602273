"""Publishes a draft: all of it or nothing, in the caller's transaction."""

from collections.abc import Sequence

from lms.authoring.drafts.operations import load_open_draft, save_file
from lms.authoring.drafts.queries import find_file, list_files, read_draft
from lms.authoring.git.jobs import put_synchronisation
from lms.authoring.publishing.editions import with_edition
from lms.authoring.publishing.errors import DraftOutdated, EditionNotRaised, HasErrors, NeedsEdition, NothingToPublish
from lms.authoring.publishing.preview import edition_of
from lms.authoring.signing_off.operations import require_signoff
from lms.catalogue.api import PublicationResult, lock_publishing, publish_files, read_published_files
from lms.kernel import clock
from lms.kernel.actor import Actor


def publish_draft(actor: Actor, course: str, draft_id: int, reason: str) -> PublicationResult:
    """Publishes a draft and closes it.

    Raises ``DraftClosed``, ``NothingToPublish``, ``DraftOutdated`` where a file was published by somebody else since
    it was drafted, ``HasErrors``, ``NeedsSignoff``, and ``NeedsEdition`` where the meaning changes within an edition.
    """
    # Before anything is read: what somebody else publishes meanwhile would be undone.
    lock_publishing()
    draft = load_open_draft(course, draft_id)
    files = list_files(draft).values()
    if not any(file.is_changed for file in files):
        raise NothingToPublish
    if any(file.is_outdated for file in files):
        raise DraftOutdated
    require_signoff(draft)
    result = publish_files(read_draft(draft), actor, reason)
    if result.refused:
        # Numbers are counted only once no file has an error.
        raise NeedsEdition if result.counts else HasErrors
    if result.publication_id is None:
        raise NothingToPublish
    draft.closed_at, draft.publication_id = clock.now(), result.publication_id
    put_synchronisation(result.publication_id)
    return result


def raise_edition(actor: Actor, course: str, draft_id: int, modules: Sequence[str], note: str) -> int:
    """Raises the edition of a draft's course above the published one, and returns it.

    ``modules`` are those that somebody with a certificate must read, by slug; without any, all are read again. Where
    the draft has raised it already nothing changes. Raises ``DraftClosed`` and ``EditionNotRaised``.
    """
    draft = load_open_draft(course, draft_id)
    files = read_draft(draft)
    path = f"modules/{course}/course.yml"
    found, published = edition_of(files, course), edition_of(read_published_files(), course)
    if found is None or published is None:
        raise EditionNotRaised
    if found > published:
        return found
    text = with_edition(files[path].decode(), published + 1, modules, note)
    if text is None or edition_of(files | {path: text.encode()}, course) != published + 1:
        raise EditionNotRaised
    save_file(actor, course, draft_id, path, text.encode(), version=find_file(draft, path).version)
    return published + 1
