"""Answers to coordinators: the coverage of a month's end and of the months before it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from lms.compliance import rules
from lms.compliance.coverage import Coverage, CoverageTable, Covered, make_coverage
from lms.compliance.days import month_ends_before
from lms.compliance.holding import Held, held_over, states
from lms.compliance.population import Population
from lms.compliance.prepared import prepare
from lms.compliance.queries.facts import CourseWords, Reach
from lms.compliance.queries.lists import Choices
from lms.kernel import clock
from lms.kernel.tabular import Cell
from lms.people.models import Organisation

MONTHS_OFFERED = 24
MONTHS_OF_TREND = 12


def month_ends(today: date) -> list[date]:
    """Returns the ends of the last 24 months that are over, the latest first; today counts where it is one."""
    return month_ends_before(today + timedelta(days=1), MONTHS_OFFERED)[::-1]


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A row of coverage with its name, and by course what is covered there."""

    slug: str
    name: str
    covered: Covered
    cells: Mapping[rules.Id, Covered]


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """What a page of coverage shows; `whole` is the row that the sentence and the trend are about."""

    coverage: Coverage
    organisations: Sequence[Organisation]
    sectors: Sequence[CoverageRow]
    stations: Sequence[CoverageRow]
    courses: Sequence[CourseWords]
    whole: CoverageRow
    trend: Sequence[tuple[date, Covered]]
    known_at: datetime


@dataclass(frozen=True, slots=True)
class _History:
    """What is told of every month's end, from the first with anybody on."""

    sectors: Sequence[rules.Id]
    stations: Sequence[rules.Id]
    courses: Sequence[rules.Id]
    months: Mapping[date, Coverage]

    @classmethod
    def of(
        cls,
        population: Population,
        sectors: Sequence[rules.Id],
        stations: Sequence[rules.Id],
        courses: Sequence[rules.Id],
    ) -> "_History":
        """Returns the history of a population up to today, from memory where it was asked for before."""
        last = clock.now().date()
        kept = _kept.setdefault(population, {})
        key = (last, tuple(sectors), tuple(stations), tuple(courses))
        if key not in kept:
            kept.clear()
            kept[key] = cls(sectors, stations, courses, _tell(population, last, sectors, stations, courses))
        return kept[key]

    def on(self, day: date) -> Coverage:
        """Returns what is told of a month's end; of one before the first that nobody was there."""
        return self.months.get(day) or make_coverage(
            {}, day, sectors=self.sectors, stations=self.stations, courses=self.courses
        )


_kept: "WeakKeyDictionary[Population, dict[object, _History]]" = WeakKeyDictionary()
"""Histories in memory, as long as their populations are: those are thrown away when anything is recorded."""


def _tell(
    population: Population,
    last: date,
    sectors: Sequence[rules.Id],
    stations: Sequence[rules.Id],
    courses: Sequence[rules.Id],
) -> dict[date, Coverage]:
    begins = [each.from_on for post in population.posts for each in post.placements]
    if not begins:
        return {}
    # One day more than the day it is here: somewhere the month may be over already.
    until = last + timedelta(days=2)
    count = (until.year - min(begins).year) * 12 + until.month - min(begins).month
    ends = month_ends_before(until, max(count, 1))
    told: dict[date, Coverage] = {}
    before: Coverage | None = None
    shown: Held = {}
    for day, now in zip(ends, held_over(states(population, end) for end in ends), strict=True):
        if before is not None and now == shown:
            before = replace(before, day=day)
        elif now:
            before = make_coverage(
                now, day, sectors=sectors, stations=stations, courses=courses, before=before
            )
        if before is not None:
            told[day], shown = before, now
    return told


def answer_coverage(
    chosen: Mapping[str, Any],
    organisations: Sequence[Organisation],
    choices: Choices,
    courses: Sequence[CourseWords],
    sectors: Mapping[str, str],
) -> CoveragePage:
    """Makes coverage for what the form holds: as_of, and the slugs of a sector or a station, and of a course."""
    prepared = prepare(Reach(frozenset(each.id for each in organisations)))
    stations = {number: (slug, name) for number, slug, name in choices.stations}
    required = [each for each in courses if each.course_id in prepared.loaded.courses]
    cover = _History.of(
        prepared.population, list(sectors), list(stations), [each.course_id for each in required]
    ).on
    day = date.fromisoformat(chosen["as_of"])
    course = next((each.course_id for each in required if each.slug == chosen["course"]), None)
    coverage = cover(day)
    shown = [] if course is not None else required
    by_sector = _rows(
        coverage.by_sector, course, shown, {slug: (slug, name) for slug, name in sectors.items()}
    )
    by_station = _rows(coverage.by_station, course, shown, stations)
    picked = chosen["sector"] or chosen["station"]
    row = next((each for each in (*by_sector, *by_station) if picked and each.slug == picked), None)
    whole = row or _whole(coverage.by_sector, course, shown)
    return CoveragePage(
        coverage=coverage,
        organisations=organisations,
        sectors=[each for each in by_sector if not picked or each is row],
        stations=[each for each in by_station if not picked or each is row],
        courses=shown,
        whole=whole,
        trend=[
            (end, _covered(cover(end), course, chosen, stations))
            for end in (*month_ends_before(day, MONTHS_OF_TREND), day)
        ],
        known_at=clock.now(),
    )


def _rows(
    tables: Mapping[rules.Id | None, CoverageTable],
    course: rules.Id | None,
    courses: Sequence[CourseWords],
    names: Mapping[Any, tuple[str, str]],
) -> list[CoverageRow]:
    return [
        CoverageRow(
            *names.get(row, (str(row), str(row))),
            covered,
            {each.course_id: tables[each.course_id].rows[row] for each in courses},
        )
        for row, covered in tables[course].rows.items()
    ]


def _whole(
    tables: Mapping[rules.Id | None, CoverageTable], course: rules.Id | None, courses: Sequence[CourseWords]
) -> CoverageRow:
    return CoverageRow(
        "", "", tables[course].total, {each.course_id: tables[each.course_id].total for each in courses}
    )


def _covered(
    coverage: Coverage,
    course: rules.Id | None,
    chosen: Mapping[str, Any],
    stations: Mapping[int, tuple[str, str]],
) -> Covered:
    if chosen["sector"]:
        return coverage.by_sector[course].rows[chosen["sector"]]
    if chosen["station"]:
        number = next(number for number, (slug, _name) in stations.items() if slug == chosen["station"])
        return coverage.by_station[course].rows[number]
    return coverage.by_sector[course].total


COVERAGE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "by", "where", "course", "counted", "people",
    "compliant", "rate_percent", "hidden",
)  # fmt: skip


def coverage_rows(page: CoveragePage) -> Iterable[Sequence[Cell]]:
    """Returns the figures of coverage as rows of `COVERAGE_HEAD`; what is hidden is empty and says so."""
    slugs = {each.course_id: each.slug for each in page.courses}
    groups = (
        [("all", page.whole)]
        + [("sector", row) for row in page.sectors]
        + [("station", row) for row in page.stations]
    )
    for kind, row in groups:
        cells = [
            ("(as chosen)", row.covered),
            *((slugs[int(course)], cell) for course, cell in row.cells.items()),
        ]
        for course, covered in cells:
            yield (
                page.coverage.day,
                page.known_at.isoformat(timespec="seconds"),
                rules.DEFINITIONS_VERSION,
                len(page.organisations),
                kind,
                row.name or "(everybody)",
                course,
                "posts" if len(page.organisations) > 1 else "people",
                covered.people,
                covered.compliant,
                covered.rate,
                "yes" if covered.compliant is None else "",
            )
