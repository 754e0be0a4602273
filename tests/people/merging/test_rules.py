"""Laws of canonical ids, whatever the merges."""

from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from lms.people.merging.rules import merged_ids, resolve_merges

NUMBERS = st.integers(1, 8)
MERGES = st.lists(st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] != pair[1]), max_size=10)


@pytest.mark.parametrize(
    ("merges", "expected"),
    [
        ([], {}),
        ([(1, 2)], {2: 1}),
        ([(2, 1)], {1: 2}),
        ([(1, 2), (1, 3)], {2: 1, 3: 1}),
        ([(1, 2), (3, 1)], {2: 3, 1: 3}),
        ([(1, 2), (2, 1)], {2: 1}),
        ([(5, 4), (6, 4)], {4: 5, 6: 5}),
        ([(1, 2), (3, 4)], {2: 1, 4: 3}),
    ],
)
def test_canonical_ids(merges: list[tuple[int, int]], expected: dict[int, int]) -> None:
    assert resolve_merges(merges) == expected


@given(MERGES)
def test_a_canonical_id_is_its_own(merges: list[tuple[int, int]]) -> None:
    canonical_ids = resolve_merges(merges)
    assert not set(canonical_ids) & set(canonical_ids.values())
    assert resolve_merges([(surviving, merged) for merged, surviving in canonical_ids.items()]) == canonical_ids


@given(MERGES)
def test_both_of_a_merge_have_one_canonical_id(merges: list[tuple[int, int]]) -> None:
    canonical_ids = resolve_merges(merges)
    for surviving, merged in merges:
        assert canonical_ids.get(surviving, surviving) == canonical_ids.get(merged, merged)


@given(MERGES)
def test_only_merges_connect_records(merges: list[tuple[int, int]]) -> None:
    reached = {person: {person} for pair in merges for person in pair}
    for _ in reached:
        for surviving, merged in merges:
            both = reached[surviving] | reached[merged]
            for person in both:
                reached[person] = reached[person] | both
    canonical_ids = resolve_merges(merges)
    for person, others in reached.items():
        assert merged_ids([person], canonical_ids) == others


@given(st.lists(st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] != pair[1]), max_size=4))
def test_the_order_of_recording_changes_nothing(merges: list[tuple[int, int]]) -> None:
    assert len({tuple(sorted(resolve_merges(order).items())) for order in permutations(merges)}) == 1


@given(MERGES)
def test_who_was_never_merged_away_is_not_taken_away(merges: list[tuple[int, int]]) -> None:
    taken = {merged for _kept, merged in merges}
    canonical_ids = resolve_merges(merges)
    roots = {person for pair in merges for person in pair} - taken
    for root in roots:
        others = merged_ids([root], canonical_ids) & roots
        if others == {root}:
            assert root not in canonical_ids


@given(MERGES, st.frozensets(NUMBERS, max_size=5))
def test_families_are_the_families_of_each(merges: list[tuple[int, int]], selected: frozenset[int]) -> None:
    canonical_ids = resolve_merges(merges)
    assert merged_ids(selected, canonical_ids) == frozenset().union(
        *(merged_ids([each], canonical_ids) for each in selected)
    )
