"""Adds comments, replies to them and resolves them. Nothing of it is changed or removed."""

from lms.audit.api import record
from lms.authoring.commenting.errors import NothingSaid, ParagraphGone
from lms.authoring.commenting.queries import list_threads, load_thread
from lms.authoring.drafts.operations import load_open_draft
from lms.authoring.drafts.queries import read_version
from lms.authoring.models import DraftComment
from lms.authoring.rules import split_paragraphs
from lms.kernel import records
from lms.kernel.actor import Actor


def add_comment(
    actor: Actor, course: str, draft_id: int, path: str, *, version: int, place: str, text: str
) -> DraftComment:
    """Adds a comment on a paragraph of a file as it was read, in this version; the same one twice is one.

    Raises ``DraftClosed``, ``NotThere`` where there is no such version, and ``ParagraphGone``.
    """
    draft = load_open_draft(course, draft_id)
    read = (read_version(draft, path, version) or b"").decode(errors="replace")
    paragraph = next((each for each in split_paragraphs(path, read) if each.key == place), None)
    if paragraph is None:
        raise ParagraphGone
    for thread in list_threads(draft):
        given = thread.comment
        if (given.recorded_by, given.path, given.place, given.text) == (actor.account_id, path, place, text):
            return given
    row = DraftComment(draft_id=draft.id, path=path, place=place, paragraph=paragraph.text, text=text)
    record(actor, "authoring.comment", "draft", draft.id, path=path)
    return records.add(actor, row)


def reply(
    actor: Actor, course: str, draft_id: int, comment_id: int, text: str, *, resolves: bool | None = None
) -> DraftComment:
    """Replies to a comment, resolves it or opens it again, or both; doing the same twice changes nothing.

    Returns the comment. Raises ``DraftClosed``, ``NotThere`` and ``NothingSaid``.
    """
    draft = load_open_draft(course, draft_id)
    thread = load_thread(draft, comment_id)
    if resolves == thread.is_resolved:
        resolves = None
    elif not text and resolves is None:
        raise NothingSaid
    last = thread.replies[-1] if thread.replies else thread.comment
    if resolves is None and (not text or (last.recorded_by, last.text) == (actor.account_id, text)):
        return thread.comment
    row = DraftComment(draft_id=draft.id, path=thread.comment.path, comment_id=comment_id, text=text, resolves=resolves)
    acts = {True: "authoring.resolve_comment", False: "authoring.reopen_comment", None: "authoring.comment"}
    record(actor, acts[resolves], "draft", draft.id, path=thread.comment.path)
    records.add(actor, row)
    return thread.comment
