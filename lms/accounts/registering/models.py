"""The tables of registration."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded
from lms.people.models import DutyStation, Organisation


class RegistrationOpening(Recorded, Model):
    """One row: an organisation lets people with an e-mail of its own ask to join; no domain means that it does not.

    Personal data: none.
    """

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    # What follows the @ of its e-mails, in lower case. No two organisations have the same.
    domains: Mapped[list[str]] = mapped_column(Document)
    # What may be chosen: ids of duty stations and slugs of sectors.
    stations: Mapped[list[int]] = mapped_column(Document)
    sectors: Mapped[list[str]] = mapped_column(Document)

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class RegistrationRequest(Model):
    """One row: somebody asks to join an organisation; removed once HR has decided, or where nobody does in time.

    Personal data: name, e-mail, staff number and where they work; removed with the row.
    """

    __table_args__ = (UniqueConstraint("organisation_id", "email"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    # As typed; empty where they know of none.
    staff_number: Mapped[str] = mapped_column(String(40))
    station_id: Mapped[int] = mapped_column(ForeignKey("duty_station.id"))
    sector: Mapped[str] = mapped_column(ForeignKey("sector.slug"))
    language: Mapped[str] = mapped_column(String(12))
    # Of the link that was sent last: those sent before no longer work.
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the link was used; empty before, and HR sees nothing of it.
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    station: Mapped[DutyStation] = relationship(lazy="raise")
