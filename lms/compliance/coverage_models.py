"""The tables of coverage: what was told of each month's end, and how each post was counted when it was told of last."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, Moment


class CoverageSeries(Model):
    """One row: the months that are told to coordinators of some reach. Begun anew when an organisation does not share.

    Personal data: none.
    """

    __tablename__ = "coverage_series"
    __table_args__ = (UniqueConstraint("reach"),)

    id: Mapped[Id]
    # Whose counts the coordinators may see: "all", or the numbers of organisations in order, such as "3 7".
    reach: Mapped[str] = mapped_column(String(500))
    # The organisations that shared when the last month was told, in the same way.
    organisations: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)


class CoverageMonth(Model):
    """One row: what was told of a month's end, as it was known then. Never changed.

    Personal data: none: counts, without those that are hidden.
    """

    __tablename__ = "coverage_month"
    __table_args__ = (PrimaryKeyConstraint("series_id", "on_day"),)

    series_id: Mapped[int] = mapped_column(ForeignKey("coverage_series.id"))
    on_day: Mapped[date]
    # The organisations that shared, as in the series.
    organisations: Mapped[str] = mapped_column(Text)
    # The version of the definitions it was counted by.
    definitions: Mapped[str] = mapped_column(String(20))
    # What is shown of all, of sectors and of stations: axis, row, course, people, compliant, others; null where hidden.
    figures: Mapped[list[Any]] = mapped_column(Document)
    # The same of sectors at stations, which are many.
    figures_of_both: Mapped[list[Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(Moment)


class CoveragePost(Model):
    """One row: how a post was counted in the last month that was told: changes wait until they can be told.

    Personal data: where somebody works and whether they complied; replaced each month, removed with the series.
    """

    __tablename__ = "coverage_post"
    __table_args__ = (PrimaryKeyConstraint("series_id", "person_id", "organisation_id"),)

    series_id: Mapped[int] = mapped_column(ForeignKey("coverage_series.id"))
    person_id: Mapped[int] = mapped_column(BigId)
    organisation_id: Mapped[int] = mapped_column(BigId)
    sector: Mapped[str] = mapped_column(String(40))
    station_id: Mapped[int] = mapped_column(BigId)
    compliant: Mapped[bool]
    # The courses required of it that it complied in, marked with +, and the others with -: "+3 -5".
    courses: Mapped[str] = mapped_column(Text)
