"""Answers to coordinators: the coverage of a month's end and of the months before it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.compliance.coverage import NOBODY_COVERED, WHOLE, Coverage, Covered
from lms.compliance.coverage_months import Months, last_ends
from lms.compliance.holding import BOTH, SECTOR, STATION, Row
from lms.compliance.source_data.load import CourseWords
from lms.compliance.source_data.names import Choices
from lms.compliance.status import api as rules
from lms.kernel import clock
from lms.kernel.days import month_ends_before
from lms.kernel.tabular import Cell
from lms.people.models import Organisation

MONTHS_OFFERED = 24
MONTHS_OF_TREND = 12


def months_offered(months: Months) -> list[date]:
    """Returns the ends of months that can be asked for, the latest first; where nothing is told, the last one."""
    return [*reversed(months.days)][:MONTHS_OFFERED] or last_ends(1)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A row of coverage with its name, and what is covered there by course, or by sector."""

    row: Row
    slug: str
    name: str
    covered: Covered
    cells: Mapping[rules.Id, Covered]


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """What a page of coverage shows; `whole` is the row that the sentence and the trend are about.

    `organisations` are counted; `joining` share as well, and are counted from the next month on. `both` has a row for
    each station, with its sectors as cells, where neither is chosen; otherwise rows are about what both together tell.
    """

    coverage: Coverage
    course: rules.Id | None
    organisations: Sequence[Organisation]
    joining: Sequence[Organisation]
    sectors: Sequence[CoverageRow]
    stations: Sequence[CoverageRow]
    both: Sequence[CoverageRow]
    courses: Sequence[CourseWords]
    whole: CoverageRow
    trend: Sequence[tuple[date, Covered]]
    known_at: datetime
    definitions: str
    names: Mapping[Row, str]
    # What was chosen, by name; empty where nothing was.
    sector_name: str
    station_name: str

    @property
    def day(self) -> date:
        """Returns the month's end."""
        return self.coverage.day

    @property
    def crossed(self) -> bool:
        """Says whether anything is told of a sector at a station."""
        return any(cell.rate is not None for row in self.both for cell in row.cells.values())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about: a sector by slug and name, a station by number, slug and name, and courses."""

    coverage: Coverage
    sector: tuple[str, str] | None
    station: tuple[int, str, str] | None
    course: rules.Id | None
    courses: Sequence[CourseWords]

    @property
    def row(self) -> Row:
        """Returns the row that both choices together mean."""
        if self.sector and self.station:
            return BOTH, (self.sector[0], self.station[0])
        if self.sector:
            return SECTOR, self.sector[0]
        return (STATION, self.station[0]) if self.station else WHOLE

    def line(self, row: Row, slug: str, name: str) -> CoverageRow:
        """Returns a row with a cell for each course."""
        return CoverageRow(
            row,
            slug,
            name,
            self.coverage.of(row, self.course),
            {each.course_id: self.coverage.of(row, each.course_id) for each in self.courses},
        )


def answer_coverage(
    chosen: Mapping[str, Any],
    months: Months,
    organisations: Sequence[Organisation],
    *,
    choices: Choices,
    courses: Sequence[CourseWords],
    sectors: Mapping[str, str],
) -> CoveragePage:
    """Makes coverage for what the form holds: as_of, and the slugs of a sector, of a station, and of a course."""
    day = date.fromisoformat(chosen["as_of"])
    month = months.on(day)
    coverage = month.coverage if month else Coverage(day, {})
    counted = month.organisations if month else frozenset()
    required = [each for each in courses if not coverage.of(WHOLE, each.course_id).nobody]
    course = next((each.course_id for each in courses if each.slug == chosen["course"]), None)
    asked = _Asked(
        coverage,
        next((each for each in sectors.items() if each[0] == chosen["sector"]), None),
        next((each for each in choices.stations if each[1] == chosen["station"]), None),
        course,
        [] if course is not None else required,
    )
    days = months.days
    ends = (*month_ends_before(day, MONTHS_OF_TREND), day)
    trend = months.trend(ends, asked.row, course)
    return CoveragePage(
        coverage=coverage,
        course=course,
        organisations=[each for each in organisations if each.id in counted],
        joining=[each for each in organisations if each.id not in counted]
        if days and day == days[-1]
        else [],
        sectors=_sectors(asked, sectors),
        stations=_stations(asked, choices),
        both=[] if asked.sector or asked.station else _both(asked, sectors, choices),
        courses=asked.courses,
        whole=asked.line(
            asked.row, "", " · ".join(each[-1] for each in (asked.sector, asked.station) if each)
        ),
        trend=[(end, trend.get(end, NOBODY_COVERED)) for end in ends],
        known_at=month.known_at if month else clock.now(),
        definitions=month.definitions if month else rules.DEFINITIONS_VERSION,
        names={(SECTOR, slug): name for slug, name in sectors.items()}
        | {(STATION, number): name for number, _slug, name in choices.stations},
        sector_name=asked.sector[-1] if asked.sector else "",
        station_name=asked.station[-1] if asked.station else "",
    )


def _sectors(asked: _Asked, sectors: Mapping[str, str]) -> list[CoverageRow]:
    """Returns the sectors: all, the chosen one, or those at the chosen station."""
    if asked.sector:
        return [asked.line(asked.row, *asked.sector)]
    at = asked.station
    return [
        asked.line((BOTH, (slug, at[0])) if at else (SECTOR, slug), slug, name)
        for slug, name in sectors.items()
    ]


def _stations(asked: _Asked, choices: Choices) -> list[CoverageRow]:
    """Returns the stations: all, the chosen one, or those where the chosen sector works."""
    if asked.station:
        return [] if asked.sector else [asked.line(asked.row, *asked.station[1:])]
    within = asked.sector
    return [
        asked.line((BOTH, (within[0], number)) if within else (STATION, number), slug, name)
        for number, slug, name in choices.stations
    ]


def _both(asked: _Asked, sectors: Mapping[str, str], choices: Choices) -> list[CoverageRow]:
    """Returns a row for each station with a cell for each sector."""
    return [
        CoverageRow(
            (STATION, number),
            slug,
            name,
            asked.coverage.of((STATION, number), asked.course),
            {sector: asked.coverage.of((BOTH, (sector, number)), asked.course) for sector in sectors},
        )
        for number, slug, name in choices.stations
    ]


COVERAGE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "by", "sector", "station", "course", "counted", "people",
    "compliant", "rate_percent", "hidden",
)  # fmt: skip


def coverage_rows(page: CoveragePage) -> Iterable[Sequence[Cell]]:
    """Returns the figures of coverage as rows of `COVERAGE_HEAD`; what is hidden is empty and says so.

    Of sectors at stations those with anybody are among them.
    """
    rows = [page.whole.row, *(each.row for each in (*page.sectors, *page.stations))]
    if page.both:
        rows += [row for row, _course in page.coverage.figures if row[0] == BOTH]
    for row in dict.fromkeys(rows):
        yield _written(page, row, "(as chosen)", page.coverage.of(row, page.course))
        for course in page.courses:
            yield _written(page, row, course.slug, page.coverage.of(row, course.course_id))


def _written(page: CoveragePage, row: Row, course: str, covered: Covered) -> Sequence[Cell]:
    axis, which = row
    sector, station = which if isinstance(which, tuple) else (which, which)
    return (
        page.day,
        page.known_at.isoformat(timespec="seconds"),
        page.definitions,
        len(page.organisations),
        axis,
        page.names.get((SECTOR, sector), "") if axis in (SECTOR, BOTH) else "",
        page.names.get((STATION, station), "") if axis in (STATION, BOTH) else "",
        course,
        "posts" if len(page.organisations) > 1 else "people",
        covered.people,
        covered.compliant,
        covered.rate,
        "yes" if covered.compliant is None else "",
    )
