"""The tables of requirements and exemptions."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model
from lms.kernel.records import Recorded, Retractable

LEAVE_KINDS = ("parental", "sick", "leave")
"""The kinds of exemption of people who are away, the last for any other leave."""


class Requirement(Recorded, Model):
    """One row: some people must hold this course; its versions say who, and by when. Personal data: none."""

    id: Mapped[Id]
    # The organisation it belongs to; empty for all organisations.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))


class RequirementVersion(Recorded, Model):
    """One row: from a day on, these people must hold the course, due so many days after it starts. Never changed.

    Personal data: none.
    """

    __table_args__ = (
        Index("ix_requirement_version_from", "requirement_id", "effective_from"),
        CheckConstraint("effective_through IS NULL OR effective_through >= effective_from", name="through_after_from"),
        CheckConstraint("due_days >= 0 AND window_days >= 0 AND grace_days >= 0", name="days_not_negative"),
        CheckConstraint("(min_edition IS NULL) = (renew_by IS NULL)", name="min_edition_with_renew_by"),
    )

    id: Mapped[Id]
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    # First and last day on which it is in force; no last day while it is open.
    effective_from: Mapped[date]
    effective_through: Mapped[date | None]
    # Who must hold it: lists of station ids, sectors, roles, contracts (empty for all), works_with_children (or null).
    match: Mapped[dict[str, Any]] = mapped_column(Document)
    # Days from the start of the obligation until it is due; renewal window; grace.
    due_days: Mapped[int]
    window_days: Mapped[int]
    grace_days: Mapped[int] = mapped_column(default=0)
    # ISO 8601 period after which an award no longer satisfies, whatever it says itself.
    max_age: Mapped[str | None] = mapped_column(String(20))
    # Older editions stop counting after a day.
    min_edition: Mapped[int | None]
    renew_by: Mapped[date | None]
    # Why it was recorded.
    reason: Mapped[str] = mapped_column(String(500))


class Exemption(Retractable, Model):
    """One row: a person need not meet a requirement, or none, from day to day. Withdrawn once, never changed.

    Personal data: that someone is exempt and under which kind of reason; no diagnosis, no document.
    """

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        CheckConstraint("kind IN ('parental', 'sick', 'leave', 'equivalence')", name="kind_known"),
        CheckConstraint("requirement_id IS NOT NULL OR kind <> 'equivalence'", name="equivalence_of_one"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Empty for everything required, also by requirements made later: only of people on leave.
    requirement_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    # The organisation it applies in; empty for all organisations.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    # parental, sick, leave (any other) or equivalence.
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    # A reference to where the evidence is filed.
    evidence: Mapped[str] = mapped_column(String(200), default="")
