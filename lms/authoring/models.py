"""The tables of authors: drafts of courses, every version of their files, their review, and feedback of learners."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Id, Model, UtcDateTime
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


class DraftSignoff(Recorded, Model):
    """One row: a reviewer, who wrote nothing of a draft, has read its text and agrees. Never changed.

    Personal data: which account read it.
    """

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    # SHA-256 over path and digest of each changed file: a later change needs another one.
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500), default="")


class DraftReviewRequest(Recorded, Model):
    """One row: an author asked for a review of a draft, or took that back; the latest row counts. Never changed.

    Personal data: which account asked, and which one was asked.
    """

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    # The account that was asked; NULL where any other author may review it.
    reviewer_id: Mapped[int | None] = mapped_column(BigId)
    # SHA-256 over path and digest of each changed file; NULL where the request was taken back.
    digest: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500), default="")


class DraftComment(Recorded, Model):
    """One row: a comment on a paragraph of a file in a draft, a reply to one, or its being resolved. Never changed.

    Personal data: which account wrote it; a text for other authors, whose form warns against names and cases.
    """

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    path: Mapped[str] = mapped_column(String(300))
    # What it replies to; NULL for a comment on a paragraph.
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("draft_comment.id"))
    # The paragraph's key in the text that was read, and its words; empty for a reply.
    place: Mapped[str] = mapped_column(String(24), default="")
    paragraph: Mapped[str] = mapped_column(Text, default="")
    # Empty where somebody only resolved the comment or opened it again.
    text: Mapped[str] = mapped_column(String(1000), default="")
    # Whether it resolves the comment, or opens it again; NULL where it does neither. The latest counts.
    resolves: Mapped[bool | None]


class DraftSchedule(Recorded, Model):
    """One row: an author decided on which day a draft is published, or that it is not; the latest row counts.

    Personal data: which account decided.
    """

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    # NULL where it was cancelled, or could not be published.
    publish_on: Mapped[date | None]
    # SHA-256 over path and digest of each changed file: another text is not published.
    digest: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    # Why it could not be published on its day.
    problem: Mapped[str] = mapped_column(String(500), default="")


class CourseFeedback(Model):
    """One row: a learner said that something is wrong in a module or a question. Removed after a time.

    Personal data: none that names anybody; a sentence of at most 300 characters, whose form warns against names, and
    the sector of whoever wrote it, on a day. Neither the person nor the organisation is stored, here or in the audit
    trail. Stored until 90 days after an author dealt with it, and two years at most.
    """

    __table_args__ = (
        CheckConstraint("(module_revision_id IS NULL) <> (question_revision_id IS NULL)", name="one_place"),
        Index("ix_course_feedback_course", "course_id", "dealt_at"),
    )

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    # Where: a section of a module, empty for the whole of it, or a question.
    module_revision_id: Mapped[int | None] = mapped_column(ForeignKey("module_revision.id"))
    section: Mapped[str] = mapped_column(String(120), default="")
    # The key of the paragraph in the revision's file; empty for the whole section.
    paragraph: Mapped[str] = mapped_column(String(24), default="")
    question_revision_id: Mapped[int | None] = mapped_column(ForeignKey("question_revision.id"))
    # Of the text, and of who wrote this.
    language: Mapped[str] = mapped_column(String(12))
    sector: Mapped[str | None] = mapped_column(String(40))
    # A word of `FeedbackKind`.
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(300), default="")
    # The day only: the moment would say more about who it was.
    received_on: Mapped[date]
    # When and by which account it was marked as dealt with.
    dealt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dealt_by: Mapped[int | None] = mapped_column(BigId)
