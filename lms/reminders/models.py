"""The tables of reminders: the runs, what was sent to whom, and who gets a sector's weekly figures."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime


class ReminderRun(Model):
    """One row: the reminders of a day are being sent or were sent. Personal data: none, counts only."""

    __tablename__ = "reminder_run"

    id: Mapped[Id]
    # The day in the house's time zone: one run a day, however often it is started.
    day: Mapped[date] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Empty while it is under way or was interrupted; the next start goes on from there.
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # Everybody up to this person's number has been looked at.
    through_person_id: Mapped[int] = mapped_column(BigId, default=0)
    # How many people were looked at, and how many mails were written to people.
    people: Mapped[int] = mapped_column(default=0)
    mails: Mapped[int] = mapped_column(default=0)
    # For how many without e-mail something is due or late.
    on_paper: Mapped[int] = mapped_column(default=0)
    # How many weekly mails of figures were written.
    digests: Mapped[int] = mapped_column(default=0)
    # Counts by organisation and sector, from which the weekly figures are written.
    figures: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class Reminder(Model):
    """One row: on this day a mail was written to this person in the name of this organisation. Never changed.

    Personal data: that somebody was told of which requirement; kept as proof that they were. No text, no address.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("outbox_key", "organisation_id"),
        Index("ix_reminder_person_day", "person_id", "day"),
        Index("ix_reminder_organisation_day", "organisation_id", "day"),
        CheckConstraint(
            "kind IN ('in_30', 'in_14', 'in_1', 'after', 'weekly', 'hr_week', 'sector_week')",
            name="kind_known",
        ),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("reminder_run.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The organisation whose requirements it names; a mail that names those of two has two rows.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # The day it belongs to, in the house's time zone.
    day: Mapped[date]
    # The most important moment it tells of, or hr_week and sector_week for the weekly figures.
    kind: Mapped[str] = mapped_column(String(20))
    # What it tells of: requirement, deadline and moment of each; empty for figures.
    about: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    # The key of its mail in the outbox, which knows whether it has been sent.
    outbox_key: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SectorLead(Model):
    """One row: an account gets the weekly figures of a sector in an organisation, until it is withdrawn.

    Personal data: the account's number.
    """

    __tablename__ = "sector_lead"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sector: Mapped[str] = mapped_column(ForeignKey("sector.slug"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(BigId)
    # When it was withdrawn: set once.
    retracted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retracted_by: Mapped[int | None] = mapped_column(BigId)
