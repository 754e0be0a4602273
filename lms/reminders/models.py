"""The tables of reminders: the runs, what was sent to whom, and the focal points of sectors."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime
from lms.kernel.records import Retractable


class ReminderRun(Model):
    """One row: the reminders of a day are being sent or were sent. Personal data: none, counts only."""

    id: Mapped[Id]
    # The day in the installation's time zone: one run a day, however often it is started.
    day: Mapped[date] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # NULL while it is running or was interrupted; the next start continues it.
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # Everybody up to this person id has been checked.
    through_person_id: Mapped[int] = mapped_column(BigId, default=0)
    # How many people were checked, and how many reminders were queued.
    people: Mapped[int] = mapped_column(default=0)
    mails: Mapped[int] = mapped_column(default=0)
    # How many people without e-mail have something due or overdue.
    without_email: Mapped[int] = mapped_column(default=0)
    # How many e-mails with weekly figures were queued.
    digests: Mapped[int] = mapped_column(default=0)
    # Counts by organisation and sector, from which the weekly figures are written.
    counts: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class Reminder(Model):
    """One row: on this day an e-mail to this person was queued in the name of this organisation. Never changed.

    Personal data: who was reminded of which requirement, as evidence that they were. No text, no address.
    """

    __table_args__ = (
        UniqueConstraint("outbox_key", "organisation_id"),
        Index("ix_reminder_person_day", "person_id", "day"),
        Index("ix_reminder_organisation_day", "organisation_id", "day"),
        CheckConstraint(
            "kind IN ('in_30', 'in_14', 'in_1', 'after', 'weekly', 'hr_week', 'sector_week')", name="kind_known"
        ),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("reminder_run.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The organisation whose requirements it names; an e-mail about two organisations has two rows.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # The day it belongs to, in the installation's time zone.
    day: Mapped[date]
    # The most important stage it lists, or hr_week and sector_week for the weekly figures.
    kind: Mapped[str] = mapped_column(String(20))
    # What it lists: requirement, deadline and stage ("moment") of each; empty for figures.
    about: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    # The key of its e-mail in the outbox, which has its state.
    outbox_key: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SectorFocalPoint(Retractable, Model):
    """One row: an account gets the weekly figures of a sector in an organisation, until it is withdrawn.

    Personal data: the account's number.
    """

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sector: Mapped[str] = mapped_column(ForeignKey("sector.slug"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
