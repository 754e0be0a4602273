"""Hiding sectors at stations, so that neither the sums of sectors and stations nor other cells tell of them. Pure.

A cell, a sector at a station, is shown with all its figures or with none. Those who comply, the others, and both
together are each a table of two dimensions, the layers below. In a layer a hidden count can be another without any sum
changing where it lies on a circle of hidden cells: where taking it out of the graph of sectors and stations, joined by
the hidden cells, leaves its two ends joined (D. Gusfield, *A graph theoretic approach to statistical data security*,
1988). So cells are hidden, the least people first, until no hidden one is a bridge. Besides, what is hidden of a line
must not add up to a small count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Set as AbstractSet
from heapq import heappop, heappush
from typing import TypeAlias

from lms.compliance.status.api import Id
from lms.compliance.suppression import LEAST

Pair: TypeAlias = tuple[Id, Id]
"""A sector and a station."""
Split: TypeAlias = tuple[int, int]
"""How many comply, and how many do not."""
Line: TypeAlias = tuple[int, Id]
"""A sector (0) or a station (1): a node of the graph, and a line of the table."""
LAYERS = (0, 1, 2)
"""Those who comply, the others, and both together."""


_Layers: TypeAlias = tuple[int, int, int]
_NOBODY = (0, 0, 0)


def lines_of(pair: Pair) -> tuple[Line, Line]:
    """Returns the two lines that a cell lies on."""
    return (0, pair[0]), (1, pair[1])


def complete(
    counts: Mapping[Pair, Split],
    hidden: Collection[Pair],
    known: Collection[Pair] = (),
    closed: Mapping[int, Collection[Line]] | None = None,
) -> frozenset[Pair] | None:
    """Returns the cells to hide so that no hidden count can be worked out, None for all, those with nobody as well.

    `counts` are the cells with anybody in them; `known` are cells that a reader has from elsewhere, which hide nothing;
    `closed` are, by layer, the lines whose sums are hidden: nothing adds up there. The caller hides all their cells.
    """
    layers = {pair: (compliant, others, compliant + others) for pair, (compliant, others) in counts.items()}
    found = set(hidden)
    while True:
        more = _one_more(layers, found, frozenset(known), closed or {})
        if more is None:
            return None
        if not more:
            return frozenset(found)
        found |= more


def _one_more(
    counts: Mapping[Pair, _Layers],
    hidden: AbstractSet[Pair],
    known: AbstractSet[Pair],
    closed_by_layer: Mapping[int, Collection[Line]],
) -> set[Pair] | None:
    """Returns the next cells to hide, none where all is well, and None where nothing helps."""
    for layer in LAYERS:
        closed = frozenset(closed_by_layer.get(layer, ()))
        short = _adds_up_to_few(counts, hidden - known, layer, closed)
        if short is not None:
            there = {pair for pair, split in counts.items() if split[layer]}
            better = [pair for pair in there - bridges(there) - hidden if short in lines_of(pair)]
            if not better:
                return None
            return {min(better, key=lambda pair: (pair in known, counts[pair][-1], str(pair)))}
        usable = {pair for pair in hidden if counts.get(pair, _NOBODY)[layer] and pair not in known}
        for pair in sorted(bridges(usable), key=str):
            if not closed.isdisjoint(lines_of(pair)):
                continue
            way = _cheapest_way(counts, layer, pair, hidden, known)
            if way is None:
                return None
            if not way <= hidden:
                return way
    return set()


def _adds_up_to_few(
    counts: Mapping[Pair, _Layers], hidden: AbstractSet[Pair], layer: int, closed: AbstractSet[Line]
) -> Line | None:
    """Returns a line whose hidden counts add up to a small one, although its sum is shown."""
    sums: defaultdict[Line, int] = defaultdict(int)
    for pair in hidden:
        for line in lines_of(pair):
            sums[line] += counts.get(pair, _NOBODY)[layer]
    return min(
        (line for line, people in sums.items() if 0 < people < LEAST and line not in closed),
        default=None,
        key=str,
    )


def bridges(pairs: AbstractSet[Pair]) -> set[Pair]:
    """Returns the cells that lie on no circle of cells: an edge of the graph without which its ends fall apart."""
    joined = _joined(pairs)
    entered: dict[Line, int] = {}
    lowest: dict[Line, int] = {}
    found: set[Pair] = set()
    for start in joined:
        if start in entered:
            continue
        entered[start] = lowest[start] = len(entered)
        steps: list[tuple[Line, Pair | None, Iterator[tuple[Line, Pair]]]] = [
            (start, None, iter(joined[start]))
        ]
        while steps:
            node, came_by, onward = steps[-1]
            step = next(onward, None)
            if step is None:
                steps.pop()
                if steps and came_by is not None:
                    before = steps[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                    if lowest[node] > entered[before]:
                        found.add(came_by)
                continue
            other, pair = step
            if pair == came_by:
                continue
            if other in entered:
                lowest[node] = min(lowest[node], entered[other])
            else:
                entered[other] = lowest[other] = len(entered)
                steps.append((other, pair, iter(joined[other])))
    return found


def _joined(pairs: Collection[Pair]) -> dict[Line, list[tuple[Line, Pair]]]:
    joined: defaultdict[Line, list[tuple[Line, Pair]]] = defaultdict(list)
    for pair in sorted(pairs, key=str):
        one, other = lines_of(pair)
        joined[one].append((other, pair))
        joined[other].append((one, pair))
    return dict(joined)


def _cheapest_way(
    counts: Mapping[Pair, _Layers],
    layer: int,
    around: Pair,
    hidden: AbstractSet[Pair],
    known: AbstractSet[Pair],
) -> set[Pair] | None:
    """Returns the cells to hide, with the fewest people, that join the ends of a cell without it; None if nothing does.

    Cells a reader knows are taken only where no others are.
    """
    usable = {pair for pair, split in counts.items() if split[layer] and pair != around}
    for some in (usable - known, usable):
        way = _way(_joined(some), *lines_of(around), counts, hidden)
        if way is not None:
            return way
    return None


def _way(
    joined: Mapping[Line, list[tuple[Line, Pair]]],
    start: Line,
    end: Line,
    counts: Mapping[Pair, _Layers],
    hidden: AbstractSet[Pair],
) -> set[Pair] | None:
    waiting: list[tuple[int, int, Line, tuple[Pair, ...]]] = [(0, 0, start, ())]
    done: set[Line] = set()
    pushed = 0
    while waiting:
        cost, _order, node, way = heappop(waiting)
        if node == end:
            return set(way)
        if node in done:
            continue
        done.add(node)
        for other, pair in joined.get(node, ()):
            if other not in done:
                pushed += 1
                price = 0 if pair in hidden else counts[pair][-1]
                heappush(waiting, (cost + price, pushed, other, (*way, pair)))
    return None
