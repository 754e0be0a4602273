"""The per-sector report: how many people have which status on a day, by sector and by course. Pure.

A post (a person in an organisation) counts in the main sector of its placement on the day asked about, once, with
its overall status: the worst of what is required of it. In the matrix it counts once in each course, with the
worst of that course. Posts of whom nothing is required are counted apart and are in no rate.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from lms.compliance.report.counts import AHEAD_DAYS, CountBackend, DayCounts, StatusCounts
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.api import Id
from lms.kernel.days import month_ends_after, month_ends_before

BEFORE_DAYS = 30
TREND_MONTHS = 24
FORECAST_MONTHS = 12


def points_between(before: Fraction | None, after: Fraction | None) -> int | None:
    """Returns the difference of two rates in percentage points, half a point rounded away from zero."""
    if before is None or after is None:
        return None
    difference = 100 * (after - before)
    points = int(abs(difference) + Fraction(1, 2))
    return points if difference >= 0 else -points


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


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page of a report shows, for one day and one choice of filters.

    `courses` are those required of anybody, in the order given. `not_required` counts posts without a requirement.
    `trend` leads up to the day, `forecast` goes on from it, and `ahead` holds the days 30, 60 and 90 days later:
    the figures expected without further training, under the recorded requirements and placements. `lapsing` says how
    many comply on the day and will not any more within 30, 60 and 90 days. `lowest` is the
    sector with the lowest rate where there are at least two.
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

    @property
    def in_90_days(self) -> TrendPoint:
        """Returns the figures 90 days later."""
        return self.ahead[-1]

    @property
    def lowest(self) -> SectorLine | None:
        """Returns the sector with the lowest rate, where there are two with people and it is below the whole."""
        ranked = [line for line in self.lines if line.figures.rate is not None]
        worst = min(ranked, key=lambda line: line.figures.rate or 0, default=None)
        if worst is None or self.total.rate is None or (worst.figures.rate or 0) >= self.total.rate:
            return None
        return worst


def make_report(
    backend: CountBackend,
    as_of: date,
    filters: Filters,
    *,
    sectors: Sequence[str],
    courses: Sequence[Id],
    trend: Sequence[date] | None = None,
) -> Report:
    """Makes the report of a day from counts; `sectors` and `courses` give the order, unknown ones follow it.

    The trend has the last days of the 24 months before the day, and the day, unless days are given; the forecast
    has those of the 12 months from the day on.
    """
    now = backend.on(as_of)
    before = backend.on(_shifted(as_of, -BEFORE_DAYS), cells=False)
    days = (*month_ends_before(as_of, TREND_MONTHS), as_of) if trend is None else tuple(trend)
    coming = month_ends_after(as_of, FORECAST_MONTHS)
    ahead = [_shifted(as_of, each) for each in AHEAD_DAYS]
    totals = backend.totals_on({*days, *coming, *ahead})
    return Report(
        as_of=as_of,
        total=now.total,
        not_required=now.not_required,
        change=points_between(before.total.rate, now.total.rate),
        lines=tuple(
            _line(str(sector), now, before)
            for sector in _in_order(sectors, now.overall)
            if filters.sector in (None, sector)
        ),
        courses=tuple(_in_order([course for course in courses if course in now.courses], now.courses)),
        course_totals={course: now.of_course(course) for course in now.courses},
        trend=tuple(TrendPoint(day, totals[day]) for day in days),
        forecast=tuple(TrendPoint(day, totals[day]) for day in coming),
        ahead=tuple(TrendPoint(day, totals[day]) for day in ahead),
        lapsing=now.lapsing,
    )


def _line(sector: str, now: DayCounts, before: DayCounts) -> SectorLine:
    figures = StatusCounts.added([now.overall.get(sector, {})])
    earlier = StatusCounts.added([before.overall.get(sector, {})])
    cells = {course: StatusCounts.added([now.cells[here, course]]) for here, course in now.cells if here == sector}
    return SectorLine(sector, figures, points_between(earlier.rate, figures.rate), cells)


def _in_order(order: Sequence[str] | Sequence[Id], found: Collection[Id]) -> list[Id]:
    return [*order, *sorted((each for each in found if each not in order), key=str)]


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=days)


SORTS = ("rate", "sector", "people", "late", "change")


def sorted_lines(lines: Iterable[SectorLine], by: str) -> list[SectorLine]:
    """Sorts sectors by a name of `SORTS`, descending with a minus before it; empty ones come last.

    Sorting by sector keeps the order given, the sectors' own.
    """
    listed = list(lines)
    word, downwards = by.removeprefix("-"), by.startswith("-")
    with_people = [line for line in listed if line.figures.people]
    keys = {
        "rate": lambda line: line.figures.rate,
        "sector": listed.index,
        "people": lambda line: line.figures.people,
        "late": lambda line: Fraction(line.figures.late, line.figures.people),
        "change": lambda line: line.change if line.change is not None else 0,
    }
    with_people.sort(key=keys.get(word, keys["rate"]), reverse=downwards)
    return with_people + [line for line in listed if not line.figures.people]
