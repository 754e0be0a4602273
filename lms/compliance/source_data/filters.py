"""Which placements and courses are looked at."""

from dataclasses import dataclass

from lms.compliance.status.api import Id, PlacementFact


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

    def holds(self, placement: PlacementFact) -> bool:
        """Says whether a post with this placement is looked at."""
        return (
            self.station in (None, placement.station)
            and self.role in (None, placement.role)
            and self.contract in (None, placement.contract)
            and self.works_with_children in (None, placement.works_with_children)
            and self.sector in (None, placement.sector)
        )
