"""The tables of coverage: record keys, and what was published of each month's end."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime


class RecordKey(Model):
    """One row: the random number that a staff position (a person in an organisation) adds to the key of its cells.

    Drawn once, never changed, shown or exported: who knows it can take the noise out of published figures.
    Personal data: none but the two numbers; kept with the employment.
    """

    __table_args__ = (CheckConstraint("key BETWEEN 0 AND 255", name="key_in_range"),)

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    key: Mapped[int] = mapped_column(SmallInteger)


class CoverageRelease(Model):
    """One row: a month's end was published to the coordinators of some organisations. Never changed.

    Removed with its cells when one of its organisations no longer shares. Personal data: none.
    """

    __table_args__ = (UniqueConstraint("scope", "on_day"),)

    id: Mapped[Id]
    # Whose counts the coordinators may see: "all", or the numbers of organisations in order, such as "3 7".
    scope: Mapped[str] = mapped_column(String(500))
    on_day: Mapped[date]
    # Those that shared and are counted.
    organisations: Mapped[list[int]] = mapped_column(Document)
    definitions: Mapped[str] = mapped_column(String(20))
    # When it was published: what was recorded later is not in it.
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CoverageCell(Model):
    """One row: the published figures of a cell; cells with fewer than ten people have none. Personal data: none."""

    __table_args__ = (Index("ix_coverage_cell_release", "release_id", "sector", "station_id", "course_id"),)

    id: Mapped[Id]
    release_id: Mapped[int] = mapped_column(ForeignKey("coverage_release.id"))
    # Whom it counts; empty for all sectors, all stations, or everything that is required.
    sector: Mapped[str | None] = mapped_column(String(40))
    station_id: Mapped[int | None] = mapped_column(BigId)
    course_id: Mapped[int | None] = mapped_column(BigId)
    # Perturbed and rounded: people, and the compliant among them; empty where these are fewer than ten.
    people: Mapped[int]
    compliant: Mapped[int | None]
