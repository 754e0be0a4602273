"""The tables of attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model, UtcDateTime


class Attempt(Model):
    """One row: a person started a quiz; later, once, submitted it. The draw is frozen when it starts.

    Personal data: what a person answered and scored; never evidence for anything but the award.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint("(submitted_at IS NULL) = (passed IS NULL)", name="marked_when_submitted"),
        Index("ix_attempt_person_course", "person_id", "course_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"))
    # For courses that are per sector: which one is examined.
    sector: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    # [{"question": question_revision_id, "slug": …, "order": [option ids or indexes as shown]}], as shown.
    draw: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    # What the draw was made with, so that it can be explained.
    seed: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the server received the submission; empty while it is open.
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the learner's clock said, where it said anything; clamped to the server's and flagged if ahead.
    client_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client_ahead: Mapped[bool] = mapped_column(default=False)
    # Percent, rounded down; every red line right; both together.
    score: Mapped[int | None]
    red_lines_right: Mapped[bool | None]
    passed: Mapped[bool | None]
    # Marks by question as given: [{"question": id, "slug", "points": 0..1, "red_line": bool, "response": …}].
    marks: Mapped[list[dict[str, Any]] | None] = mapped_column(Document)


class Answer(Model):
    """One row: what a person last chose for one question of an open attempt.

    Personal data: an answer; after submission the attempt's marks hold it, this row stays as it was.
    """

    __tablename__ = "answer"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    question_revision_id: Mapped[int] = mapped_column(ForeignKey("question_revision.id"), primary_key=True)
    # single: "a"; multiple: ["a", "c"]; statements: {"s1": "yes", …}.
    response: Mapped[Any] = mapped_column(Document)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
