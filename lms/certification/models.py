"""The tables of certification: facts that are added and never changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded


class Award(Recorded, Model):
    """One row: a person earned a course on a day, in an edition, in one of four ways. Never changed or removed.

    Personal data: who earned what; the printed name lives in award_name so that it can be erased by law.
    """

    __table_args__ = (
        CheckConstraint("how IN ('quiz', 'session', 'prior', 'import')", name="how_known"),
        CheckConstraint("valid_from = earned_on", name="valid_from_earned"),
        CheckConstraint("valid_until >= valid_from", name="valid_until_after_from"),
        Index("ix_award_person_course", "person_id", "course_id"),
    )

    id: Mapped[Id]
    # 12 random Crockford base32 characters and a check character, without hyphens.
    serial: Mapped[str] = mapped_column(String(13), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The organisation it was earned under, where the person had a placement.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    # The passing attempt; one award each at most.
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"), unique=True)
    # quiz, session (in person), prior (recognised training), import.
    how: Mapped[str] = mapped_column(String(10))
    # The day in the zone named beside it; first and last valid day, both included.
    earned_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    # Percent, where there was a quiz.
    score: Mapped[int | None]
    # What the dates were decided from: {"period", "old_award", "old_until", "windows", "counted_from", …}.
    date_inputs: Mapped[dict[str, Any]] = mapped_column(Document)
    # As printed: {"course", "code", "edition", "organisation", "sector", "product", "design", "modules"}, and "how"
    # for sessions, prior training and quizzes on paper.
    printed: Mapped[dict[str, Any]] = mapped_column(Document)
    # Where the evidence is kept, where it is needed; a reference, never a document.
    evidence: Mapped[str] = mapped_column(String(200), default="")
    # The award that this one corrects and replaces.
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), unique=True)


class AwardName(Model):
    """One row: the name printed on an award. Personal data: the name; erased by removing the row, the serial stays."""

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Revocation(Recorded, Model):
    """One row: an award is not valid from a day on. Never changed. Personal data: the reason; no case, no name."""

    id: Mapped[Id]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    effective_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))


class AwardConfirmation(Recorded, Model):
    """One row: HR lets an award stand, although its quiz would not be passed since a question was corrected.

    Never changed or removed. Personal data: the reason; no case, no name.
    """

    __table_args__ = (UniqueConstraint("award_id", "regrade_id"),)

    id: Mapped[Id]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    # What the corrections made of its quiz when HR decided.
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))


class TrainingSession(Recorded, Model):
    """One row: a course was held in person, somewhere on a day. Never changed.

    Personal data: who checked the attendance; the awards name who attended.
    """

    id: Mapped[Id]
    # The organisation that held it, whose people attended.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    # What was taught: the revision that was published on the day.
    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    held_on: Mapped[date]
    # Where it was held.
    station_id: Mapped[int] = mapped_column(ForeignKey("duty_station.id"))
    # The facilitator who checked who was there.
    checked_by: Mapped[str] = mapped_column(String(120))
    # Where the signed list is kept; a reference, never a document.
    evidence: Mapped[str] = mapped_column(String(200))
    # Random, made with the form, so that a form that is sent twice records one session.
    token: Mapped[str] = mapped_column(String(40), unique=True)


class AttendanceSheet(Recorded, Model):
    """One row: an attendance sheet was printed for a session that HR expects. It gives nobody anything.

    Personal data: none of its own; `expected_attendee` names the people.
    """

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    held_on: Mapped[date]
    station_id: Mapped[int] = mapped_column(ForeignKey("duty_station.id"))
    # 10 random Crockford base32 characters: all that the QR code says.
    code: Mapped[str] = mapped_column(String(10), unique=True)
    # Random, made with the form, so that a form that is sent twice makes one sheet.
    token: Mapped[str] = mapped_column(String(40), unique=True)


class ExpectedAttendee(Model):
    """One row: a person is listed on an attendance sheet, under one of their staff numbers.

    Personal data: who was expected at a session, whether they came or not.
    """

    sheet_id: Mapped[int] = mapped_column(ForeignKey("attendance_sheet.id"), primary_key=True)
    employment_id: Mapped[int] = mapped_column(ForeignKey("employment.id"), primary_key=True, index=True)


class SessionWithdrawal(Recorded, Model):
    """One row: a session was recorded by mistake, and what it earned was revoked. Never changed.

    Personal data: the reason; no case, no name.
    """

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))


class Recognition(Model):
    """One row: an award came from a session or from prior training, and who checked it. Never changed.

    Personal data: who checked it.
    """

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    # The organisation whose HR recorded it.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # The session it was earned in; none for prior training.
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"), index=True)
    # Who checked the attendance or the earlier certificate.
    checked_by: Mapped[str] = mapped_column(String(120))


class SigningKey(Recorded, Model):
    """One row: a pair of Ed25519 keys that signs certificates; the last one does, earlier ones only verify.

    Personal data: none.
    """

    id: Mapped[Id]
    # As others read it: multibase, base58 (Multikey).
    public_key: Mapped[str] = mapped_column(String(60), unique=True)
    # Encrypted with the installation's secret key; none once another key signs.
    private_key: Mapped[str | None] = mapped_column(String(200))
    # By which one can tell whether the secret key is still the one that it was encrypted with.
    secret_check: Mapped[str] = mapped_column(String(32))
    # Since when nothing counts that it signed, because somebody else may have it.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
