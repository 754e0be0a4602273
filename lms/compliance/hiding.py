"""What coverage hides: figures of the tables by sector and by station, and sectors at stations. Pure.

Of every table small counts are hidden, and what else it takes (`suppression`, `crossing`); here tables are brought to
agree with each other, and with those of the month before.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lms.compliance.crossing import LAYERS, Line, Pair, Split, complete, lines_of
from lms.compliance.holding import ALL, BOTH, PEOPLE, SECTOR, STATION, Cell, Row
from lms.compliance.status.api import Id
from lms.compliance.suppression import LEAST, Place, suppress, with_totals
from lms.compliance.tallying import WORDS, Tally

Key: TypeAlias = tuple[str, Id | None]
"""An axis and a course, None for everything that is required."""
AXES = (SECTOR, STATION)
_PEOPLE = WORDS.index(PEOPLE)


@dataclass(frozen=True, slots=True)
class Past:
    """What a reader may have from a month before, where there was one: what it hides, and what has changed since."""

    hides: Callable[[Cell], bool] | None = None
    changed: Collection[Cell] = frozenset()

    def stays(self, cell: Cell) -> bool:
        """Says whether a figure was hidden and is about the same posts: to show it would tell of the month before."""
        return self.hides is not None and cell not in self.changed and self.hides(cell)

    def tells(self, cell: Cell) -> bool:
        """Says whether a figure was shown and is about the same posts."""
        return self.hides is not None and cell not in self.changed and not self.hides(cell)


def row_of(axis: str, row: Id | None) -> Row:
    """Returns a row of a table; None for its sums, which the tables by sector and by station share."""
    return (ALL, None) if row is None else (axis, row)


def cells_of(key: Key, rows: Sequence[Id], places: Iterable[Place]) -> Iterator[Cell]:
    """Yields the figures at places of a table."""
    axis, course = key
    names = (*rows, None)
    for row, column in places:
        yield row_of(axis, names[row]), course, WORDS[column]


def hide_sums(posts: Tally, rows: Mapping[str, Sequence[Id]], past: Past) -> dict[Key, frozenset[Place]]:
    """Returns what is hidden in the tables by sector and by station."""
    keys = [(axis, course) for axis in AXES for course in posts.courses]
    cells = {
        key: {
            (place, column): (row_of(key[0], row), key[1], word)
            for place, row in enumerate((*rows[key[0]], None))
            for column, word in enumerate(WORDS)
        }
        for key in keys
    }
    stays = {
        key: frozenset(place for place, cell in of.items() if past.stays(cell)) for key, of in cells.items()
    }
    known = {
        key: frozenset(place for place, cell in of.items() if past.tells(cell)) for key, of in cells.items()
    }
    close = {
        cell
        for row in {row_of(axis, row) for axis in AXES for row in (*rows[axis], None)}
        for cell in posts.too_close(row, past.tells)
    }
    counts = {
        (axis, course): [posts.split((axis, row), course) for row in rows[axis]] for axis, course in keys
    }
    hidden_at_least = {
        key: stays[key] | {place for place, cell in of.items() if cell in close} for key, of in cells.items()
    }
    return hide_together(counts, hidden_at_least, known)


def hide_pairs(
    posts: Tally,
    rows: Mapping[str, Sequence[Id]],
    small: Collection[tuple[Row, Id | None]],
    past: Past,
    sums: Mapping[Key, frozenset[Place]],
) -> dict[Id | None, frozenset[Pair]]:
    """Returns the sectors at stations that are hidden, by course; `sums` is what `hide_sums` hides."""
    pairs = [(sector, station) for sector in rows[SECTOR] for station in rows[STATION]]
    counts: dict[Id | None, dict[Pair, Split]] = {}
    hidden: dict[Id | None, set[Pair]] = {}
    known: dict[Id | None, set[Pair]] = {}
    # Where a sum is hidden, so is the whole line: its cells would add up to it.
    closed = {
        course: {
            layer: {
                (number, rows[axis][place])
                for number, axis in enumerate(AXES)
                for place, column in sums[axis, course]
                if place < len(rows[axis]) and column == layer
            }
            for layer in LAYERS
        }
        for course in posts.courses
    }
    for course in posts.courses:
        counts[course], hidden[course], known[course] = {}, set(), set()
        for pair in pairs:
            row: Row = (BOTH, pair)
            cells = [(row, course, word) for word in WORDS]
            compliant, others = posts.split(row, course)
            if compliant or others:
                counts[course][pair] = (compliant, others)
            stays = all(past.stays(cell) for cell in cells)
            few = 0 < compliant < LEAST or 0 < others < LEAST
            # A sector that is at one station only is shown there as it is shown by itself.
            few = few or ((row, course) in small and not _is_whole_line(posts, pair, course))
            within = any(not lines.isdisjoint(lines_of(pair)) for lines in closed[course].values())
            if stays or few or within:
                hidden[course].add(pair)
            if all(past.tells(cell) for cell in cells):
                known[course].add(pair)
    for pair in pairs:
        for _row, course, _word in posts.too_close((BOTH, pair), past.tells):
            hidden[course].add(pair)
    return _agree(posts, pairs, counts=counts, hidden=hidden, known=known, closed=closed)


def _is_whole_line(posts: Tally, pair: Pair, course: Id | None) -> bool:
    """Says whether a sector is at one station only, or a station has one sector only."""
    split = posts.split((BOTH, pair), course)
    lines: tuple[Row, Row] = ((SECTOR, pair[0]), (STATION, pair[1]))
    return any(split) and any(posts.split(line, course) == split for line in lines)


def _agree(
    posts: Tally,
    pairs: Collection[Pair],
    *,
    counts: Mapping[Id | None, Mapping[Pair, Split]],
    hidden: Mapping[Id | None, set[Pair]],
    known: Mapping[Id | None, Collection[Pair]],
    closed: Mapping[Id | None, Mapping[int, Collection[Line]]],
) -> dict[Id | None, frozenset[Pair]]:
    """Completes what is hidden of each course, and hides a cell of another course that shows one of its figures."""
    while True:
        found = {}
        for course in counts:
            completed = complete(counts[course], hidden[course], known[course], closed[course])
            found[course] = frozenset(pairs) if completed is None else completed
        agreed = {course: set(some) for course, some in found.items()}
        for course, some in found.items():
            for pair in some:
                for other in counts:
                    if pair not in agreed[other] and _shares(posts, pair, course, other):
                        agreed[other].add(pair)
        if agreed == hidden:
            return found
        hidden = agreed


def _shares(posts: Tally, pair: Pair, one: Id | None, other: Id | None) -> bool:
    """Says whether two courses count the same posts in some figure of a sector at a station."""
    row: Row = (BOTH, pair)
    mine = {ways for word in WORDS if (ways := posts.ways((row, one, word)))}
    return any(posts.ways((row, other, word)) in mine for word in WORDS)


def hide_together(
    counts: Mapping[Key, Sequence[Sequence[int]]],
    hidden_at_least: Mapping[Key, frozenset[Place]] | None = None,
    known: Mapping[Key, frozenset[Place]] | None = None,
) -> dict[Key, frozenset[Place]]:
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
    key: Key, counts: Mapping[Key, Sequence[Sequence[int]]], hidden: Mapping[Key, frozenset[Place]]
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
