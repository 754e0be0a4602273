"""What the page and the CSV of coverage show: the tables of one release, and one cell month by month."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.compliance.api import CourseTitle
from lms.coverage import queries
from lms.coverage.models import CoverageRelease
from lms.coverage.rules import Cell, Figures
from lms.kernel.tabular import Cell as Value
from lms.people.models import Organisation

MONTHS_OF_TREND = 13


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """The figures of one release, of which `chosen` is what the first sentence and the trend are about.

    `organisations` are counted; `joining` share now, but did not then. `sectors` and `stations` are names, by slug and
    by row number: the chosen one, or all; of stations only those where ten people match.
    """

    release: CoverageRelease
    figures: Mapping[Cell, Figures]
    chosen: Cell
    organisations: Sequence[Organisation]
    joining: Sequence[Organisation]
    sectors: Mapping[str, str]
    stations: Mapping[int, str]
    courses: Mapping[int, CourseTitle]
    trend: Sequence[tuple[date, Figures | None]]

    def at(self, sector: str | None = None, station: int | None = None, course: int | None = None) -> Figures | None:
        """Returns the figures of what is chosen, narrowed further; None where fewer than ten people match."""
        of = self.chosen
        return self.figures.get(Cell(sector or of.sector, station or of.station_id, course or of.course_id))


def make_page(
    chosen: Cell,
    releases: Sequence[CoverageRelease],
    organisations: Sequence[Organisation],
    *,
    sectors: Mapping[str, str],
    stations: Mapping[int, str],
    courses: Mapping[int, CourseTitle],
) -> CoveragePage:
    """Returns the page of the first of some releases, the latest first; organisations are those that share now."""
    release, months = releases[0], releases[:MONTHS_OF_TREND][::-1]
    figures = queries.load_figures(release.id)
    trend = queries.load_trend([each.id for each in months], chosen)
    some_stations = [number for number in stations if chosen._replace(station_id=number) in figures]
    some_courses = [number for number in courses if Cell(course_id=number) in figures]
    return CoveragePage(
        release=release,
        figures=figures,
        chosen=chosen,
        organisations=[each for each in organisations if each.id in release.organisations],
        joining=[each for each in organisations if each.id not in release.organisations],
        sectors={slug: sectors[slug] for slug in ([chosen.sector] if chosen.sector else sectors)},
        stations={n: stations[n] for n in ([chosen.station_id] if chosen.station_id else some_stations)},
        courses={n: courses[n] for n in ([chosen.course_id] if chosen.course_id else some_courses)},
        trend=[(each.on_day, trend.get(each.id)) for each in months],
    )


COVERAGE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "sector", "station", "course", "counted", "people",
    "compliant", "rate_percent",
)  # fmt: skip


def coverage_rows(page: CoveragePage) -> Iterator[Sequence[Value]]:
    """Yields the rows of `COVERAGE_HEAD` of all cells with ten people; `compliant` is empty where these are fewer."""
    cells = (
        Cell(sector, station, course)
        for sector in (page.chosen.sector, *page.sectors)
        for station in (page.chosen.station_id, *page.stations)
        for course in (page.chosen.course_id, *page.courses)
    )
    for cell in dict.fromkeys(cells):
        figures = page.figures.get(cell)
        if figures:
            yield (
                page.release.on_day,
                page.release.recorded_at.isoformat(timespec="seconds"),
                page.release.definitions,
                len(page.organisations),
                page.sectors[cell.sector] if cell.sector else "(all)",
                page.stations[cell.station_id] if cell.station_id else "(all)",
                page.courses[cell.course_id].slug if cell.course_id else "(every required course)",
                "posts" if len(page.organisations) > 1 else "people",
                *figures,
                figures.rate,
            )
