"""How posts stand on days, and how many: from the facts, post by post. Pure.

A post (a person in an organisation) counts in the main sector of its placement on the day asked about, once, with
its overall standing: the worst of what is required of it; and once in each course, with the worst of that course.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.population import Asked, Population, Post
from lms.compliance.status.api import SEVERITY, Explained, Group, Id, Placement, Standing

AHEAD_DAYS = (30, 60, 90)


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

    def of_standings(self, standings: Collection[Standing] | None) -> int:
        """Returns how many stand in one of some ways (None: in any)."""
        return sum(
            people for each, people in self.by_standing.items() if standings is None or each in standings
        )

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


def stand(population: Population, day: date, filters: Filters) -> list[Stood]:
    """Returns how the posts that are looked at stand on a day; who has no placement then is left out."""
    stood = []
    for post in population.posts:
        placement = post.placement_on(day)
        if placement is not None and filters.holds(placement):
            stood.append(Stood(post, placement, tuple(post.required_on(day, filters.courses))))
    return stood


def listed_people(stood: Iterable[Stood], *, standings: Collection[Standing] | None = None) -> list[Stood]:
    """Returns the posts of whom something is required, worst first, or those with some overall standings."""
    found = [each for each in stood if each.required and (standings is None or each.overall in standings)]
    return sorted(found, key=lambda each: (_urgency(each.worst)[:2], _by_number(each.post.person)))


def _by_number(person: Id) -> tuple[int, str]:
    return (person, "") if isinstance(person, int) else (0, person)
