"""Every SELECT of pathways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select

from lms.kernel.db import LARGEST_COUNT, locked, session
from lms.pathways.models import PathwayReport, PathwayVersion
from lms.people.models import DutyStation, Employment, Placement


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station of the list with its current pathway; a station without one has no number."""

    station_id: int
    slug: str
    name: str
    country: str
    number: int | None
    verified_on: date | None
    review_by: date | None


@dataclass(frozen=True, slots=True)
class Pointer:
    """The current version of a station; a version itself never changes."""

    version_id: int
    review_by: date


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of a station's history."""

    number: int
    recorded_at: datetime
    verified_on: date
    change: str


@dataclass(frozen=True, slots=True)
class Reports:
    """How many people reported that a version is out of date, and whether the reader is one of them."""

    count: int
    mine: bool


_version = PathwayVersion.__table__.c
# Built once, because most module pages run it.
NEWEST = (
    select(_version.id, _version.review_by)
    .where(_version.station_id == bindparam("station"))
    .order_by(_version.number.desc())
    .limit(1)
)


def find_pointer(station_id: int) -> Pointer | None:
    """Finds which version of a station's pathway is current."""
    row = session.execute(NEWEST, {"station": station_id}).one_or_none()
    return Pointer(row.id, row.review_by) if row is not None else None


def load_version(version_id: int) -> PathwayVersion:
    """Loads a version by id; it must exist."""
    return session.get_one(PathwayVersion, version_id)


def find_current(station_id: int) -> PathwayVersion | None:
    """Finds a station's current pathway, in one query."""
    return session.scalars(
        select(PathwayVersion)
        .where(PathwayVersion.station_id == station_id)
        .order_by(PathwayVersion.number.desc())
        .limit(1)
    ).one_or_none()


def find_version(station_id: int, number: int) -> PathwayVersion | None:
    """Finds one version of a station's pathway."""
    if number > LARGEST_COUNT:
        return None
    return session.scalar(
        select(PathwayVersion).where(PathwayVersion.station_id == station_id, PathwayVersion.number == number)
    )


def find_station_by_id(station_id: int) -> DutyStation | None:
    """Finds a station by its number."""
    return session.get(DutyStation, station_id)


def lock_station(station_id: int) -> DutyStation | None:
    """Lets one transaction at a time write a station's pathway, and returns the station."""
    return session.scalar(locked(select(DutyStation).where(DutyStation.id == station_id)))


def list_versions(station_id: int, limit: int = 50) -> Sequence[VersionRow]:
    """Lists a station's versions without their contacts, newest first."""
    rows = session.execute(
        select(PathwayVersion.number, PathwayVersion.recorded_at, PathwayVersion.verified_on, PathwayVersion.change)
        .where(PathwayVersion.station_id == station_id)
        .order_by(PathwayVersion.number.desc())
        .limit(limit)
    )
    return [VersionRow(row.number, row.recorded_at, row.verified_on, row.change) for row in rows]


def list_stations() -> Sequence[StationRow]:
    """Lists every station with its current pathway, by country and name."""
    newest = (
        select(PathwayVersion.station_id, func.max(PathwayVersion.number).label("number"))
        .group_by(PathwayVersion.station_id)
        .subquery()
    )
    rows = session.execute(
        select(
            DutyStation.id,
            DutyStation.slug,
            DutyStation.name,
            DutyStation.country,
            PathwayVersion.number,
            PathwayVersion.verified_on,
            PathwayVersion.review_by,
        )
        .outerjoin(newest, newest.c.station_id == DutyStation.id)
        .outerjoin(
            PathwayVersion, (PathwayVersion.station_id == DutyStation.id) & (PathwayVersion.number == newest.c.number)
        )
        .order_by(DutyStation.country, DutyStation.name)
    )
    return [
        StationRow(row.id, row.slug, row.name, row.country, row.number, row.verified_on, row.review_by) for row in rows
    ]


def count_reports(version_id: int, person_id: int | None) -> Reports:
    """Counts the reports of a version, in one query."""
    mine = func.count(PathwayReport.id).filter(PathwayReport.person_id == person_id)
    row = session.execute(
        select(func.count(PathwayReport.id).label("total"), mine.label("mine")).where(
            PathwayReport.pathway_version_id == version_id
        )
    ).one()
    return Reports(row.total, row.mine > 0)


def list_organisations_at(station_id: int, day: date) -> frozenset[int]:
    """Returns the organisations that have somebody placed at a station on a day or later."""
    return frozenset(
        session.scalars(
            select(Employment.organisation_id)
            .join(Placement, Placement.employment_id == Employment.id)
            .where(
                Placement.station_id == station_id,
                Placement.retracted_at.is_(None),
                or_(Placement.through_on.is_(None), Placement.through_on >= day),
            )
            .distinct()
        )
    )
