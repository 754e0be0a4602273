"""The tables of attempts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded, Retractable


class OpenedBy(StrEnum):
    """Why somebody could start a quiz."""

    MODULES = "modules"
    """All modules of the edition were completed."""
    CHANGES = "changes"
    """A certificate of an earlier edition was held, and the modules that changed since were completed."""
    CERTIFICATE = "certificate"
    """A certificate of the course was held."""
    ORGANISATION = "organisation"
    """The organisation lets its people take quizzes without the modules."""
    PAPER = "paper"
    """HR or a trainer gave it out on paper."""


class QuestionCorrection(Recorded, Model):
    """One row: a question was corrected after it had been used. Of several corrections in an edition the last counts.

    Never changed or removed. Personal data: the reason; no case, no name.
    """

    __table_args__ = (
        CheckConstraint("kind IN ('rekey', 'accept', 'void', 'full_marks')", name="kind_known"),
        Index("ix_question_correction_edition", "edition_id", "id"),
    )

    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    # A word of `CorrectionKind`.
    kind: Mapped[str] = mapped_column(String(12))
    # What is right, as lms/assessment/rules/corrections.py writes it; NULL where the kind needs none.
    key: Mapped[Any | None] = mapped_column(Document)
    # The digests of the keys that the question had in this edition: versions with another key have been rewritten.
    replaced: Mapped[list[str]] = mapped_column(Document)
    reason: Mapped[str] = mapped_column(String(500))


class Regrade(Recorded, Model):
    """One row: a submitted attempt has another result since a question was corrected. Never changed or removed.

    The last row of an attempt is what the corrections make of it; a better result that it had before stays its own.
    Personal data: what a person scored.
    """

    __table_args__ = (UniqueConstraint("attempt_id", "correction_id"),)

    id: Mapped[Id]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    # The newest correction that it takes into account, with all before it.
    correction_id: Mapped[int] = mapped_column(ForeignKey("question_correction.id"), index=True)
    score: Mapped[int]
    red_lines_right: Mapped[bool]
    passed: Mapped[bool]


class Attempt(Model):
    """One row: a person started a quiz and, later and once, submitted it. Its questions are fixed when it starts.

    Personal data: what a person answered and scored; never evidence for anything but the award.
    """

    __table_args__ = (
        CheckConstraint("(submitted_at IS NULL) = (passed IS NULL)", name="marked_when_submitted"),
        Index("ix_attempt_person_course", "person_id", "course_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    # A word of `OpenedBy`.
    opened_by: Mapped[str] = mapped_column(String(12), default=OpenedBy.MODULES)
    # [{"question": question_revision_id, "slug": …, "order": [option ids as shown]}], in the order shown.
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    # The seed of the selection, so that it can be repeated.
    seed: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the server received the submission; NULL while the attempt is open.
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The time on the learner's device, where it sent one; set to the server's and flagged if ahead.
    client_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    client_ahead: Mapped[bool] = mapped_column(default=False)
    # The day it was written on paper; NULL for a quiz taken online. The moments above are then those of the entry.
    written_on: Mapped[date | None]
    # Percent, rounded down; every red line right; passed needs both.
    score: Mapped[int | None]
    red_lines_right: Mapped[bool | None]
    passed: Mapped[bool | None]
    # By question: [{"question": id, "slug", "points": 0..1, "red_line": bool, "response": …}].
    # "void" is true of a question that counted for nobody.
    grades: Mapped[list[dict[str, Any]] | None] = mapped_column(Document)


class Answer(Model):
    """One row: the response saved last for one question of an open attempt.

    Personal data: a response; on submission it is copied to the attempt's grades, this row stays as it was.
    """

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    question_revision_id: Mapped[int] = mapped_column(ForeignKey("question_revision.id"), primary_key=True)
    # single: "a"; multiple: ["a", "c"]; statements: {"s1": "yes", …}.
    response: Mapped[Any] = mapped_column(Document)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperQuiz(Recorded, Model):
    """One row: quizzes of a course were printed for people of an organisation. Never changed or removed.

    Personal data: none of its own; its copies name the people.
    """

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    # Random, made with the form, so that a form that is sent twice prints one quiz.
    token: Mapped[str] = mapped_column(String(40), unique=True)


class QuizCopy(Retractable, Model):
    """One row: the printed quiz of one person. Its questions and their order are fixed when it is made.

    A lost one is withdrawn. Personal data: who was to take a quiz; the code says nothing of them.
    """

    id: Mapped[Id]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("paper_quiz.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # 10 random Crockford base32 characters, without the hyphen; in the QR code.
    code: Mapped[str] = mapped_column(String(10), unique=True)
    # As those of an attempt.
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    seed: Mapped[str] = mapped_column(String(40))
    # Once its answers were entered twice alike.
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"), unique=True)


class PaperEntry(Recorded, Model):
    """One row: somebody typed the answers of a copy. Never changed or removed.

    Personal data: what a person answered; of the last one, the attempt's grades have it too.
    """

    __table_args__ = (
        UniqueConstraint("copy_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 3", name="number_known"),
    )

    id: Mapped[Id]
    copy_id: Mapped[int] = mapped_column(ForeignKey("quiz_copy.id"))
    # 1 and 2 are typed without sight of each other; 3 resolves their differences by the paper.
    number: Mapped[int]
    written_on: Mapped[date]
    # [[question revision, response]], normalised, as those of an attempt.
    responses: Mapped[list[list[Any]]] = mapped_column(Document)
