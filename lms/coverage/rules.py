"""Statistical disclosure control by the cell key method: docs/decisions/0020-coverage-by-cell-keys.md. Pure.

Every staff position has a random record key; the cell key is the sum of those of the positions that a cell counts.
Count and cell key give a perturbation from a fixed table, the p-table, and the perturbed count is published by the
10-5 rule: not under ten, otherwise to the nearest five. The same positions always give the same figure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from itertools import product
from typing import NamedTuple

KEY_RANGE = 256
"""Record keys and cell keys are whole numbers from 0 to 255, as in the p-tables of the ONS."""
THRESHOLD, BASE = 10, 5
P_TABLE_ROWS, REUSED_ROWS = 750, 250
"""Counts beyond the p-table's rows use its last rows again, as those of the ONS do."""


class Cell(NamedTuple):
    """Who a figure is about; None means all of a dimension, and as a course for everything that is required."""

    sector: str | None = None
    station_id: int | None = None
    course_id: int | None = None


class PositionGroup(NamedTuple):
    """Positions that are counted alike; compliant in each required course, and `compliant` in all of them or not."""

    sector: str
    station_id: int
    compliant: bool
    courses: Iterable[tuple[int, bool]]
    people: int
    key_sum: int


class Figures(NamedTuple):
    """Published counts of a cell: people, and the compliant among them; None where these are fewer than ten."""

    people: int
    compliant: int | None

    @property
    def rate(self) -> Fraction | None:
        """The compliant share of the published counts, from 0 to 1; None where the compliant are not shown."""
        return None if self.compliant is None else Fraction(min(self.compliant, self.people), self.people)

    @property
    def highest_rate(self) -> Fraction:
        """The share, from 0 to 1, that the rate stays under where the compliant are not shown."""
        return Fraction(THRESHOLD, self.people)


@lru_cache(maxsize=P_TABLE_ROWS)
def _noise(row: int) -> list[int]:
    """Returns the noise of a row of the p-table by cell key: -2 to +2, equally often, shuffled.

    Cell keys add up as counts do; shuffled, the noise of a sum does not follow from the noise of its parts.
    """
    shuffled = sorted(range(KEY_RANGE), key=lambda key: sha256(b"%d %d" % (row, key)).digest())
    places = {key: place for place, key in enumerate(shuffled)}
    return [(places[key] + 2) % BASE - 2 for key in range(KEY_RANGE)]


def published_count(count: int, key_sum: int) -> int | None:
    """Returns the figure for so many positions with that sum of record keys; None where they are fewer than ten.

    It is a multiple of five, at most 4 from the count, and its mean over all cell keys is the count, within a 256th.
    """
    if count < THRESHOLD:
        return None
    row = count if count <= P_TABLE_ROWS else (count - 1) % REUSED_ROWS + P_TABLE_ROWS - REUSED_ROWS + 1
    return (count + _noise(row)[key_sum % KEY_RANGE] + 2) // BASE * BASE


def may_be_shown(counted: Iterable[Iterable[int]], sharing: Collection[int]) -> bool:
    """Says whether every organisation that is counted in some releases is among those that share now."""
    return all(set(sharing).issuperset(organisations) for organisations in counted)


def tabulate(groups: Iterable[PositionGroup]) -> dict[Cell, Figures]:
    """Returns the figures of all cells with ten people or more, by sector, station, both, and each course."""
    # Of each cell: people and the sum of their record keys, then the same of the compliant.
    totals: defaultdict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for group in groups:
        courses = ((None, group.compliant), *group.courses)
        for sector, station, (course, complies) in product((None, group.sector), (None, group.station_id), courses):
            cell = totals[Cell(sector, station, course)]
            cell[0] += group.people
            cell[1] += group.key_sum
            cell[2] += group.people * complies
            cell[3] += group.key_sum * complies
    people = ((cell, published_count(*sums[:2]), sums) for cell, sums in totals.items())
    return {cell: Figures(count, published_count(*sums[2:])) for cell, count, sums in people if count}
