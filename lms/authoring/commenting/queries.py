"""Every SELECT of comments on drafts, and the texts beside which they stand."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from lms.authoring.commenting.rules import CommentedFile, CommentThread, place_beside, thread_comments
from lms.authoring.drafts.queries import DraftedFile, list_files
from lms.authoring.feedback.queries import list_open_of_file
from lms.authoring.models import Draft, DraftComment
from lms.authoring.rules import split_paragraphs
from lms.catalogue.api import published_course, read_contents
from lms.kernel.db import session
from lms.kernel.errors import NotThere


def list_threads(draft: Draft) -> list[CommentThread]:
    """Returns the comments of a draft with their replies, the earliest first."""
    query = select(DraftComment).where(DraftComment.draft_id == draft.id).order_by(DraftComment.id)
    return thread_comments(session.scalars(query))


def load_thread(draft: Draft, comment_id: int) -> CommentThread:
    """Returns a comment of a draft with its replies; raises ``NotThere``."""
    for thread in list_threads(draft):
        if thread.comment.id == comment_id:
            return thread
    raise NotThere


def count_open_comments(draft_ids: Collection[int]) -> dict[int, int]:
    """Returns how many comments of some drafts are not resolved, by draft; drafts without any are left out."""
    last = (
        select(func.max(DraftComment.id))
        .where(DraftComment.draft_id.in_(draft_ids), DraftComment.resolves.is_not(None))
        .group_by(DraftComment.comment_id)
    )
    resolved = select(DraftComment.comment_id).where(DraftComment.id.in_(last), DraftComment.resolves.is_(True))
    query = (
        select(DraftComment.draft_id, func.count().label("comments"))
        .where(
            DraftComment.draft_id.in_(draft_ids), DraftComment.comment_id.is_(None), DraftComment.id.not_in(resolved)
        )
        .group_by(DraftComment.draft_id)
    )
    return {row.draft_id: row.comments for row in session.execute(query)}


def list_commented(draft: Draft, paths: Collection[str]) -> dict[str, CommentedFile]:
    """Returns these files of a draft, and all that have comments, with what stands beside their paragraphs, by path.

    Feedback of learners stands beside the files of open drafts only: it is about what is published now.
    """
    threads: dict[str, list[CommentThread]] = {path: [] for path in paths}
    for thread in list_threads(draft):
        threads.setdefault(thread.comment.path, []).append(thread)
    texts = _read_texts(list_files(draft), threads)
    course = published_course(draft.course) if draft.closed_at is None else None
    return {
        path: place_beside(
            path,
            split_paragraphs(path, texts.get(path, "")),
            threads[path],
            list_open_of_file(course, path) if course else (),
        )
        for path in sorted(threads)
    }


def _read_texts(files: Mapping[str, DraftedFile], paths: Collection[str]) -> dict[str, str]:
    """Returns the present texts of files by path; one that is removed has none."""
    digests = {path: digest for path in paths if path in files and (digest := files[path].digest)}
    contents = read_contents(set(digests.values()))
    return {path: contents[digest].decode(errors="replace") for path, digest in digests.items()}
