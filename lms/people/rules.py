"""Pure rules of people: what a placement says of the work, and placements that may not overlap."""

from datetime import date
from typing import Any, NamedTuple

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
"""The regular expression of a short name, as used in addresses."""


class AssignmentDetails(NamedTuple):
    """Where somebody works and as what: everything a placement says besides its days."""

    station_id: int
    sector: str
    role: str
    contract: str = "staff"
    works_with_children: bool = False
    also_sectors: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Any) -> "AssignmentDetails":
        """Returns the details of a placement or of a row of its columns."""
        also = tuple(sorted(row.also_sectors))
        return cls(row.station_id, row.sector, row.role, row.contract, row.works_with_children, also)


def overlap(a_from: date, a_through: date | None, b_from: date, b_through: date | None) -> bool:
    """Says whether two periods, both ends included and open without an end, share a day."""
    return (b_through is None or a_from <= b_through) and (a_through is None or b_from <= a_through)
