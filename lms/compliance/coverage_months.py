"""Telling coordinators of months: once for each month's end, as it was known when the month was over; never changed.

A job tells of each month soon after it has ended everywhere. Until it has done so for the first time, a small house is
told of from what is known now; a large one waits. An organisation that begins to share is counted from the next month
on, so that nobody can take two figures of one month from each other; where one does not share any more everything that
was told with it is removed, and the months are told anew without it.
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, Protocol

import structlog
from flask import current_app

from lms.accounts.queries import list_reaches
from lms.compliance.coverage import (
    Coverage,
    Covered,
    coverage_as_documents,
    coverage_of_documents,
    read_covered,
    tell,
)
from lms.compliance.coverage_models import CoverageMonth, CoverageSeries
from lms.compliance.errors import StillUpdating
from lms.compliance.holding import BOTH, Held, Row, State, Told
from lms.compliance.queries import coverage as queries
from lms.compliance.report.count_backends import check_whole, is_large
from lms.compliance.report.counts import stand
from lms.compliance.report.fingerprint import fingerprint
from lms.compliance.report.population_cache import prepare
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import required_courses
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Reach
from lms.compliance.status import api as rules
from lms.compliance.status.api import Group
from lms.kernel import clock, db
from lms.kernel.actor import Role
from lms.kernel.days import month_ends_before
from lms.kernel.db import session

log = structlog.get_logger(__name__)

MONTHS = 36
"""How many months are told when telling begins: two years to ask for, and the year before each."""
_MOST_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class Month:
    """What is told of a month's end: whose counts it holds, when it was known, and by which definitions."""

    coverage: Coverage
    organisations: frozenset[int]
    known_at: datetime
    definitions: str


def last_ends(count: int = MONTHS) -> list[date]:
    """Returns the ends of the last months that are over everywhere on earth, the earliest first."""
    latest = (clock.now() - timedelta(hours=12)).date()
    return month_ends_before(latest, count)


class Months(Protocol):
    """The months that are told, wherever they come from."""

    @property
    def days(self) -> Sequence[date]:
        """Returns their ends, the earliest first."""

    def on(self, day: date) -> Month | None:
        """Returns what is told of a month's end, None where nothing is."""

    def trend(self, days: Collection[date], row: Row, course: rules.Id | None) -> Mapping[date, Covered]:
        """Returns one row of one course (None: of everything required) at the ends of those months that are told."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Months that were told and stored; only what is asked for is read."""

    series_id: int

    @property
    def days(self) -> Sequence[date]:
        return queries.list_told_days(self.series_id)

    def on(self, day: date) -> Month | None:
        kept = queries.find_month(self.series_id, day)
        if kept is None:
            return None
        return Month(
            coverage_of_documents(day, kept.figures, kept.figures_of_both),
            _numbers(kept.organisations),
            kept.recorded_at,
            kept.definitions,
        )

    def trend(self, days: Collection[date], row: Row, course: rules.Id | None) -> Mapping[date, Covered]:
        found = queries.list_figures(self.series_id, days, both=row[0] == BOTH)
        return {day: read_covered(document, row, course) for day, document in found.items()}


@dataclass(frozen=True, slots=True)
class _Made:
    """Months told from what is known now."""

    months: Mapping[date, Month]

    @property
    def days(self) -> Sequence[date]:
        return list(self.months)

    def on(self, day: date) -> Month | None:
        return self.months.get(day)

    def trend(self, days: Collection[date], row: Row, course: rules.Id | None) -> Mapping[date, Covered]:
        return {day: self.months[day].coverage.of(row, course) for day in days if day in self.months}


def told_months(reach: Collection[int] | None) -> Months:
    """Returns what is told to coordinators of some organisations (None: of all).

    Raises StillUpdating where it has not been told yet and is too much to wait for.
    """
    sharing = frozenset(queries.sharing_now(reach))
    series = queries.find_series(reach)
    if series is not None and _numbers(series.organisations) <= sharing:
        return _Kept(series.id)
    return _Made(_from_now(sharing) if sharing else {})


def _numbers(written: str) -> frozenset[int]:
    return frozenset(map(int, written.split()))


@dataclass(slots=True)
class _Remembered:
    lock: Lock = field(default_factory=Lock)
    months: "OrderedDict[Any, Mapping[date, Month]]" = field(default_factory=OrderedDict)


def _from_now(sharing: frozenset[int]) -> Mapping[date, Month]:
    """Tells of all months with the knowledge of now; from memory as long as nothing is recorded."""
    whole = check_whole(sharing)
    if is_large(sharing):
        raise StillUpdating(0, len(last_ends()))
    remembered: _Remembered = current_app.extensions.setdefault("coverage_months", _Remembered())
    ends = last_ends()
    key = (sharing, ends[-1], fingerprint())
    with remembered.lock:
        if key in remembered.months:
            return remembered.months[key]
    now = clock.now()
    made = {
        each.day: Month(each, sharing, now, rules.DEFINITIONS_VERSION)
        for _posts, each in _told(sharing, ends, whole=whole)
    }
    with remembered.lock:
        remembered.months[key] = made
        while len(remembered.months) > _MOST_REMEMBERED:
            remembered.months.popitem(last=False)
    return made


def _told(
    sharing: Collection[int],
    ends: Sequence[date],
    *,
    whole: bool,
    last: Held | None = None,
    before: Coverage | None = None,
) -> Iterator[tuple[Told, Coverage]]:
    courses = sorted(required_courses(sharing))
    return tell(_states(sharing, ends, whole=whole), courses=courses, last=last, before=before)


def _states(sharing: Collection[int], ends: Sequence[date], *, whole: bool) -> Iterator[tuple[date, Held]]:
    """Gives how posts stood at the ends of months: from what is prepared, or from the facts while it is not whole."""
    if whole:
        for end in ends:
            yield end, queries.states_on(sharing, end)
    else:
        population = prepare(Reach(frozenset(sharing))).population
        for end in ends:
            yield end, states(population, end)


def states(population: Population, day: date) -> dict[Hashable, State]:
    """Returns how every post of a population stands on a day."""
    found: dict[Hashable, State] = {}
    for each in stand(population, day, Filters()):
        if each.required:
            courses = each.by_course()
            found[each.post.person, each.post.organisation] = State(
                each.placement.sector,
                each.placement.station,
                each.overall.group is Group.COMPLIANT,
                frozenset((course, how.group is Group.COMPLIANT) for course, how in courses.items()),
            )
    return found


def tell_coordinators() -> int:
    """Tells coordinators of every reach what is not told yet; returns how many months that were."""
    with db.reading():
        reaches = list_reaches(Role.COORDINATOR)
    return sum(tell_reach(reach) for reach in reaches)


def tell_reach(reach: Collection[int] | None) -> int:
    """Tells coordinators of a reach of the months that are over and not told yet; returns how many were told.

    What takes long is only read; it is stored at the end in one short transaction, or not at all where something was
    told or sharing was changed meanwhile. While what is prepared is not whole nothing is told.
    """
    _remove_what_is_not_shared(reach)
    with db.reading():
        sharing = frozenset(queries.sharing_now(reach))
        series = queries.find_series(reach)
        last = None if series is None else queries.find_last_month(series.id)
        ends = [each for each in last_ends() if last is None or each > last.on_day]
        if not sharing or not ends or not _is_whole(sharing):
            return 0
        before = None
        if last is not None:
            before = coverage_of_documents(last.on_day, last.figures, last.figures_of_both)
        posts: Held | None = None if series is None else queries.load_posts(series.id)
        new = []
        for told, coverage in _told(sharing, ends, whole=True, last=posts, before=before):
            new.append(coverage)
            posts = told.posts
    if not new or posts is None:
        return 0
    with db.unit_of_work():
        series = queries.find_series(reach)
        newest = None if series is None else queries.find_last_month(series.id)
        if frozenset(queries.sharing_now(reach)) != sharing or (newest and newest.on_day) != (
            last and last.on_day
        ):
            return 0
        _store(series or _begun(reach), sharing, new, posts)
    log.info("coverage told", months=len(new), posts=len(posts))
    return len(new)


def _is_whole(sharing: Collection[int]) -> bool:
    try:
        return check_whole(sharing)
    except StillUpdating:
        return False


def _remove_what_is_not_shared(reach: Collection[int] | None) -> None:
    """Removes what was told with an organisation that does not share any more."""
    with db.unit_of_work():
        series = queries.find_series(reach)
        if series is not None and not _numbers(series.organisations) <= set(queries.sharing_now(reach)):
            queries.remove_series(series)


def _begun(reach: Collection[int] | None) -> CoverageSeries:
    series = CoverageSeries(reach=queries.reach_of(reach), organisations="", recorded_at=clock.now())
    session.add(series)
    session.flush()
    return series


def _store(series: CoverageSeries, sharing: Collection[int], months: Sequence[Coverage], posts: Held) -> None:
    series.organisations = queries.written(sharing)
    for coverage in months:
        figures, figures_of_both = coverage_as_documents(coverage)
        session.add(
            CoverageMonth(
                series_id=series.id,
                on_day=coverage.day,
                organisations=series.organisations,
                definitions=rules.DEFINITIONS_VERSION,
                figures=figures,
                figures_of_both=figures_of_both,
                recorded_at=clock.now(),
            )
        )
    queries.replace_posts(series.id, posts)
