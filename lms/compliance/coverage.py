"""Coverage for coordinators: how many hold what they need, by sector and by place, without small counts. Pure.

Shown are people and how many of them comply, never a standing or a person. What is shown is safe together, not table
by table:

- a figure that is hidden in one table is hidden wherever it stands again: by another course, and as a sum;
- where the people of one figure are all among those of another and fewer than five are left over, the difference of
  the two would be a small count, so one of them is hidden;
- what was hidden a month ago stays hidden until it has changed, and is not made safe by hiding what was shown then
  and is the same now: the month before would give it away (`holding` sees to it that changes are never small);
- a sector at a station is shown with all its figures or not at all, and not where its sector or its station has a
  hidden figure (`crossing` sees to the rest).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from lms.compliance.hiding import Past, cells_of, hide_pairs, hide_sums, row_of
from lms.compliance.holding import (
    ALL,
    BOTH,
    COMPLIANT,
    OTHERS,
    PEOPLE,
    SECTOR,
    STATION,
    Cell,
    Held,
    Row,
    Told,
    held_over,
)
from lms.compliance.status.api import Id
from lms.compliance.tallying import WORDS, Tally


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


NOBODY_COVERED = Covered(0, 0, 0)
Figure: TypeAlias = tuple[Row, Id | None]
"""A row, and a course or None for everything that is required."""
WHOLE: Row = (ALL, None)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage on a day: of everybody, by sector, by station and by both, for everything required and each course."""

    day: date
    figures: Mapping[Figure, Covered]

    def of(self, row: Row, course: Id | None = None) -> Covered:
        """Returns what is told of a row; where it is not among the figures nobody was counted in it."""
        return self.figures.get((row, course), NOBODY_COVERED)

    def hides(self, cell: Cell) -> bool:
        """Says whether a figure is hidden."""
        row, course, word = cell
        return getattr(self.of(row, course), word) is None


def tell(
    months: Iterable[tuple[date, Held]],
    *,
    courses: Sequence[Id],
    sectors: Sequence[Id] = (),
    stations: Sequence[Id] = (),
    last: Held | None = None,
    before: Coverage | None = None,
) -> Iterator[tuple[Told, Coverage]]:
    """Yields what is told of months and its coverage, one after the other; ends of months before anybody are left out.

    `last` and `before` are what was told of the month before the first. Sectors and stations that are not named, and
    where somebody is counted, come after those that are.
    """
    days: list[date] = []

    def states() -> Iterator[Held]:
        for day, now in months:
            days.append(day)
            yield now

    for told in held_over(states(), last):
        if before is not None and not told.changed:
            before = replace(before, day=days[-1])
        elif told.posts or before is not None:
            before = make_coverage(
                told, days[-1], sectors=sectors, stations=stations, courses=courses, before=before
            )
        if before is not None:
            yield told, before


def make_coverage(
    told: Told,
    day: date,
    *,
    sectors: Sequence[Id],
    stations: Sequence[Id],
    courses: Sequence[Id],
    before: Coverage | None = None,
) -> Coverage:
    """Counts what is told of a day, after what was told before; the sequences give the order of rows and courses."""
    posts = Tally(told.posts, (None, *courses))
    rows: dict[str, Sequence[Id]] = {
        SECTOR: _rows(sectors, (each.sector for each in posts.states)),
        STATION: _rows(stations, (each.station for each in posts.states)),
    }
    past = Past(before.hides, told.changed) if before else Past()
    sums = hide_sums(posts, rows, past)
    pairs = hide_pairs(posts, rows, told.small, past, sums)
    hidden = {cell for key, places in sums.items() for cell in cells_of(key, rows[key[0]], places)}
    hidden |= {((BOTH, pair), course, word) for course in pairs for pair in pairs[course] for word in WORDS}
    shown = [
        WHOLE,
        *(row_of(axis, row) for axis in rows for row in rows[axis]),
        *((BOTH, (sector, station)) for sector in rows[SECTOR] for station in rows[STATION]),
    ]
    return Coverage(
        day,
        {
            (row, course): Covered(
                *(
                    None if (row, course, word) in hidden else posts.count((row, course, word))
                    for word in (PEOPLE, COMPLIANT, OTHERS)
                )
            )
            for course in posts.courses
            for row in shown
        },
    )


def _rows(known: Sequence[Id], met: Iterable[Id]) -> Sequence[Id]:
    return [*known, *sorted(set(met) - set(known), key=str)]


Document: TypeAlias = list[list[Any]]
"""Figures as a document holds them: axis, row, course, people, compliant, others."""


def coverage_as_documents(coverage: Coverage) -> tuple[Document, Document]:
    """Writes what is shown: sectors, stations and all of them, and apart from them, being many, sectors at stations.

    Figures about nobody are left out.
    """
    sums: Document = []
    both: Document = []
    for ((axis, row), course), each in coverage.figures.items():
        if not each.nobody:
            name = list(row) if isinstance(row, tuple) else row
            written = [axis, name, course, each.people, each.compliant, each.others]
            (both if axis == BOTH else sums).append(written)
    return sums, both


def coverage_of_documents(day: date, *documents: Iterable[Sequence[Any]]) -> Coverage:
    """Reads what `coverage_as_documents` wrote."""
    figures = {
        ((axis, tuple(row) if isinstance(row, list) else row), course): Covered(*counts)
        for document in documents
        for axis, row, course, *counts in document
    }
    return Coverage(day, figures)


def read_covered(document: Iterable[Sequence[Any]], row: Row, course: Id | None) -> Covered:
    """Reads one row of one course."""
    axis, which = row
    name = list(which) if isinstance(which, tuple) else which
    for kind, named, of, *counts in document:
        if of == course and kind == axis and named == name:
            return Covered(*counts)
    return NOBODY_COVERED
