"""A sector at a station is hidden with what else it takes, and nothing hidden is left to be worked out."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from lms.compliance.crossing import LAYERS, Pair, Split, bridges, complete, lines_of
from lms.compliance.suppression import LEAST

SECTORS, STATIONS = ("a", "b", "c"), (1, 2, 3)
PAIRS: list[Pair] = list(product(SECTORS, STATIONS))
COUNTS = st.sampled_from([0, 0, 2, 4, 5, 9, 20])


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        (set(), set()),
        ({("a", 1)}, {("a", 1)}),
        ({("a", 1), ("a", 2), ("b", 1)}, {("a", 1), ("a", 2), ("b", 1)}),
        ({("a", 1), ("a", 2), ("b", 1), ("b", 2)}, set()),
        ({("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 3)}, {("b", 3)}),
        ({("a", 1), ("a", 2), ("b", 1), ("b", 2), ("c", 3)}, {("c", 3)}),
    ],
)
def test_a_bridge_lies_on_no_circle(pairs: set[Pair], found: set[Pair]) -> None:
    assert bridges(pairs) == found


def test_the_least_people_are_hidden_with_a_small_count() -> None:
    counts = dict.fromkeys(PAIRS, (50, 50)) | {("a", 1): (3, 40), ("b", 2): (20, 20), ("b", 1): (30, 20)}
    assert complete(counts, {("a", 1)}) == {("a", 1), ("a", 2), ("b", 1), ("b", 2)}


def test_what_a_reader_knows_hides_nothing() -> None:
    counts = dict.fromkeys(PAIRS, (50, 50)) | {("a", 1): (3, 40), ("b", 2): (20, 20), ("b", 1): (30, 20)}
    found = complete(counts, {("a", 1)}, known={("b", 2)})
    assert found is not None
    assert ("b", 2) not in found
    assert not bridges(found)


def test_small_counts_together_are_not_a_small_sum() -> None:
    counts = dict.fromkeys(PAIRS, (50, 50)) | {
        ("a", 1): (1, 50),
        ("a", 2): (2, 50),
        ("b", 1): (1, 50),
        ("b", 2): (1, 50),
    }
    hidden = {("a", 1), ("a", 2), ("b", 1), ("b", 2)}
    found = complete(counts, hidden)
    assert found is not None
    for line in {line for pair in found for line in lines_of(pair)}:
        assert sum(counts[pair][0] for pair in found if line in lines_of(pair)) >= LEAST


def test_where_nothing_helps_everything_is_hidden() -> None:
    assert complete({("a", 1): (3, 0), ("b", 2): (9, 9), ("c", 3): (9, 9)}, {("a", 1)}) is None


def test_nothing_adds_up_on_a_line_whose_sum_is_hidden() -> None:
    counts = {("a", 1): (3, 0), ("b", 2): (9, 9), ("c", 3): (9, 9)}
    closed = {layer: {(0, "a"), (1, 1)} for layer in LAYERS}
    assert complete(counts, {("a", 1)}, closed=closed) == {("a", 1)}


def worked_out(counts: dict[Pair, Split], hidden: frozenset[Pair], layer: int) -> set[Pair]:
    """The hidden cells of a layer that the sums of all sectors and stations determine, by elimination."""
    unknown = sorted(hidden)
    rows = []
    for line in {line for pair in PAIRS for line in lines_of(pair)}:
        rows.append([Fraction(line in lines_of(pair)) for pair in unknown])
    lead = 0
    for column in range(len(unknown)):
        pivot = next((n for n in range(lead, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[lead], rows[pivot] = rows[pivot], rows[lead]
        rows[lead] = [each / rows[lead][column] for each in rows[lead]]
        for n, row in enumerate(rows):
            if n != lead and row[column]:
                rows[n] = [one - row[column] * other for one, other in zip(row, rows[lead], strict=True)]
        lead += 1
    return {
        unknown[next(n for n, each in enumerate(row) if each)] for row in rows if sum(map(bool, row)) == 1
    }


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({pair: st.tuples(COUNTS, COUNTS) for pair in PAIRS}))
def test_no_hidden_count_can_be_worked_out_from_all_sums(table: dict[Pair, Split]) -> None:
    counts = {pair: split for pair, split in table.items() if any(split)}
    few = {pair for pair, split in counts.items() if any(0 < each < LEAST for each in split)}
    found = complete(counts, few)
    if found is None:
        return
    assert few <= found
    for layer in LAYERS:
        known = worked_out(counts, found, layer)
        small = {pair for pair in few if 0 < (*counts[pair], sum(counts[pair]))[layer] < LEAST}
        assert not known & small
