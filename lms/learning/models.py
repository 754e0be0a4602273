"""The tables of completions and edition switches."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Id, Model, UtcDateTime


class Completion(Model):
    """One row: a person completed a module of one edition, in this revision and language.

    Personal data: what a person read and when; kept with the awards it led to.
    """

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
    # The server's time, and that of the learner's device where it sent one.
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    client_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EditionSwitch(Model):
    """One row: a person switched to the newest edition: to complete it from the start, or only what changed.

    Personal data: what a person chose to learn and when; kept with the completions that follow.
    """

    __table_args__ = (Index("ix_edition_switch_person_course", "person_id", "course_id"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    # The edition switched to.
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    # For courses that are per sector: which one.
    sector: Mapped[str | None] = mapped_column(String(40))
    # The edition, by number, of the certificate that is renewed: only what changed since is to be completed.
    changes_since: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
