"""The per-sector report: counts of how people stand on a day, by sector and by course. Pure.

A post (a person in an organisation) counts in the main sector of its placement on the day asked about, once, with
its overall standing: the worst of what is required of it. In the matrix it counts once in each course, with the
worst of that course. Posts of whom nothing is required are told apart and are in no rate.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Protocol

from lms.compliance.population import Asked, Population, Post
from lms.compliance.rules import SEVERITY, Explained, Group, Id, Placement, Standing

BEFORE_DAYS = 30
AHEAD_DAYS = (30, 60, 90)
TREND_MONTHS = 24
FORECAST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts and courses are looked at; None means all. Placements are judged on the day asked about."""

    station: Id | None = None
    course: Id | None = None
    role: Id | None = None
    contract: Id | None = None
    works_with_children: bool | None = None
    sector: Id | None = None

    @property
    def courses(self) -> frozenset[Id] | None:
        """Returns the courses looked at."""
        return None if self.course is None else frozenset({self.course})

    def holds(self, placement: Placement) -> bool:
        """Says whether a post with this placement is looked at."""
        return (
            self.station in (None, placement.station)
            and self.role in (None, placement.role)
            and self.contract in (None, placement.contract)
            and self.works_with_children in (None, placement.works_with_children)
            and self.sector in (None, placement.sector)
        )


@dataclass(frozen=True, slots=True)
class Stood:
    """How a post stands on a day: its placement, and what is required of it, each with its standing."""

    post: Post
    placement: Placement
    required: tuple[tuple[Asked, Explained], ...]

    @property
    def overall(self) -> Standing:
        """Returns the worst standing; not_required where nothing is required."""
        return self.worst[1].standing if self.required else Standing.NOT_REQUIRED

    @property
    def worst(self) -> tuple[Asked, Explained]:
        """Returns the requirement that gives the overall standing; of several the one that was due or ends first."""
        return min(self.required, key=_urgency)

    def by_course(self) -> dict[Id, Standing]:
        """Returns the worst standing for each course that is required."""
        worst: dict[Id, Standing] = {}
        for asked, explained in self.required:
            course = asked.requirement.course
            before = worst.get(course, explained.standing)
            worst[course] = min(before, explained.standing, key=SEVERITY.__getitem__)
        return worst


def _urgency(one: tuple[Asked, Explained]) -> tuple[int, date, str]:
    asked, explained = one
    return (
        SEVERITY[explained.standing],
        explained.due_on or explained.valid_through or date.max,
        str(asked.requirement.id),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """How many people with at least one requirement stand how."""

    by_standing: Mapping[Standing, int]

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> "Figures":
        """Counts standings; not_required is left out."""
        return cls.added([Counter(standings)])

    @classmethod
    def added(cls, counts: Iterable[Mapping[Standing, int]]) -> "Figures":
        """Adds counts up; not_required is left out."""
        total: Counter[Standing] = Counter()
        for counted in counts:
            total.update(counted)
        del total[Standing.NOT_REQUIRED]
        return cls(+total)

    def of_group(self, group: Group) -> int:
        """Returns how many stand in a group."""
        return sum(count for standing, count in self.by_standing.items() if standing.group is group)

    @property
    def people(self) -> int:
        """Returns how many have at least one requirement."""
        return sum(self.by_standing.values())

    @property
    def compliant(self) -> int:
        """Returns how many hold everything they need or are exempt."""
        return self.of_group(Group.COMPLIANT)

    @property
    def renewing(self) -> int:
        """Returns how many of the compliant have their renewal window open."""
        return self.by_standing.get(Standing.EXPIRING, 0)

    @property
    def in_time(self) -> int:
        """Returns how many do not hold everything and are still in time."""
        return self.of_group(Group.IN_TIME)

    @property
    def late(self) -> int:
        """Returns how many are late."""
        return self.of_group(Group.LATE)

    @property
    def rate(self) -> Fraction | None:
        """Returns the compliant share, None where nobody has a requirement."""
        return Fraction(self.compliant, self.people) if self.people else None


def points_between(before: Fraction | None, after: Fraction | None) -> int | None:
    """Returns the difference of two rates in percentage points, half a point rounded away from zero."""
    if before is None or after is None:
        return None
    difference = 100 * (after - before)
    points = int(abs(difference) + Fraction(1, 2))
    return points if difference >= 0 else -points


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many posts stand how on one day, by sector: overall, and by course the worst of that course.

    `overall` counts posts of whom nothing is required as not_required; `cells` leaves them out.
    """

    overall: Mapping[str, Mapping[Standing, int]]
    cells: Mapping[tuple[str, Id], Mapping[Standing, int]]
    # How many comply on the day and do not any more within so many days, if nothing is done.
    lapsing: Mapping[int, int]

    @property
    def total(self) -> Figures:
        """Returns the figures of all sectors."""
        return Figures.added(self.overall.values())

    @property
    def unasked(self) -> int:
        """Returns how many posts are there of whom nothing is required."""
        return sum(counted.get(Standing.NOT_REQUIRED, 0) for counted in self.overall.values())

    @property
    def courses(self) -> set[Id]:
        """Returns the courses that are required of anybody."""
        return {course for (_sector, course), counted in self.cells.items() if any(counted.values())}

    def of_course(self, course: Id) -> Figures:
        """Returns the figures of a course in all sectors."""
        return Figures.added(counted for (_, each), counted in self.cells.items() if each == course)


class Counting(Protocol):
    """Where the counts of days come from: the facts, the intervals or the ledger. All three agree."""

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day; cells and lapses may be left out where they are not wanted."""

    def totals_on(self, days: Collection[date]) -> Mapping[date, Figures]:
        """Returns the figures of all sectors on several days."""


@dataclass(frozen=True, slots=True)
class SectorLine:
    """One sector on the day: its figures, the change of the rate in 30 days in points, and its matrix cells.

    `cells` holds, by course, the figures of that course in the sector; a course that nobody needs is missing.
    """

    sector: str
    figures: Figures
    change: int | None
    cells: Mapping[Id, Figures]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The figures of one day of the trend."""

    day: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page of a report shows, for one day and one choice of filters.

    `courses` are those required of anybody, in the order given. `unasked` counts posts without a requirement.
    `trend` leads up to the day, `forecast` goes on from it, and `ahead` holds the days 30, 60 and 90 days later: how
    it will be if nobody does anything, under the requirements and placements that are recorded. `lapsing` says how many
    comply on the day and will not any more within 30, 60 and 90 days. `lowest` is the
    sector with the lowest rate where there are at least two.
    """

    as_of: date
    total: Figures
    unasked: int
    change: int | None
    lines: tuple[SectorLine, ...]
    courses: tuple[Id, ...]
    course_totals: Mapping[Id, Figures]
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


def stand(population: Population, day: date, filters: Filters) -> list[Stood]:
    """Returns how the posts that are looked at stand on a day; who has no placement then is left out."""
    stood = []
    for post in population.posts:
        placement = post.placement_on(day)
        if placement is not None and filters.holds(placement):
            stood.append(Stood(post, placement, tuple(post.required_on(day, filters.courses))))
    return stood


class PopulationCounts:
    """Counts from the facts themselves, post by post: the exact path, for any moment of knowledge."""

    def __init__(self, population: Population, filters: Filters) -> None:
        """Takes the posts and which of them are looked at."""
        self._population = population
        self._filters = filters

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day, without cells and lapses if they are not wanted."""
        by_course: defaultdict[tuple[str, Id], Counter[Standing]] = defaultdict(Counter)
        overall: defaultdict[str, Counter[Standing]] = defaultdict(Counter)
        lapses: list[int] = []
        for each in stand(self._population, day, self._filters):
            overall[str(each.placement.sector)][each.overall] += 1
            if not cells:
                continue
            for course, standing in each.by_course().items():
                by_course[str(each.placement.sector), course][standing] += 1
            if (lapse := each.post.lapses_on(day)) is not None:
                lapses.append((lapse - day).days)
        return DayCounts(
            overall, by_course, {each: sum(lapse <= each for lapse in lapses) for each in AHEAD_DAYS}
        )

    def totals_on(self, days: Collection[date]) -> Mapping[date, Figures]:
        """Returns the figures of all sectors on several days."""
        return {
            day: Figures.of(each.overall for each in stand(self._population, day, self._filters))
            for day in days
        }


def make_report(
    counting: Counting,
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
    now = counting.on(as_of)
    before = counting.on(_shifted(as_of, -BEFORE_DAYS), cells=False)
    days = (*month_ends_before(as_of, TREND_MONTHS), as_of) if trend is None else tuple(trend)
    coming = month_ends_after(as_of, FORECAST_MONTHS)
    ahead = [_shifted(as_of, each) for each in AHEAD_DAYS]
    totals = counting.totals_on({*days, *coming, *ahead})
    return Report(
        as_of=as_of,
        total=now.total,
        unasked=now.unasked,
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
    figures = Figures.added([now.overall.get(sector, {})])
    earlier = Figures.added([before.overall.get(sector, {})])
    cells = {course: Figures.added([now.cells[here, course]]) for here, course in now.cells if here == sector}
    return SectorLine(sector, figures, points_between(earlier.rate, figures.rate), cells)


def _in_order(order: Sequence[str] | Sequence[Id], found: Collection[Id]) -> list[Id]:
    return [*order, *sorted((each for each in found if each not in order), key=str)]


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=days)


def month_ends_before(day: date, months: int) -> list[date]:
    """Returns the last days of the months before the one of a day, the earliest first."""
    ends = []
    first = day.replace(day=1)
    for _ in range(months):
        end = first - timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return ends[::-1]


def month_ends_after(day: date, months: int) -> list[date]:
    """Returns the last days of so many months from the one of a day on; of its own only if the day is earlier."""
    ends = []
    first = _next_month(day)
    for _ in range(months):
        if (end := first - timedelta(days=1)) > day:
            ends.append(end)
        first = _next_month(first)
    return ends


def _next_month(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)


def end_of_last_quarter(day: date) -> date:
    """Returns the last day of the calendar quarter before the one of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)


def a_year_before(day: date) -> date:
    """Returns the same day a year ago; of 29 February the 28th."""
    return (
        day.replace(year=day.year - 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year - 1)
    )


SORTS = ("rate", "sector", "people", "late", "change")


def sorted_lines(lines: Iterable[SectorLine], by: str) -> list[SectorLine]:
    """Sorts sectors by a word of `SORTS`, downwards where a minus stands before it; empty ones come last.

    Sorting by sector keeps the order given, the sectors' own.
    """
    listed = list(lines)
    word, downwards = by.removeprefix("-"), by.startswith("-")
    asked = [line for line in listed if line.figures.people]
    keys = {
        "rate": lambda line: line.figures.rate,
        "sector": listed.index,
        "people": lambda line: line.figures.people,
        "late": lambda line: Fraction(line.figures.late, line.figures.people),
        "change": lambda line: line.change if line.change is not None else 0,
    }
    asked.sort(key=keys.get(word, keys["rate"]), reverse=downwards)
    return asked + [line for line in listed if not line.figures.people]


def listed_people(stood: Iterable[Stood], *, standings: Collection[Standing] | None = None) -> list[Stood]:
    """Returns the posts of whom something is required, worst first, or those with some overall standings."""
    found = [each for each in stood if each.required and (standings is None or each.overall in standings)]
    return sorted(found, key=lambda each: (_urgency(each.worst)[:2], _by_number(each.post.person)))


def _by_number(person: Id) -> tuple[int, str]:
    return (person, "") if isinstance(person, int) else (0, person)
