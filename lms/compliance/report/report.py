"""The per-sector report: how many people have which status on a day, by sector and by course; pure functions.

A post (a person in an organisation) counts in the main sector of its placement on the day asked about, once, with
its overall status: the worst of what is required of it. In the matrix it counts once in each course, with the
worst of that course. Posts of whom nothing is required are counted apart and are in no rate.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from lms.compliance.projection.rows import LAPSES
from lms.compliance.report.counts import CountBackend, DayCounts, MatrixColumn, ReadCounts, StatusCounts
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report_id import DIGEST_BYTES, ReportId
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.names import NamedPerson
from lms.compliance.source_data.population import ReasonedStatus, RequirementStatus, StatusRow
from lms.compliance.status.definitions import DEFINITIONS_VERSION, TrainingStatus
from lms.compliance.status.facts import Id
from lms.kernel.days import month_ends_after, month_ends_before

BEFORE_DAYS = 30
TREND_MONTHS = 24
FORECAST_MONTHS = 12


def points_between(before: Fraction | None, after: Fraction | None) -> int | None:
    """Returns the difference of two rates in percentage points, half a point rounded away from zero."""
    if before is None or after is None:
        return None
    points = int(100 * abs(after - before) + Fraction(1, 2))
    return points if after >= before else -points


@dataclass(frozen=True, slots=True)
class SectorLine:
    """One sector on the day: its figures, the change of the rate in 30 days in points, and its matrix cells.

    `cells` holds, by course, the figures of that course in the sector; a course that nobody needs is missing.
    """

    sector: str
    figures: StatusCounts
    change: int | None
    cells: Mapping[Id, StatusCounts]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The figures of one day of the trend."""

    day: date
    figures: StatusCounts


@dataclass(frozen=True)
class Report:
    """Everything the page of a report shows, for one day and one choice of filters.

    `courses` are those required of anybody, in the order given. `not_required` counts posts without a requirement.
    `trend` leads up to the day, `forecast` goes on from it, and `ahead` holds the days 30, 60 and 90 days later.
    Figures of days after the moment of knowledge are those expected without further training, under the recorded
    requirements and placements. `lapsing` says how many comply on the day and do not any more within 30, 60 and 90
    days.
    """

    as_of: date
    total: StatusCounts
    not_required: int
    change: int | None
    lines: tuple[SectorLine, ...]
    courses: tuple[Id, ...]
    course_totals: Mapping[Id, StatusCounts]
    trend: tuple[TrendPoint, ...]
    forecast: tuple[TrendPoint, ...]
    ahead: tuple[TrendPoint, ...]
    lapsing: Mapping[int, int]

    @cached_property
    def digest(self) -> bytes:
        """Returns what differs whenever any figure does."""
        return digest_of(self)

    @cached_property
    def lowest(self) -> SectorLine | None:
        """Returns the sector with the lowest rate, where there are two with people and it is below the whole."""
        ranked = [line for line in self.lines if line.figures.rate is not None]
        worst = min(ranked, key=lambda line: line.figures.rate or 0, default=None)
        is_below = worst and self.total.rate is not None and (worst.figures.rate or 0) < self.total.rate
        return worst if is_below else None


@dataclass(frozen=True)
class ReportPage:
    """A report with the names it shows, its lines sorted by `sort`.

    While a list of people is being imported, the figures are those of before, `held_since` it began.
    """

    report: Report
    sort: str
    courses: Sequence[CourseTitle]
    known_at: datetime
    query: ReportQuery
    held_since: datetime | None = None
    # Of a report that is cached: its number, which stands for all figures and names.
    cached_number: int | None = None

    @cached_property
    def lines(self) -> Sequence[SectorLine]:
        """Returns the sectors in the order requested."""
        return sorted_lines(self.report.lines, self.sort)

    def is_projected(self, day: date) -> bool:
        """Says whether the figures of a day are expected ones: it lies after the moment of knowledge."""
        return day > self.query.known_on

    @property
    def points(self) -> list[TrendPoint]:
        """Returns the points of the trend and the forecast, in order."""
        return [*self.report.trend, *self.report.forecast]

    @property
    def changed_since(self) -> date:
        """Returns the day that the change of each rate is counted from."""
        return self.report.as_of - timedelta(days=BEFORE_DAYS)

    @property
    def id(self) -> ReportId:
        """Returns the report's id."""
        return ReportId(
            definitions=int(DEFINITIONS_VERSION),
            as_of=self.query.as_of,
            known_at=self.known_at,
            organisations=tuple(sorted(self.query.organisation_ids)),
            filters=self.query.filters,
            digest=self.report.digest,
        )


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of the report: who and where, what is required, the most urgent first, and how many more are not met."""

    named: NamedPerson
    organisation: str
    sector: str
    sector_name: str
    station: str
    role: str
    overall: TrainingStatus
    also: int
    rows: Sequence[RequirementStatus]
    # Why the first of them has its status, where that is shown.
    reason: str = ""

    @property
    def by_course(self) -> Mapping[int, RequirementStatus]:
        """Returns the most urgent requirement of each course."""
        return {row.course_id: row for row in reversed(self.rows)}

    def cells(self, columns: Iterable[MatrixColumn]) -> Iterator[tuple[TrainingStatus, date | None]]:
        """Yields the status for each course, and its last valid day or the day it is due."""
        rows = self.by_course
        for row in (rows.get(column.course.course_id) for column in columns):
            yield (row.status, row.due_on or row.valid_through) if row else (TrainingStatus.NOT_REQUIRED, None)


@dataclass(frozen=True, slots=True)
class ExplainedLine(PersonLine):
    """The same with the reason of each status."""

    rows: Sequence[StatusRow | ReasonedStatus]


def _days_shown(as_of: date) -> tuple[list[date], list[date], list[date]]:
    """Returns the days of the trend, of the forecast and ahead."""
    return (
        [*month_ends_before(as_of, TREND_MONTHS), as_of],
        month_ends_after(as_of, FORECAST_MONTHS),
        [as_of + timedelta(days=days) for days in LAPSES],
    )


def read_for_report(backend: CountBackend, as_of: date) -> ReadCounts:
    """Reads all counts that the report of a day is made of."""
    days = {day for days in _days_shown(as_of) for day in days}
    return ReadCounts(backend, as_of, as_of - timedelta(days=BEFORE_DAYS), days)


def make_report(backend: CountBackend, as_of: date, *, sectors: Sequence[str], courses: Sequence[Id]) -> Report:
    """Makes the report of a day from counts; `sectors` and `courses` give the order, unknown ones follow it.

    The trend has the last days of the 24 months before the day, and the day; the forecast has those of the 12 months
    from the day on.
    """
    now = backend.on(as_of)
    before = backend.on(as_of - timedelta(days=BEFORE_DAYS), cells=False)
    trend, forecast, ahead = _days_shown(as_of)
    totals = backend.totals_on({*trend, *forecast, *ahead})

    def points(days: Iterable[date]) -> tuple[TrendPoint, ...]:
        return tuple(TrendPoint(day, totals[day]) for day in days)

    return Report(
        as_of=as_of,
        total=now.total,
        not_required=sum(counted.get(TrainingStatus.NOT_REQUIRED, 0) for counted in now.overall.values()),
        change=points_between(before.total.rate, now.total.rate),
        lines=tuple(
            _line(str(sector), now, before)
            for sector in _in_order(sectors, now.overall)
            if backend.filters.sector in (None, sector)
        ),
        courses=tuple(_in_order([course for course in courses if course in now.courses], now.courses)),
        course_totals={course: now.of_course(course) for course in now.courses},
        trend=points(trend),
        forecast=points(forecast),
        ahead=points(ahead),
        lapsing=now.lapsing,
    )


def _line(sector: str, now: DayCounts, before: DayCounts) -> SectorLine:
    figures = StatusCounts.added(now.overall.get(sector, {}))
    earlier = StatusCounts.added(before.overall.get(sector, {}))
    cells = {course: StatusCounts.added(counts) for (here, course), counts in now.cells.items() if here == sector}
    return SectorLine(sector, figures, points_between(earlier.rate, figures.rate), cells)


def _in_order(order: Sequence[str] | Sequence[Id], found: Collection[Id]) -> list[Id]:
    return [*order, *sorted((each for each in found if each not in order), key=str)]


def sorted_lines(lines: Sequence[SectorLine], by: str) -> list[SectorLine]:
    """Sorts sectors by rate, sector, people, late or change, descending with a minus before it; empty ones come last.

    Sorting by sector keeps the order given, the sectors' own.
    """
    keys = {
        "rate": lambda line: line.figures.rate,
        "sector": lines.index,
        "people": lambda line: line.figures.people,
        "late": lambda line: Fraction(line.figures.late, line.figures.people),
        "change": lambda line: line.change if line.change is not None else 0,
    }
    with_people = [line for line in lines if line.figures.people]
    with_people.sort(key=keys.get(by.removeprefix("-"), keys["rate"]), reverse=by.startswith("-"))
    return with_people + [line for line in lines if not line.figures.people]


def digest_of(report: Report) -> bytes:
    """Returns what differs whenever any figure of a report does; sectors and courses without figures do not count."""
    plain = report_as_document(report)
    plain["lines"] = sorted(
        [each for each in plain["lines"] if each["figures"] or each["cells"]], key=lambda each: each["sector"]
    )
    plain["courses"] = sorted(plain["courses"], key=str)
    written = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).digest()[:DIGEST_BYTES]


def report_as_document(report: Report) -> dict[str, Any]:
    """Returns a report as JSON values."""
    return {
        "as_of": report.as_of.isoformat(),
        "total": _counts(report.total),
        "unasked": report.not_required,
        "change": report.change,
        "lines": [
            {
                "sector": line.sector,
                "figures": _counts(line.figures),
                "change": line.change,
                "cells": {str(course): _counts(cell) for course, cell in line.cells.items() if cell.people},
            }
            for line in report.lines
        ],
        "lapsing": {str(days): count for days, count in report.lapsing.items()},
        "courses": [int(course) for course in report.courses],
        "course_totals": {str(course): _counts(cell) for course, cell in report.course_totals.items()},
        **{
            name: [[point.day.isoformat(), _counts(point.figures)] for point in points]
            for name, points in (("trend", report.trend), ("forecast", report.forecast), ("ahead", report.ahead))
        },
    }


def report_of_document(document: Mapping[str, Any]) -> Report:
    """Returns the report again."""
    return Report(
        as_of=date.fromisoformat(document["as_of"]),
        total=_figures(document["total"]),
        not_required=document["unasked"],
        change=document["change"],
        lines=tuple(
            SectorLine(
                each["sector"],
                _figures(each["figures"]),
                each["change"],
                {int(course): _figures(cell) for course, cell in each["cells"].items()},
            )
            for each in document["lines"]
        ),
        courses=tuple(document["courses"]),
        course_totals={int(course): _figures(cell) for course, cell in document["course_totals"].items()},
        trend=_points(document["trend"]),
        forecast=_points(document["forecast"]),
        ahead=_points(document["ahead"]),
        lapsing={int(days): count for days, count in document["lapsing"].items()},
    )


def _counts(figures: StatusCounts) -> dict[str, int]:
    return {status.value: count for status, count in figures.by_status.items() if count}


def _figures(counts: Mapping[str, int]) -> StatusCounts:
    return StatusCounts({TrainingStatus(word): count for word, count in counts.items()})


def _points(written: list[Any]) -> tuple[TrendPoint, ...]:
    return tuple(TrendPoint(date.fromisoformat(day), _figures(counts)) for day, counts in written)
