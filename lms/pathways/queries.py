"""Every SELECT of pathways. A version is current when it is the newest of those that everybody may read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select

from lms.kernel import clock
from lms.kernel.db import LARGEST_COUNT, locked, read_rows, session
from lms.pathways.confirming.rules import (
    WAITS_AT_MOST,
    Confirmation,
    PathwayOutcome,
    VersionState,
    former_contacts,
    state_of,
)
from lms.pathways.models import PathwayDecision, PathwayMark, PathwayReport, PathwayVersion
from lms.pathways.rules import dial
from lms.people.models import DutyStation


def is_published(version: Any = PathwayVersion, decision: Any = PathwayDecision) -> ColumnElement[bool]:
    """Returns the condition on versions, outer joined to their decision, that everybody may read."""
    undecided = and_(decision.id.is_(None), version.confirmation != str(Confirmation.BEFORE))
    return or_(decision.outcome == str(PathwayOutcome.CONFIRMED), undecided)


def with_decision(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Returns the statement of all versions, each with its decision where there is one."""
    return (
        select(*columns)
        .select_from(PathwayVersion)
        .outerjoin(PathwayDecision, PathwayDecision.version_id == PathwayVersion.id)
    )


_last_mark = (
    select(func.max(PathwayMark.id)).where(PathwayMark.station_id == PathwayVersion.station_id).scalar_subquery()
)
_newest_first = PathwayVersion.number.desc()
# Built once, because most module pages run it.
NEWEST = (
    with_decision(
        PathwayVersion.id,
        PathwayVersion.review_by,
        PathwayDecision.id.label("decision_id"),
        _last_mark.label("mark_id"),
    )
    .where(PathwayVersion.station_id == bindparam("station"), is_published())
    .order_by(_newest_first)
    .limit(1)
)
PUBLISHED_BELOW = (
    with_decision(PathwayVersion, PathwayDecision, DutyStation.time_zone, _last_mark.label("mark_id"))
    .join(DutyStation, DutyStation.id == PathwayVersion.station_id)
    .where(PathwayVersion.station_id == bindparam("station"), PathwayVersion.number < bindparam("number"))
    .where(is_published())
    .order_by(_newest_first)
    .limit(1)
)


def find_pointer(station_id: int) -> Row[int, date, int | None, int | None] | None:
    """Finds what a station's current pathway depends on: `id`, `review_by`, `decision_id` and the last `mark_id`."""
    return read_rows(NEWEST, {"station": station_id}).one_or_none()


def find_current(station_id: int) -> PathwayVersion | None:
    """Finds the version of a station's pathway that everybody reads, in one query."""
    found = session.execute(PUBLISHED_BELOW, {"station": station_id, "number": LARGEST_COUNT}).one_or_none()
    return found.PathwayVersion if found else None


@dataclass(frozen=True, slots=True)
class DecidedVersion:
    """A version with its decision, where there is one, and where it stands."""

    version: PathwayVersion
    decision: PathwayDecision | None

    @property
    def state(self) -> VersionState:
        """Where the version stands now."""
        outcome = self.decision.outcome if self.decision else None
        return state_of(self.version.confirmation, outcome, self.version.recorded_at, clock.now())

    @property
    def settled_at(self) -> datetime | None:
        """When it was decided on, or published where no decision is needed; None while it waits for one."""
        if self.decision is not None:
            return self.decision.recorded_at
        return self.version.recorded_at if self.state == VersionState.PUBLISHED else None


@dataclass(frozen=True, slots=True)
class CurrentPathway:
    """What everybody reads at a station: the version, and its contacts with those that were replaced lately.

    Each of ``contacts`` is a contact with ``former`` (replaced), ``until`` (the last day on which a former one is
    shown, None while the change is not confirmed), and ``silent_on`` (the day on which it did not answer, or None).
    """

    version: PathwayVersion
    state: VersionState
    contacts: list[dict[str, Any]]

    @property
    def unconfirmed(self) -> bool:
        """Whether no second person has confirmed the version."""
        return self.state == VersionState.UNCONFIRMED


def find_current_pathway(station_id: int) -> CurrentPathway | None:
    """Finds what everybody reads at a station. One query, and more where contacts were replaced or marked lately."""
    found = session.execute(PUBLISHED_BELOW, {"station": station_id, "number": LARGEST_COUNT}).one_or_none()
    if found is None:
        return None
    zone = ZoneInfo(found.time_zone)
    version: PathwayVersion = found.PathwayVersion
    former = former_contacts(_published_from(found), clock.now().astimezone(zone).date(), zone)
    silent = _list_silent(station_id) if found.mark_id is not None else {}

    def silent_on(contact: dict[str, Any], since: datetime | None) -> date | None:
        moment = silent.get(dial(contact["phone"]) or contact["phone"])
        return moment.astimezone(zone).date() if moment and (since is None or moment >= since) else None

    # Who writes a version says that every number was called: what was marked before is answered by that.
    current = [
        contact | {"former": False, "until": None, "silent_on": silent_on(contact, version.recorded_at)}
        for contact in version.contacts
    ]
    replaced = [contact | {"silent_on": silent_on(contact, None)} for contact in former]
    return CurrentPathway(version, to_decided(found).state, current + replaced)


def _published_from(row: Row[*tuple[Any, ...]] | None) -> Iterator[tuple[Sequence[dict[str, Any]], datetime | None]]:
    """Yields the contacts of a version and of those before it, each with when it was settled; a query for each."""
    while row is not None:
        version = row.PathwayVersion
        yield version.contacts, to_decided(row).settled_at
        below = {"station": version.station_id, "number": version.number}
        row = session.execute(PUBLISHED_BELOW, below).one_or_none() if version.number > 1 else None


def _list_silent(station_id: int) -> dict[str, datetime]:
    """Returns when the numbers of a station did not answer, by what is dialled, where that was the last mark."""
    marks = session.scalars(select(PathwayMark).where(PathwayMark.station_id == station_id).order_by(PathwayMark.id))
    last = {dial(mark.phone) or mark.phone: mark for mark in marks}
    return {phone: mark.recorded_at for phone, mark in last.items() if not mark.answers}


def find_version(station_id: int, number: int) -> DecidedVersion | None:
    """Finds one version of a station's pathway, published or not."""
    if number > LARGEST_COUNT:
        return None
    statement = with_decision(PathwayVersion, PathwayDecision).where(
        PathwayVersion.station_id == station_id, PathwayVersion.number == number
    )
    row = session.execute(statement).one_or_none()
    return to_decided(row) if row else None


def find_published_before(version: PathwayVersion) -> PathwayVersion | None:
    """Finds the version that one replaces or has replaced."""
    below = {"station": version.station_id, "number": version.number}
    row = session.execute(PUBLISHED_BELOW, below).one_or_none()
    return row.PathwayVersion if row else None


def find_waiting(station_id: int, above: int) -> PathwayVersion | None:
    """Finds the proposed version that waits for a decision; ``above`` is the number of the current one."""
    statement = with_decision(PathwayVersion).where(
        PathwayVersion.station_id == station_id,
        PathwayVersion.number > above,
        PathwayVersion.confirmation == str(Confirmation.BEFORE),
        PathwayVersion.recorded_at > clock.now() - WAITS_AT_MOST,
        PathwayDecision.id.is_(None),
    )
    return session.scalars(statement.order_by(_newest_first).limit(1)).one_or_none()


def find_last_number(station_id: int) -> int:
    """Returns the highest number of a station's versions, published or not; 0 where there is none."""
    statement = select(func.max(PathwayVersion.number)).where(PathwayVersion.station_id == station_id)
    return session.scalar(statement) or 0


def find_station_by_id(station_id: int) -> DutyStation | None:
    """Finds a station by its number."""
    return session.get(DutyStation, station_id)


def lock_station(station_id: int) -> DutyStation | None:
    """Lets one transaction at a time write a station's pathway, and returns the station."""
    return session.scalar(locked(select(DutyStation).where(DutyStation.id == station_id)))


def list_versions(station_id: int, *, published: bool, limit: int = 50) -> list[DecidedVersion]:
    """Lists a station's versions, newest first; those that everybody may read only, or all."""
    statement = with_decision(PathwayVersion, PathwayDecision).where(PathwayVersion.station_id == station_id)
    if published:
        statement = statement.where(is_published())
    return [to_decided(row) for row in session.execute(statement.order_by(_newest_first).limit(limit))]


def to_decided(row: Row[*tuple[Any, ...]]) -> DecidedVersion:
    """Returns a version of a row of ``with_decision``."""
    return DecidedVersion(row.PathwayVersion, row.PathwayDecision)


def list_stations() -> Sequence[Row[*tuple[Any, ...]]]:
    """Lists every station by country and name, with what its current pathway says of itself; None without one."""
    newest = (
        with_decision(PathwayVersion.station_id, func.max(PathwayVersion.number).label("number"))
        .where(is_published())
        .group_by(PathwayVersion.station_id)
        .subquery()
    )
    current = (PathwayVersion.station_id == newest.c.station_id) & (PathwayVersion.number == newest.c.number)
    confirmed = or_(PathwayVersion.confirmation == str(Confirmation.NONE), PathwayDecision.id.is_not(None))
    return session.execute(
        select(
            DutyStation.slug,
            DutyStation.name,
            DutyStation.country,
            PathwayVersion.number,
            PathwayVersion.verified_on,
            PathwayVersion.review_by,
            confirmed.label("confirmed"),
        )
        .outerjoin(newest, newest.c.station_id == DutyStation.id)
        .outerjoin(PathwayVersion, current)
        .outerjoin(PathwayDecision, PathwayDecision.version_id == PathwayVersion.id)
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
