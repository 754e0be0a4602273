"""What git must know of drafts and publications."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.authoring.models import Draft, DraftFile
from lms.catalogue.models import Publication, PublishedFile
from lms.kernel.db import read_rows, session


def list_waiting_paths() -> set[str]:
    """Returns the paths of files in open drafts that came from git."""
    query = (
        select(DraftFile.path)
        .join(Draft, Draft.id == DraftFile.draft_id)
        .where(Draft.closed_at.is_(None), Draft.git_commit.is_not(None))
        .distinct()
    )
    return set(session.scalars(query))


def has_draft(course: str, commit: str) -> bool:
    """Returns whether a commit was brought in as a draft of a course."""
    query = select(Draft.id).where(Draft.course == course, Draft.git_commit == commit)
    return session.scalar(query.limit(1)) is not None


def list_publications_after(publication_id: int) -> Sequence[Publication]:
    """Returns the publications after one, the oldest first."""
    return session.scalars(select(Publication).where(Publication.id > publication_id).order_by(Publication.id)).all()


def list_changes_of(publication_id: int) -> dict[str, str | None]:
    """Returns the SHA-256 of the files that a publication changed, by path; None for those it removed."""
    query = select(PublishedFile.path, PublishedFile.digest).where(PublishedFile.publication_id == publication_id)
    return {row.path: row.digest for row in read_rows(query.order_by(PublishedFile.path))}
