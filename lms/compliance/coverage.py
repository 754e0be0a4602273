"""Coverage for coordinators: how many hold what they need, by sector and by place, without small counts. Pure.

Shown are people and how many of them comply, never a standing or a person. A sector and a place are never crossed:
what both together tell is about few people. The tables tell of the same people more than once, so a figure that is
hidden in one is hidden wherever it stands again: by another course, and as a sum by sector and by place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from lms.compliance.population import Population
from lms.compliance.report import Figures, Filters, Stood, stand
from lms.compliance.rules import Id, Standing
from lms.compliance.suppression import Place, suppress, with_totals


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


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage on a day: the whole and each course, by sector and by station."""

    day: date
    by_sector: Mapping[Id | None, CoverageTable]
    by_station: Mapping[Id | None, CoverageTable]


_Key: TypeAlias = tuple[str, Id | None]
_AXES = ("sector", "station")
_PEOPLE = 2
"""The column of people: the sum of those who comply and the others."""


def make_coverage(
    population: Population, day: date, *, sectors: Sequence[Id], stations: Sequence[Id], courses: Sequence[Id]
) -> Coverage:
    """Counts a population on a day; the sequences give the rows, their order, and the courses."""
    stood = [each for each in stand(population, day, Filters()) if each.required]
    rows: dict[str, Sequence[Id]] = {
        "sector": _rows(sectors, (each.placement.sector for each in stood)),
        "station": _rows(stations, (each.placement.station for each in stood)),
    }
    counts = {
        (axis, course): _counts(stood, axis, rows[axis], course)
        for axis in _AXES
        for course in (None, *courses)
    }
    hidden = hide_together(counts)
    tables = {key: _table(key, rows[key[0]], counts[key], hidden[key]) for key in counts}
    return Coverage(
        day,
        by_sector={course: tables["sector", course] for course in (None, *courses)},
        by_station={course: tables["station", course] for course in (None, *courses)},
    )


def _rows(known: Sequence[Id], met: Iterable[Id]) -> Sequence[Id]:
    return [*known, *sorted(set(met) - set(known), key=str)]


def _counts(stood: Sequence[Stood], axis: str, rows: Sequence[Id], course: Id | None) -> list[list[int]]:
    standings: dict[Id, list[Standing]] = {row: [] for row in rows}
    for each in stood:
        standing = each.overall if course is None else each.by_course().get(course, Standing.NOT_REQUIRED)
        standings[getattr(each.placement, axis)].append(standing)
    figures = [Figures.of(standings[row]) for row in rows]
    return [[each.compliant, each.people - each.compliant] for each in figures]


def hide_together(counts: Mapping[_Key, Sequence[Sequence[int]]]) -> dict[_Key, frozenset[Place]]:
    """Returns the hidden places of every table, agreed between the tables that show the same people.

    Keys are an axis and a course; tables of one axis have the same rows, and all have two columns.
    """
    forced = {key: frozenset[Place]() for key in counts}
    while True:
        hidden = {key: suppress(table, forced[key]) for key, table in counts.items()}
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
