"""The tables of referral pathways."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded


class PathwayVersion(Recorded, Model):
    """One row: a version of a station's referral pathway. Never changed; a new version replaces it.

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


class PathwayReport(Model):
    """One row: somebody reported a version as out of date. Personal data: the person's id; no text."""

    __table_args__ = (Index("uq_pathway_report_once", "pathway_version_id", "person_id", unique=True),)

    id: Mapped[Id]
    pathway_version_id: Mapped[int] = mapped_column(ForeignKey("pathway_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
