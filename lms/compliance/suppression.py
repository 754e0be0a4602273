"""Hiding small counts in a table with totals, so that no hidden one can be worked out from what is shown. Pure.

Counts from 1 to 4 are hidden, because they can point at persons; so are as many others as it takes that every
small count could have another value without any shown figure changing. Zeros are shown. A reader who knows that
is assumed, one who knows that hidden counts are at least 1.

The rows and columns of a table with its totals form a network in which every count is an arc and what flows into
a node flows out of it: row → column for a cell, column → totals row, totals row → totals column for the sum of
all, totals column → row. Another table with the same shown figures differs by flows around circles of hidden
arcs; a count can change if it lies on such a circle. Missing circles are closed at the least cost by hiding more.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import heappop, heappush
from typing import TypeAlias

LEAST = 5
"""The smallest count that is shown, zero apart."""

Place: TypeAlias = tuple[int, int]
"""A row and a column; the row after the last and the column after the last are the totals."""

# Rather any number of cells than the sum of a column; rather that than the sum of a row, which other tables show
# as well; the sum of all last.
_COLUMN_SUM_COST = 10**6
_ROW_SUM_COST = 10**9
_WHOLE_SUM_COST = 10**12
_NO_WAY = 10**15


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Returns a table with a column of row totals and a row of column totals added at its end."""
    rows = [[*row, sum(row)] for row in counts]
    columns = len(rows[0]) if rows else 1
    return [*rows, [sum(row[column] for row in rows) for column in range(columns)]]


def suppress(
    counts: Sequence[Sequence[int]], hidden: Collection[Place] = (), known: Collection[Place] = ()
) -> frozenset[Place]:
    """Returns the places of a table, given without its totals, that must be hidden.

    `hidden` names places that another table which shows the same figure hides: they are in the answer, and those
    that are not zero are kept from being worked out like small counts. `known` names places whose figure a reader
    has from elsewhere: hiding them keeps nothing from being worked out, so they are used only where nothing else is.
    """
    table = with_totals(counts)
    places = [(row, column) for row, line in enumerate(table) for column in range(len(line))]
    small = [place for place in places if 0 < table[place[0]][place[1]] < LEAST]
    kept = sorted({*small, *(place for place in hidden if table[place[0]][place[1]])})
    found = {*kept, *hidden}
    for place in kept:
        cost, circle = _circle(table, place, found, known)
        if cost >= _NO_WAY:
            cost, circle = _circle(table, place, found, ())
        found |= circle
    return frozenset(found)


def _circle(
    table: Sequence[Sequence[int]], place: Place, hidden: Collection[Place], known: Collection[Place]
) -> tuple[int, set[Place]]:
    """Returns the cheapest places to hide so that the count at a place could be greater or smaller by one."""
    start, end = _arc(table, place)
    without = {place, *known}
    ways = [_cheapest(table, end, start, without, hidden)]
    if table[place[0]][place[1]] > 1:
        ways.append(_cheapest(table, start, end, without, hidden))
    return min(ways, key=lambda way: way[0])


def _arc(table: Sequence[Sequence[int]], place: Place) -> tuple[int, int]:
    """Returns the nodes that a count flows from and to; rows are numbered first, then columns."""
    row, column = place
    rows, columns = len(table), len(table[0])
    forward = (row == rows - 1) == (column == columns - 1)
    return (row, rows + column) if forward else (rows + column, row)


def _steps(table: Sequence[Sequence[int]], without: Collection[Place]) -> Iterator[tuple[int, int, Place]]:
    """Yields the steps a flow of one more can take: along any count, and back along one that is at least 2."""
    for row, line in enumerate(table):
        for column, count in enumerate(line):
            if count and (row, column) not in without:
                start, end = _arc(table, (row, column))
                yield start, end, (row, column)
                if count > 1:
                    yield end, start, (row, column)


def _cost(table: Sequence[Sequence[int]], place: Place, hidden: Collection[Place]) -> int:
    if place in hidden:
        return 0
    sums = (place[0] == len(table) - 1, place[1] == len(table[0]) - 1)
    dear = {(True, True): _WHOLE_SUM_COST, (False, True): _ROW_SUM_COST, (True, False): _COLUMN_SUM_COST}
    return table[place[0]][place[1]] + dear.get(sums, 0)


def _cheapest(
    table: Sequence[Sequence[int]],
    start: int,
    end: int,
    without: Collection[Place],
    hidden: Collection[Place],
) -> tuple[int, set[Place]]:
    """Returns the cost and the places of the cheapest way from a node to another that avoids some places."""
    steps: dict[int, list[tuple[int, Place, int]]] = {}
    for first, last, place in _steps(table, without):
        steps.setdefault(first, []).append((last, place, _cost(table, place, hidden)))
    waiting: list[tuple[int, int, tuple[Place, ...]]] = [(0, start, ())]
    done: set[int] = set()
    while waiting:
        cost, node, way = heappop(waiting)
        if node == end:
            return cost, set(way)
        if node in done:
            continue
        done.add(node)
        for last, place, price in steps.get(node, ()):
            if last not in done:
                heappush(waiting, (cost + price, last, (*way, place)))
    return _NO_WAY, set()
