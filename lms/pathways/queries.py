"""Every SELECT of pathways."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Row, bindparam, func, or_, select

from lms.kernel.db import LARGEST_COUNT, locked, session
from lms.pathways.models import PathwayReport, PathwayVersion
from lms.people.models import DutyStation, Employment, Placement

_version = PathwayVersion.__table__.c
# Built once, because most module pages run it.
NEWEST = (
    select(_version.id, _version.review_by)
    .where(_version.station_id == bindparam("station"))
    .order_by(_version.number.desc())
    .limit(1)
)


def find_pointer(station_id: int) -> Row[int, date] | None:
    """Finds which version of a station's pathway is current: its `id`, which never changes, and `review_by`."""
    return session.execute(NEWEST, {"station": station_id}).one_or_none()


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


def list_versions(station_id: int, limit: int = 50) -> Sequence[Row[int, datetime, date, str]]:
    """Lists a station's versions without their contacts, newest first: number, recorded_at, verified_on, change."""
    return session.execute(
        select(PathwayVersion.number, PathwayVersion.recorded_at, PathwayVersion.verified_on, PathwayVersion.change)
        .where(PathwayVersion.station_id == station_id)
        .order_by(PathwayVersion.number.desc())
        .limit(limit)
    ).all()


def list_stations() -> Sequence[Row[str, str, str, int | None, date | None, date | None]]:
    """Lists every station by country and name, with the number and days of its current pathway; None without one."""
    newest = (
        select(PathwayVersion.station_id, func.max(PathwayVersion.number).label("number"))
        .group_by(PathwayVersion.station_id)
        .subquery()
    )
    current = (PathwayVersion.station_id == newest.c.station_id) & (PathwayVersion.number == newest.c.number)
    return session.execute(
        select(
            DutyStation.slug,
            DutyStation.name,
            DutyStation.country,
            PathwayVersion.number,
            PathwayVersion.verified_on,
            PathwayVersion.review_by,
        )
        .outerjoin(newest, newest.c.station_id == DutyStation.id)
        .outerjoin(PathwayVersion, current)
        .order_by(DutyStation.country, DutyStation.name)
    ).all()


def count_reports(version_id: int, person_id: int | None) -> Row[int, int]:
    """Counts the reports of a version, in one query: their `total`, and whether one of them is `mine`, as 0 or 1."""
    mine = func.count(PathwayReport.id).filter(PathwayReport.person_id == person_id)
    return session.execute(
        select(func.count(PathwayReport.id).label("total"), mine.label("mine")).where(
            PathwayReport.pathway_version_id == version_id
        )
    ).one()


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
