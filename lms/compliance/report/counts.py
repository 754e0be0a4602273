"""The statuses of posts on a day, and how many there are of each. Pure.

A post (a person in an organisation) counts in the main sector of its placement on the day asked about, once, with
its overall status: the worst of what is required of it; and once in each course, with the worst of that course.
"""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from lms.compliance.projection.rows import LAPSES, OVERALL
from lms.compliance.source_data.filters import CourseTitle, Filters
from lms.compliance.status.definitions import StatusGroup, TrainingStatus
from lms.compliance.status.facts import Id


@dataclass(frozen=True)
class StatusCounts:
    """How many people with at least one requirement have which status. What a page asks often is added up once."""

    by_status: Mapping[TrainingStatus, int]

    @classmethod
    def added(cls, *counts: Mapping[TrainingStatus, int]) -> "StatusCounts":
        """Adds counts up; not_required is left out."""
        total: Counter[TrainingStatus] = Counter()
        for counted in counts:
            total.update(counted)
        del total[TrainingStatus.NOT_REQUIRED]
        return cls(+total)

    def of_group(self, group: StatusGroup) -> int:
        """Returns how many have a status of a group."""
        return self._groups[group]

    @cached_property
    def _groups(self) -> Mapping[StatusGroup | None, int]:
        groups: Counter[StatusGroup | None] = Counter()
        for status, count in self.by_status.items():
            groups[status.group] += count
        return groups

    @cached_property
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
    def exempt(self) -> int:
        """Returns how many are compliant only because they are exempt."""
        return self.by_status.get(TrainingStatus.EXEMPT, 0)

    @property
    def in_time(self) -> int:
        """Returns how many are not compliant and not yet due."""
        return self.of_group(StatusGroup.IN_TIME)

    @property
    def late(self) -> int:
        """Returns how many are late."""
        return self.of_group(StatusGroup.LATE)

    @cached_property
    def rate(self) -> Fraction | None:
        """Returns the compliant share, None where nobody has a requirement."""
        return Fraction(self.compliant, self.people) if self.people else None

    @property
    def rate_without_exempt(self) -> Fraction | None:
        """Returns the compliant share of those who are not exempt, None where there are none."""
        people = self.people - self.exempt
        return Fraction(self.compliant - self.exempt, people) if people else None

    @property
    def bar(self) -> tuple[int, int, int, int, int]:
        """Returns the parts of a bar: valid, exempt, due for renewal, not yet due, overdue."""
        return self.compliant - self.exempt - self.renewing, self.exempt, self.renewing, self.in_time, self.late


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A course that is required of anybody listed, and the figures of all of them, whatever page they are on."""

    course: CourseTitle
    figures: StatusCounts


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many posts have which status on one day, by sector: overall, and by course the worst of that course.

    `overall` counts posts of whom nothing is required as not_required; `cells` leaves them out. `lapsing` says how
    many comply on the day and do not any more within so many days, if nothing is done.
    """

    overall: Mapping[str, Mapping[TrainingStatus, int]]
    cells: Mapping[tuple[str, Id], Mapping[TrainingStatus, int]]
    lapsing: Mapping[int, int]

    @property
    def total(self) -> StatusCounts:
        """Returns the figures of all sectors."""
        return StatusCounts.added(*self.overall.values())

    @property
    def courses(self) -> set[Id]:
        """Returns the courses that are required of anybody."""
        return {course for (_sector, course), counted in self.cells.items() if any(counted.values())}

    def of_course(self, course: Id) -> StatusCounts:
        """Returns the figures of a course in all sectors."""
        return StatusCounts.added(*(counted for (_, each), counted in self.cells.items() if each == course))


class CountBackend(ABC):
    """Where the counts of days come from: the facts, the intervals or the count tables. All three agree."""

    def __init__(self, organisations: Collection[int], filters: Filters) -> None:
        """Takes what is looked at."""
        self.organisations = frozenset(organisations)
        self.filters = filters
        self.subject = OVERALL if filters.course is None else str(filters.course)

    @abstractmethod
    def read_counts(self, day: date, *, cells: bool) -> Mapping[tuple[str, str, str], int]:
        """Reads the counts of a day by sector, subject, and status or lapse; without cells some may be left out."""

    @abstractmethod
    def read_totals(self, days: Collection[date]) -> Mapping[date, Mapping[str, int]]:
        """Reads the counts of all sectors on several days, by status or lapse."""

    def read_version(self) -> Hashable:
        """Returns what is another value whenever any count is another; None where only reading the counts tells."""
        return None

    def on(self, day: date, *, cells: bool = True) -> DayCounts:
        """Returns the counts of a day; cells and lapses may be left out where they are not wanted.

        With a course, overall means that course, and posts of whom it is not required count as not_required.
        """
        overall: dict[str, dict[TrainingStatus, int]] = {}
        by_course: dict[tuple[str, Id], dict[TrainingStatus, int]] = {}
        posts: Counter[str] = Counter()
        lapses: Counter[str] = Counter()
        for (sector, about, code), people in self.read_counts(day, cells=cells).items():
            if code in LAPSES.values():
                lapses[code] += people
                continue
            status = TrainingStatus(code)
            if about == OVERALL:
                posts[sector] += people
            elif self.subject in (OVERALL, about):
                by_course.setdefault((sector, int(about)), {})[status] = people
            if about == self.subject:
                overall.setdefault(sector, {})[status] = people
        if self.subject != OVERALL:
            for sector, people in posts.items():
                here = overall.setdefault(sector, {})
                here[TrainingStatus.NOT_REQUIRED] = people - sum(here.values())
        return DayCounts(overall, by_course, {days: lapses[code] for days, code in LAPSES.items()})

    def totals_on(self, days: Collection[date]) -> Mapping[date, StatusCounts]:
        """Returns the figures of all sectors on several days."""
        return {
            day: StatusCounts.added(
                {TrainingStatus(code): people for code, people in totals.items() if code not in LAPSES.values()}
            )
            for day, totals in self.read_totals(days).items()
        }


class ReadCounts(CountBackend):
    """The counts of some days as another backend has read them."""

    def __init__(self, backend: CountBackend, day: date, before: date, days: Collection[date]) -> None:
        """Reads a day with its cells, an earlier one without, and the totals of several."""
        super().__init__(backend.organisations, backend.filters)
        self._counts = {day: backend.read_counts(day, cells=True), before: backend.read_counts(before, cells=False)}
        self._totals = backend.read_totals(days)

    @cached_property
    def digest(self) -> bytes:
        """Returns what differs whenever any count that was read does."""
        read = [
            [(day, sorted(counted.items())) for day, counted in sorted(self._counts.items())],
            [(day, sorted(counted.items())) for day, counted in sorted(self._totals.items())],
        ]
        return hashlib.blake2b(repr(read).encode(), digest_size=16).digest()

    def read_counts(self, day: date, *, cells: bool) -> Mapping[tuple[str, str, str], int]:  # noqa: ARG002 - as read
        """Returns the counts that were read of a day."""
        return self._counts[day]

    def read_totals(self, days: Collection[date]) -> Mapping[date, Mapping[str, int]]:
        """Returns the totals that were read of these days."""
        return {day: self._totals[day] for day in days}
