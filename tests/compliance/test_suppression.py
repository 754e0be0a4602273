"""Small counts are hidden, and nothing that is shown gives one of them away."""

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from lms.compliance.hiding import hide_together
from lms.compliance.suppression import LEAST, Place, suppress, with_totals

Table = list[list[int]]
COUNTS = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 8, 12])


def tables(rows: int, columns: int) -> st.SearchStrategy[Table]:
    line = st.lists(COUNTS, min_size=columns, max_size=columns)
    return st.lists(line, min_size=rows, max_size=rows)


def other_values(counts: Table, hidden: frozenset[Place], reach: int = 1) -> dict[Place, set[int]]:
    """Every value a hidden count takes in some table that shows the same figures, tried one by one.

    Hidden cells are tried from `reach` below to `reach` above what they are, and are at least 1 where they are.
    """
    table = with_totals(counts)
    rows, columns = len(counts), len(counts[0])
    free = [(row, column) for row, column in product(range(rows), range(columns)) if (row, column) in hidden]
    ranges = [
        [0]
        if not table[row][column]
        else range(max(1, table[row][column] - reach), table[row][column] + reach + 1)
        for row, column in free
    ]
    found: dict[Place, set[int]] = {place: set() for place in hidden}
    for values in product(*ranges):
        tried = [list(row) for row in counts]
        for (row, column), value in zip(free, values, strict=True):
            tried[row][column] = value
        other = with_totals(tried)
        if all(
            other[row][column] == table[row][column]
            for row, column in product(range(rows + 1), range(columns + 1))
            if (row, column) not in hidden
        ):
            for row, column in hidden:
                found[row, column].add(other[row][column])
    return found


def small_places(counts: Table) -> set[Place]:
    return {
        (row, column)
        for row, line in enumerate(with_totals(counts))
        for column, count in enumerate(line)
        if 0 < count < LEAST
    }


@settings(max_examples=150, deadline=None)
@given(st.one_of(tables(2, 2), tables(3, 2), tables(2, 3), tables(4, 2), tables(3, 3)))
def test_no_small_count_can_be_worked_out_from_what_is_shown(counts: Table) -> None:
    hidden = suppress(counts)
    assert small_places(counts) <= hidden
    values = other_values(counts, hidden)
    for place in small_places(counts):
        assert len(values[place]) > 1, (counts, sorted(hidden), place)


@settings(max_examples=100, deadline=None)
@given(tables(3, 2), st.sets(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=3))
def test_what_another_table_hides_cannot_be_worked_out_either(
    counts: Table, given_places: set[Place]
) -> None:
    hidden = suppress(counts, given_places)
    table = with_totals(counts)
    values = other_values(counts, hidden)
    assert given_places <= hidden
    for place in given_places | small_places(counts):
        assert not table[place[0]][place[1]] or len(values[place]) > 1, (counts, sorted(hidden), place)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        pytest.param([[20, 7], [30, 9]], set(), id="nothing is small"),
        pytest.param([[20, 0], [30, 0]], set(), id="zeros are shown"),
        pytest.param(
            [[20, 3], [30, 9], [40, 12]],
            {(0, 0), (0, 1), (1, 0), (1, 1)},
            id="the cheapest circle is hidden with it",
        ),
        pytest.param([[2, 1]], {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)}, id="everything is small"),
        pytest.param([], set(), id="an empty table"),
    ],
)
def test_what_is_hidden(counts: Table, hidden: set[Place]) -> None:
    assert suppress(counts) == hidden


@settings(max_examples=60, deadline=None)
@given(tables(3, 2), tables(3, 2), tables(2, 2))
def test_tables_of_the_same_people_hide_the_same(overall: Table, course: Table, stations: Table) -> None:
    counts = {
        ("sector", None): overall,
        ("sector", 1): course,
        ("station", None): stations,
        ("station", 1): stations,
    }
    hidden = hide_together(counts)
    for row, (one, other) in enumerate(zip(overall, course, strict=True)):
        hides = [{column for at, column in hidden["sector", key] if at == row} for key in (None, 1)]
        if one == other:
            assert hides[0] == hides[1]
        if sum(one) == sum(other):
            assert (2 in hides[0]) == (2 in hides[1])
    for key in (None, 1):
        sums = [
            {column for row, column in hidden[axis, key] if row == last}
            for axis, last in (("sector", 3), ("station", 2))
        ]
        assert sums[0] == sums[1]
    for key, table in counts.items():
        values = other_values(table, hidden[key])
        for place in small_places(table):
            assert place in hidden[key]
            assert len(values[place]) > 1
