"""The tables of progress."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Id, Model, UtcDateTime


class Completion(Model):
    """One row: a person finished a module of one edition, in this revision and language.

    Personal data: what a person read and when; kept with the awards it led to.
    """

    __tablename__ = "completion"
    __table_args__ = (
        Index("uq_completion_once", "person_id", "module_id", "edition_id", unique=True),
        Index("ix_completion_person_course", "person_id", "course_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    module_revision_id: Mapped[int] = mapped_column(ForeignKey("module_revision.id"))
    # For courses that are per sector: the module's sector.
    sector: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    # When the server was told, and what the learner's clock said, where it said anything.
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    client_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FreshStart(Model):
    """One row: a person left the edition they were on and began again on a newer one.

    Personal data: what a person chose to learn and when; kept with the completions that follow.
    """

    __tablename__ = "fresh_start"
    __table_args__ = (Index("ix_fresh_start_person_course", "person_id", "course_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    # The edition begun on.
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
