"""Coverage for coordinators: how many hold what they need, by sector and by place, without small counts. Pure.

Shown are people and how many of them comply, never a standing or a person. A sector and a place are never crossed:
what both together tell is about few people. What is shown is safe together, not table by table:

- a figure that is hidden in one table is hidden wherever it stands again: by another course, and as a sum;
- where the people of one figure are all among those of another and fewer than five are left over, the difference of
  the two would be a small count, so one of them is hidden;
- what was hidden a month ago stays hidden until it has changed, and is not made safe by hiding what was shown then
  and is the same now: the month before would give it away (`holding` sees to it that changes are never small).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

from lms.compliance.holding import Held
from lms.compliance.rules import Id
from lms.compliance.suppression import LEAST, Place, suppress, with_totals


@dataclass(frozen=True, slots=True)
class Covered:
    """One row of coverage; None where a count is hidden."""

    people: int | None
    compliant: int | None
    others: int | None

    @property
    def rate(self) -> Fraction | None:
        """Returns the compliant share, None where it is hidden or there is nobody."""
        if not self.people or self.compliant is None:
            return None
        return Fraction(self.compliant, self.people)

    @property
    def nobody(self) -> bool:
        """Says whether nobody has a requirement here."""
        return self.people == 0


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """Coverage of everything required (course None) or of one course, by sector or by station."""

    course: Id | None
    rows: Mapping[Id, Covered]
    total: Covered


_Key: TypeAlias = tuple[str, Id | None]
"""An axis and a course, None for everything that is required."""
_Group: TypeAlias = int
"""A set of posts, a bit for each: what is shown of it is how many there are."""
_Figure: TypeAlias = tuple[_Key, Id | None, int]
"""A figure of a table by its row, None for the sums, and its column."""
_AXES = ("sector", "station")
_PEOPLE = 2
"""The column of people: the sum of those who comply and the others."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage on a day: the whole and each course, by sector and by station.

    `groups` and `hidden` are for the coverage of the month after; `numbers` gives each post its bit.
    """

    day: date
    by_sector: Mapping[Id | None, CoverageTable]
    by_station: Mapping[Id | None, CoverageTable]
    groups: Mapping[_Figure, _Group] = field(default_factory=dict)
    hidden: Collection[_Figure] = frozenset()
    numbers: dict[object, int] = field(default_factory=dict)


def make_coverage(
    told: Held,
    day: date,
    *,
    sectors: Sequence[Id],
    stations: Sequence[Id],
    courses: Sequence[Id],
    before: Coverage | None = None,
) -> Coverage:
    """Counts what is told of a day, after what was told before; the sequences give the order of rows and courses."""
    rows: dict[str, Sequence[Id]] = {
        "sector": _rows(sectors, (each.sector for each in told.values())),
        "station": _rows(stations, (each.station for each in told.values())),
    }
    keys = [(axis, course) for axis in _AXES for course in (None, *courses)]
    numbers = before.numbers if before else {}
    groups = {key: _groups(told, key, rows[key[0]], numbers) for key in keys}
    counts = {
        key: [[group.bit_count() for group in line[:_PEOPLE]] for line in groups[key][:-1]] for key in keys
    }
    named = {
        (key, row, column): group
        for key in keys
        for row, line in zip((*rows[key[0]], None), groups[key], strict=True)
        for column, group in enumerate(line)
    }
    places = {axis: {row: place for place, row in enumerate((*rows[axis], None))} for axis in _AXES}

    def placed(figures: Iterable[_Figure]) -> dict[_Key, frozenset[Place]]:
        found: dict[_Key, set[Place]] = {key: set() for key in keys}
        for key, row, column in figures:
            found[key].add((places[key[0]][row], column))
        return {key: frozenset(some) for key, some in found.items()}

    same = [each for each in named if before and before.groups.get(each) == named[each]]
    # As long as one figure of a table is hidden and the same, the whole pattern of that table stays with it.
    lasting = {each[0] for each in same if before and each in before.hidden}
    stays = {each for each in named if before and each in before.hidden and each[0] in lasting}
    known = set(same) - stays
    hidden = hide_together(
        counts,
        placed([*_close_together(rows, keys, named, known), *stays]),
        placed(known),
    )
    tables = {key: _table(key, rows[key[0]], counts[key], hidden[key]) for key in keys}
    names = {axis: (*rows[axis], None) for axis in _AXES}
    return Coverage(
        day,
        by_sector={course: tables["sector", course] for course in (None, *courses)},
        by_station={course: tables["station", course] for course in (None, *courses)},
        groups=named,
        hidden=frozenset((key, names[key[0]][row], column) for key in keys for row, column in hidden[key]),
        numbers=numbers,
    )


def _rows(known: Sequence[Id], met: Iterable[Id]) -> Sequence[Id]:
    return [*known, *sorted(set(met) - set(known), key=str)]


def _groups(told: Held, key: _Key, rows: Sequence[Id], numbers: dict[object, int]) -> list[list[_Group]]:
    """Returns who complies, who does not, and both, for each row and at the end for all of them."""
    axis, course = key
    groups: dict[Id, list[_Group]] = {row: [0, 0] for row in rows}
    for post, state in told.items():
        compliant = state.compliant if course is None else state.in_course(course)
        if compliant is not None:
            bit = 1 << numbers.setdefault(post, len(numbers))
            groups[getattr(state, axis)][0 if compliant else 1] |= bit
    lines = [groups[row] for row in rows]
    sums = [0, 0]
    for line in lines:
        sums = [sums[0] | line[0], sums[1] | line[1]]
    return [[*line, line[0] | line[1]] for line in (*lines, sums)]


def _close_together(
    rows: Mapping[str, Sequence[Id]],
    keys: Iterable[_Key],
    groups: Mapping[_Figure, _Group],
    known: Collection[_Figure],
) -> set[_Figure]:
    """Returns the figures to hide because the difference to another figure of the same row is a small count.

    `known` are figures that were shown before and are the same: of two, the other one is hidden.
    """
    found: set[_Figure] = set()
    for axis in _AXES:
        mine = [key for key in keys if key[0] == axis]
        for row in (*rows[axis], None):
            figures = [(key, row, column) for key in mine for column in range(_PEOPLE + 1)]
            for one, other in combinations(figures, 2):
                smaller, larger = sorted((one, other), key=lambda each: groups[each].bit_count())
                left_over = (groups[larger] & ~groups[smaller]).bit_count()
                if one[0] != other[0] and 0 < left_over < LEAST and not groups[smaller] & ~groups[larger]:
                    # The figure of one course, rather than that of all of them.
                    better, worse = (larger, smaller) if smaller[0][1] is None else (smaller, larger)
                    found.add(worse if better in known else better)
    return found


def hide_together(
    counts: Mapping[_Key, Sequence[Sequence[int]]],
    hidden_at_least: Mapping[_Key, frozenset[Place]] | None = None,
    known: Mapping[_Key, frozenset[Place]] | None = None,
) -> dict[_Key, frozenset[Place]]:
    """Returns the hidden places of every table, agreed between the tables that show the same people.

    Keys are an axis and a course; tables of one axis have the same rows, and all have two columns. `known` are
    places whose figure a reader has from elsewhere, so that hiding them makes nothing safe.
    """
    forced = {key: (hidden_at_least or {}).get(key, frozenset[Place]()) for key in counts}
    while True:
        hidden = {
            key: suppress(table, forced[key], (known or {}).get(key, frozenset()))
            for key, table in counts.items()
        }
        agreed = {key: forced[key] | _agreed(key, counts, hidden) for key in counts}
        if agreed == forced:
            return hidden
        forced = agreed


def _agreed(
    key: _Key, counts: Mapping[_Key, Sequence[Sequence[int]]], hidden: Mapping[_Key, frozenset[Place]]
) -> frozenset[Place]:
    """Returns the places that a table must hide because another that shows the same figure hides it.

    Two tables by sector (or by station) show the same in a row where the people are as many, or where both counts
    are; tables by sector and by station of one course have the same sums.
    """
    axis, course = key
    mine = with_totals(counts[key])
    found: set[Place] = set()
    for (other_axis, other_course), places in hidden.items():
        theirs = with_totals(counts[other_axis, other_course])
        if other_axis == axis:
            found |= {
                (row, column)
                for row, column in places
                if mine[row] == theirs[row]
                or (column == _PEOPLE and mine[row][column] == theirs[row][column])
            }
        elif other_course == course:
            found |= {(len(mine) - 1, column) for row, column in places if row == len(theirs) - 1}
    return frozenset(found)


def _table(key: _Key, rows: Sequence[Id], counts: list[list[int]], hidden: frozenset[Place]) -> CoverageTable:
    if not rows:
        return CoverageTable(key[1], {}, Covered(0, 0, 0))
    lines = [
        Covered(*(None if (place, column) in hidden else line[column] for column in (_PEOPLE, 0, 1)))
        for place, line in enumerate(with_totals(counts))
    ]
    return CoverageTable(key[1], dict(zip(rows, lines[:-1], strict=True)), lines[-1])
