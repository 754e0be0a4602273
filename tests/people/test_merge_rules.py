"""Laws of who stands for whom, whatever merges say."""

from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from lms.people.merging.rules import families, family, resolve

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
def test_who_stands_for_whom(merges: list[tuple[int, int]], expected: dict[int, int]) -> None:
    assert resolve(merges) == expected


@given(MERGES)
def test_the_answer_stands_for_itself(merges: list[tuple[int, int]]) -> None:
    stands_for = resolve(merges)
    assert not set(stands_for) & set(stands_for.values())
    assert resolve([(kept, merged) for merged, kept in stands_for.items()]) == stands_for


@given(MERGES)
def test_both_of_a_merge_are_one(merges: list[tuple[int, int]]) -> None:
    stands_for = resolve(merges)
    for kept, merged in merges:
        assert stands_for.get(kept, kept) == stands_for.get(merged, merged)


@given(MERGES)
def test_nobody_is_one_with_somebody_no_merge_leads_to(merges: list[tuple[int, int]]) -> None:
    reached = {person: {person} for pair in merges for person in pair}
    for _ in reached:
        for kept, merged in merges:
            both = reached[kept] | reached[merged]
            for person in both:
                reached[person] = reached[person] | both
    stands_for = resolve(merges)
    for person, others in reached.items():
        assert family(person, stands_for) == others


@given(st.lists(st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] != pair[1]), max_size=4))
def test_the_order_of_recording_changes_nothing(merges: list[tuple[int, int]]) -> None:
    assert len({tuple(sorted(resolve(order).items())) for order in permutations(merges)}) == 1


@given(MERGES)
def test_who_was_never_merged_away_is_not_taken_away(merges: list[tuple[int, int]]) -> None:
    taken = {merged for _kept, merged in merges}
    stands_for = resolve(merges)
    roots = {person for pair in merges for person in pair} - taken
    for root in roots:
        others = family(root, stands_for) & roots
        if others == {root}:
            assert root not in stands_for


@given(MERGES, st.frozensets(NUMBERS, max_size=5))
def test_families_are_the_families_of_each(merges: list[tuple[int, int]], asked: frozenset[int]) -> None:
    stands_for = resolve(merges)
    assert families(asked, stands_for) == frozenset().union(*(family(each, stands_for) for each in asked))
