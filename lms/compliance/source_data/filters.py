"""A course as pages name it, and which placements and courses a report counts.

The same conditions in SQL are `lms.compliance.projection.read.filter_conditions`; a test holds the two equal.
"""

from dataclasses import dataclass

from lms.compliance.status.facts import Id, PlacementFact


@dataclass(frozen=True, slots=True)
class CourseTitle:
    """A course as it is named on pages, and what its current edition says; `edition` is None while it has none."""

    course_id: int
    slug: str
    title: str
    code: str
    edition: int | None
    per_sector: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """Which posts and courses a report counts; None means all. A post counts by its placement on the day."""

    station: Id | None = None
    course: Id | None = None
    role: Id | None = None
    contract: Id | None = None
    works_with_children: bool | None = None
    sector: Id | None = None

    @property
    def courses(self) -> frozenset[Id] | None:
        """Returns the courses that count, None for all."""
        return None if self.course is None else frozenset({self.course})

    def match(self, placement: PlacementFact) -> bool:
        """Says whether a post with this placement counts, whatever the course."""
        return (
            self.station in (None, placement.station)
            and self.role in (None, placement.role)
            and self.contract in (None, placement.contract)
            and self.works_with_children in (None, placement.works_with_children)
            and self.sector in (None, placement.sector)
        )
