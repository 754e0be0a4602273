"""Every SELECT of coverage: who shares, what is counted, and what was published."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, func, select

from lms.compliance.api import STATUSES, StatusGroup, TrainingStatus, read_courses
from lms.compliance.projection.models import PostInterval
from lms.coverage.models import CoverageCell, CoverageRelease, RecordKey
from lms.coverage.rules import Cell, Figures, PositionGroup
from lms.kernel.db import session
from lms.people.models import Organisation

_KEYED = and_(RecordKey.person_id == PostInterval.person_id, RecordKey.organisation_id == PostInterval.organisation_id)


def list_sharing(scope: Collection[int] | None) -> Sequence[Organisation]:
    """Lists the organisations that share their counts, of some (None: of all), by name."""
    statement = select(Organisation).where(Organisation.shares_coverage.is_(True)).order_by(Organisation.name)
    return session.scalars(statement if scope is None else statement.where(Organisation.id.in_(scope))).all()


def scope_key(scope: Collection[int] | None) -> str:
    """Returns a coordinator's scope (None: all organisations) as releases store it."""
    return "all" if scope is None else " ".join(map(str, sorted(scope)))


def list_releases(scope: Collection[int] | None) -> Sequence[CoverageRelease]:
    """Lists what was published to coordinators of a scope, the latest first."""
    statement = select(CoverageRelease).where(CoverageRelease.scope == scope_key(scope))
    return session.scalars(statement.order_by(CoverageRelease.on_day.desc())).all()


def _counted_on(organisations: Collection[int], day: date) -> ColumnElement[bool]:
    """Returns the condition on intervals of positions of organisations of whom something is required on a day."""
    return and_(
        PostInterval.covers(day),
        PostInterval.overall != STATUSES.index(TrainingStatus.NOT_REQUIRED),
        PostInterval.organisation_id.in_(sorted(organisations)),
    )


def list_missing_keys(organisations: Collection[int], day: date) -> Sequence[Row[int, int]]:
    """Lists the positions to be counted on a day, as person and organisation, that have no record key yet."""
    statement = select(PostInterval.person_id, PostInterval.organisation_id).outerjoin(RecordKey, _KEYED)
    return session.execute(statement.where(_counted_on(organisations, day), RecordKey.key.is_(None)).distinct()).all()


def iterate_groups(organisations: Collection[int], day: date) -> Iterator[PositionGroup]:
    """Yields the positions of organisations of whom something is required on a day, grouped by what is counted."""
    by = (PostInterval.sector, PostInterval.station_id, PostInterval.overall, PostInterval.courses)
    sums = (func.count().label("people"), func.sum(RecordKey.key).label("key_sum"))
    statement = select(*by, *sums).join(RecordKey, _KEYED).where(_counted_on(organisations, day)).group_by(*by)
    for row in session.execute(statement):
        complies = STATUSES[row.overall].group is StatusGroup.COMPLIANT
        courses = [(course, how.group is StatusGroup.COMPLIANT) for course, how in read_courses(row.courses)]
        yield PositionGroup(row.sector, row.station_id, complies, courses, row.people, row.key_sum)


def load_figures(releases: Collection[int], cell: Cell | None = None) -> dict[int, dict[Cell, Figures]]:
    """Loads the figures of releases, of all cells or of one, by release; cells of fewer than ten people are absent."""
    statement = select(CoverageCell.__table__).where(CoverageCell.release_id.in_(releases))
    if cell is not None:
        statement = statement.filter_by(**cell._asdict())
    found: dict[int, dict[Cell, Figures]] = {release: {} for release in releases}
    for row in session.execute(statement):
        found[row.release_id][Cell(row.sector, row.station_id, row.course_id)] = Figures(row.people, row.compliant)
    return found
