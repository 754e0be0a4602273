"""Every SELECT of sign-offs."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.authoring.drafts.queries import list_files
from lms.authoring.models import Draft, DraftFile, DraftSignoff
from lms.authoring.signing_off.rules import digest_of
from lms.kernel.db import session


def draft_digest(draft: Draft) -> str:
    """Returns what identifies the present text of a draft."""
    return digest_of({path: file.digest for path, file in list_files(draft).items() if file.is_changed})


def list_signoffs(draft: Draft) -> Sequence[DraftSignoff]:
    """Returns the sign-offs of a draft, the latest first."""
    query = select(DraftSignoff).where(DraftSignoff.draft_id == draft.id).order_by(DraftSignoff.id.desc())
    return session.scalars(query).all()


def list_authors(draft: Draft) -> set[int | None]:
    """Returns the accounts that began a draft or saved a version in it."""
    query = select(DraftFile.recorded_by).where(DraftFile.draft_id == draft.id).distinct()
    return {draft.recorded_by, *session.scalars(query)}
