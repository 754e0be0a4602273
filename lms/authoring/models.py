"""The tables of authors: drafts of courses, and every version of their files."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Id, Model, UtcDateTime
from lms.kernel.records import Recorded


class Draft(Recorded, Model):
    """One row: changes of one course's files that are being written, until they are published or discarded.

    Personal data: which account began it.
    """

    id: Mapped[Id]
    # The course's slug; a new course has no row of its own yet.
    course: Mapped[str] = mapped_column(String(80), index=True)
    # What the change is, in the author's words.
    title: Mapped[str] = mapped_column(String(200))
    # What was published when it began.
    base_publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    # The commit that it came from; NULL where somebody began it on a page.
    git_commit: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How it was published; NULL while it is open, and where it was discarded.
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))


class DraftFile(Recorded, Model):
    """One row: one version of a file in a draft; the highest counts. Personal data: which account wrote it."""

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    # As authors know it: modules/safe-referral/01-why.md.
    path: Mapped[str] = mapped_column(String(300), primary_key=True)
    # From 1; 0 stands for the file as it is published.
    version: Mapped[int] = mapped_column(primary_key=True)
    # NULL where the file is removed.
    digest: Mapped[str | None] = mapped_column(ForeignKey("file_content.digest"))
    # The published file that it was written from; NULL where there was none.
    base_digest: Mapped[str | None] = mapped_column(String(64))
