"""Every SELECT of sign-offs."""

from collections.abc import Sequence

from sqlalchemy import func, select

from lms.authoring.drafts.queries import list_files
from lms.authoring.models import Draft, DraftFile, DraftSignoff
from lms.authoring.signing_off.rules import digest_of
from lms.catalogue.models import CourseRevision
from lms.kernel.db import session


def draft_digest(draft: Draft) -> str:
    """Returns what identifies the present text of a draft."""
    return digest_of({path: file.digest for path, file in list_files(draft).items() if file.is_changed})


def list_signoffs(draft: Draft) -> Sequence[DraftSignoff]:
    """Returns the sign-offs of a draft, the latest first."""
    query = select(DraftSignoff).where(DraftSignoff.draft_id == draft.id).order_by(DraftSignoff.id.desc())
    return session.scalars(query).all()


def list_signoffs_of(revision_id: int) -> Sequence[DraftSignoff]:
    """Returns the sign-offs of the text that a course revision was published with, the earliest first.

    One that was followed by another version of any file is not of that text.
    """
    last = select(func.max(DraftFile.recorded_at)).where(DraftFile.draft_id == DraftSignoff.draft_id).scalar_subquery()
    query = (
        select(DraftSignoff)
        .join(Draft, Draft.id == DraftSignoff.draft_id)
        .join(CourseRevision, CourseRevision.publication_id == Draft.publication_id)
        .where(CourseRevision.id == revision_id, DraftSignoff.recorded_at >= last)
        .order_by(DraftSignoff.id)
    )
    return session.scalars(query).all()


def list_authors(draft: Draft) -> set[int | None]:
    """Returns the accounts that began a draft or saved a version in it."""
    query = select(DraftFile.recorded_by).where(DraftFile.draft_id == draft.id).distinct()
    return {draft.recorded_by, *session.scalars(query)}
