"""The statuses of posts on a day, and how many there are of each. Pure.

A post (a person in an organisation) counts in the main sector of its placement on the day asked about, once, with
its overall status: the worst of what is required of it; and once in each course, with the worst of that course.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.population import AppliedRequirement, Population, Post
from lms.compliance.status.api import SEVERITY, ExplainedStatus, Id, PlacementFact, StatusGroup, TrainingStatus, urgency

AHEAD_DAYS = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class PostStatus:
    """The status of a post on a day: its placement, and every requirement with its status."""

    post: Post
    placement: PlacementFact
    required: tuple[tuple[AppliedRequirement, ExplainedStatus], ...]

    @property
    def overall(self) -> TrainingStatus:
        """Returns the worst status; not_required where nothing is required."""
        return self.worst[1].status if self.required else TrainingStatus.NOT_REQUIRED

    @property
    def worst(self) -> tuple[AppliedRequirement, ExplainedStatus]:
        """Returns the requirement that gives the overall status; of several the one that was due or ends first."""
        return min(self.required, key=_urgency)

    def by_course(self) -> dict[Id, TrainingStatus]:
        """Returns the worst status for each course that is required."""
        worst: dict[Id, TrainingStatus] = {}
        for applied, explained in self.required:
            course = applied.requirement.course
            before = worst.get(course, explained.status)
            worst[course] = min(before, explained.status, key=SEVERITY.__getitem__)
        return worst


def _urgency(one: tuple[AppliedRequirement, ExplainedStatus]) -> tuple[int, date, str]:
    applied, explained = one
    return (*urgency(explained.status, explained.due_on, explained.valid_through), str(applied.requirement.id))


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many people with at least one requirement have which status."""

    by_status: Mapping[TrainingStatus, int]

    @classmethod
    def of(cls, statuses: Iterable[TrainingStatus]) -> "StatusCounts":
        """Counts statuses; not_required is left out."""
        return cls.added([Counter(statuses)])

    @classmethod
    def added(cls, counts: Iterable[Mapping[TrainingStatus, int]]) -> "StatusCounts":
        """Adds counts up; not_required is left out."""
        total: Counter[TrainingStatus] = Counter()
        for counted in counts:
            total.update(counted)
        del total[TrainingStatus.NOT_REQUIRED]
        return cls(+total)

    def of_group(self, group: StatusGroup) -> int:
        """Returns how many have a status of a group."""
        return sum(count for status, count in self.by_status.items() if status.group is group)

    def of_statuses(self, statuses: Collection[TrainingStatus] | None) -> int:
        """Returns how many have one of some statuses (None: any)."""
        return sum(people for each, people in self.by_status.items() if statuses is None or each in statuses)

    @property
    def people(self) -> int:
        """Returns how many have at least one requirement."""
        return sum(self.by_status.values())

    @property
    def compliant(self) -> int:
        """Returns how many meet every requirement or are exempt."""
        return self.of_group(StatusGroup.COMPLIANT)

    @property
    def renewing(self) -> int:
        """Returns how many of the compliant have their renewal window open."""
        return self.by_status.get(TrainingStatus.EXPIRING, 0)

    @property
    def in_time(self) -> int:
        """Returns how many are not compliant and not yet due."""
        return self.of_group(StatusGroup.IN_TIME)

    @property
    def late(self) -> int:
        """Returns how many are late."""
        return self.of_group(StatusGroup.LATE)

    @property
    def rate(self) -> Fraction | None:
        """Returns the compliant share, None where nobody has a requirement."""
        return Fraction(self.compliant, self.people) if self.people else None


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many posts have which status on one day, by sector: overall, and by course the worst of that course.

    `overall` counts posts of whom nothing is required as not_required; `cells` leaves them out.
    """

    overall: Mapping[str, Mapping[TrainingStatus, int]]
    cells: Mapping[tuple[str, Id], Mapping[TrainingStatus, int]]
    # How many comply on the day and do not any more within so many days, if nothing is done.
    lapsing: Mapping[int, int]

    @property
    def total(self) -> StatusCounts:
        """Returns the figures of all sectors."""
        return StatusCounts.added(self.overall.values())

    @property
    def not_required(self) -> int:
        """Returns how many posts are there of whom nothing is required."""
        return sum(counted.get(TrainingStatus.NOT_REQUIRED, 0) for counted in self.overall.values())

    @property
    def courses(self) -> set[Id]:
        """Returns the courses that are required of anybody."""
        return {course for (_sector, course), counted in self.cells.items() if any(counted.values())}

    def of_course(self, course: Id) -> StatusCounts:
        """Returns the figures of a course in all sectors."""
        return StatusCounts.added(counted for (_, each), counted in self.cells.items() if each == course)


class CountBackend(Protocol):
    """Where the counts of days come from: the facts, the intervals or the count tables. All three agree."""

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day; cells and lapses may be left out where they are not wanted."""

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""


def statuses_on(population: Population, day: date, filters: Filters) -> list[PostStatus]:
    """Returns the statuses of the posts that match filters on a day; without a placement, a post is left out."""
    post_statuses = []
    for post in population.posts:
        placement = post.placement_on(day)
        if placement is not None and filters.match(placement):
            post_statuses.append(PostStatus(post, placement, tuple(post.required_on(day, filters.courses))))
    return post_statuses


def most_urgent_first(
    post_statuses: Iterable[PostStatus], *, statuses: Collection[TrainingStatus] | None = None
) -> list[PostStatus]:
    """Returns the posts of whom something is required, worst first, or those with some overall statuses."""
    found = [each for each in post_statuses if each.required and (statuses is None or each.overall in statuses)]
    return sorted(found, key=lambda each: (_urgency(each.worst)[:2], _by_number(each.post.person)))


def _by_number(person: Id) -> tuple[int, str]:
    return (person, "") if isinstance(person, int) else (0, person)
