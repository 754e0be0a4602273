"""The tables of referral pathways."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded


class PathwayVersion(Recorded, Model):
    """One row: a version of a station's referral pathway, published or proposed. Never changed; the next replaces it.

    Which one is current, and whether it waits, follows from its decision: ``queries.is_published``.
    Personal data: work contacts of focal points, if HR writes names at all; replaced by the next version.
    """

    __table_args__ = (UniqueConstraint("station_id", "number"),)

    id: Mapped[Id]
    station_id: Mapped[int] = mapped_column(ForeignKey("duty_station.id"))
    # 1, 2, 3 … within the station.
    number: Mapped[int]
    # [{"kind": one of rules.KINDS, "name", "phone", "hours", "note"}].
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    # Local rules: plain text, no case.
    note: Mapped[str] = mapped_column(Text, default="")
    # The day somebody called every number, and the day it must be done again.
    verified_on: Mapped[date]
    review_by: Mapped[date]
    # What changed since the version before, in one sentence.
    change: Mapped[str] = mapped_column(String(300), default="")
    # Whether a second person must confirm it: "none", "before" it is published, or "after" where nobody could before.
    confirmation: Mapped[str] = mapped_column(String(6), default="none", server_default="none")
    # For which organisations' HR it was written; empty for coordinators, administrators and the installation.
    organisation_ids: Mapped[list[int] | None] = mapped_column(Document, default=list)


class PathwayDecision(Recorded, Model):
    """One row: a second person confirmed or refused a version, or its author withdrew it. One each, never changed.

    Personal data: none beyond the account's number.
    """

    __table_args__ = (CheckConstraint("outcome IN ('confirmed', 'refused')", name="outcome_known"),)

    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(ForeignKey("pathway_version.id"), unique=True)
    outcome: Mapped[str] = mapped_column(String(10))
    # Why it was refused; empty where it was confirmed.
    reason: Mapped[str] = mapped_column(String(300), default="")


class PathwayMark(Recorded, Model):
    """One row: somebody called a number of a station's pathway, and it answered or not. Never changed; the last counts.

    Personal data: none beyond the account's number; the number is a contact of the pathway.
    """

    __table_args__ = (Index("ix_pathway_mark_station", "station_id", "id"),)

    id: Mapped[Id]
    station_id: Mapped[int] = mapped_column(ForeignKey("duty_station.id"))
    # As the pathway writes it.
    phone: Mapped[str] = mapped_column(String(40))
    answers: Mapped[bool]


class PathwayReport(Model):
    """One row: somebody reported a version as out of date. Personal data: the person's id; no text."""

    __table_args__ = (Index("uq_pathway_report_once", "pathway_version_id", "person_id", unique=True),)

    id: Mapped[Id]
    pathway_version_id: Mapped[int] = mapped_column(ForeignKey("pathway_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
