"""Which placements and courses a report counts.

The same conditions in SQL are `lms.compliance.projection.read.filter_conditions`; a test holds the two equal.
"""

from dataclasses import dataclass
from typing import Protocol

from lms.compliance.status.api import Id


class Placed(Protocol):
    """What filters look at: a placement, or a row that was made of one."""

    @property
    def station(self) -> Id:
        """Returns its station."""

    @property
    def sector(self) -> Id:
        """Returns its sector."""

    @property
    def role(self) -> Id:
        """Returns its role."""

    @property
    def contract(self) -> Id:
        """Returns its contract."""

    @property
    def works_with_children(self) -> bool:
        """Returns its contact with children."""


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

    def match(self, placement: Placed) -> bool:
        """Says whether a post with this placement counts, whatever the course."""
        return (
            self.station in (None, placement.station)
            and self.role in (None, placement.role)
            and self.contract in (None, placement.contract)
            and self.works_with_children in (None, placement.works_with_children)
            and self.sector in (None, placement.sector)
        )
