"""Every SELECT of sign-offs."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from lms.authoring.drafts.queries import list_files_of
from lms.authoring.models import Draft, DraftFile, DraftSignoff
from lms.authoring.signing_off.rules import digest_of
from lms.catalogue.models import CourseRevision
from lms.kernel.db import session


def draft_digest(draft: Draft) -> str:
    """Returns what identifies the present text of a draft."""
    return list_digests([draft])[draft.id]


def list_digests(drafts: Collection[Draft]) -> dict[int, str]:
    """Returns what identifies the present texts of drafts, by draft."""
    return {
        draft_id: digest_of({path: file.digest for path, file in files.items() if file.is_changed})
        for draft_id, files in list_files_of(drafts).items()
    }


def list_signoffs(draft: Draft) -> Sequence[DraftSignoff]:
    """Returns the sign-offs of a draft, the latest first."""
    return list_signoffs_by_draft([draft.id]).get(draft.id, [])


def list_signoffs_by_draft(draft_ids: Collection[int]) -> dict[int, list[DraftSignoff]]:
    """Returns the sign-offs of drafts, the latest first, by draft; drafts without any are left out."""
    found: dict[int, list[DraftSignoff]] = {}
    query = select(DraftSignoff).where(DraftSignoff.draft_id.in_(draft_ids)).order_by(DraftSignoff.id.desc())
    for row in session.scalars(query):
        found.setdefault(row.draft_id, []).append(row)
    return found


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
    return list_authors_by_draft([draft])[draft.id]


def list_authors_by_draft(drafts: Collection[Draft]) -> dict[int, set[int | None]]:
    """Returns the accounts that began drafts or saved a version in them, by draft."""
    found: dict[int, set[int | None]] = {draft.id: {draft.recorded_by} for draft in drafts}
    query = select(DraftFile.draft_id, DraftFile.recorded_by).where(DraftFile.draft_id.in_(found)).distinct()
    for row in session.execute(query):
        found[row.draft_id].add(row.recorded_by)
    return found
