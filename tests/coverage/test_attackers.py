"""Attackers who compare published figures to learn about one person: how often they are right, beside guessing.

Each game is about one bit of one person, drawn with even odds, so guessing is right in half of the games. Attackers
know the method, the p-table and what each game says of everybody else; they do not know the bit and the record keys,
and say what is likelier from the figures they compare. With exact counts every one of them is always right, so that
they are not shows what the method is worth. The decision record on coverage names the shares below.
"""

from collections.abc import Callable, Iterable
from functools import cache
from math import prod, sqrt
from random import Random

import pytest

from lms.coverage.rules import BASE, KEY_RANGE, THRESHOLD, published_count

GAMES = 4000
Publish = Callable[[int, int], int | None]
"""Gives the figure for a count and the sum of its record keys."""
Game = Callable[[Random, Publish], bool]
"""Plays once; says whether the attacker was right."""


def exact(count: int, _key_sum: int) -> int:
    """Counts as they are."""
    return count


def rounded(count: int, _key_sum: int) -> int | None:
    """The 10-5 rule alone: what a p-table gives that does not depend on the cell key."""
    return None if count < THRESHOLD else (count + BASE // 2) // BASE * BASE


def keys_of(rng: Random, people: int) -> list[int]:
    return [rng.randrange(KEY_RANGE) for _ in range(people)]


@cache
def chances(publish: Publish, count: int) -> dict[int | None, float]:
    """Returns how likely each figure is for a count, over all cell keys."""
    figures = [publish(count, key) for key in range(KEY_RANGE)]
    return {figure: figures.count(figure) / KEY_RANGE for figure in set(figures)}


def likelier(publish: Publish, seen: Iterable[tuple[int | None, int]], rng: Random) -> bool:
    """Says whether one more is likelier than none, from figures and the counts they are of without the one."""
    seen = list(seen)
    with_one = prod(chances(publish, count + 1).get(figure, 0) for figure, count in seen)
    without = prod(chances(publish, count).get(figure, 0) for figure, count in seen)
    return with_one > without if with_one != without else rng.random() < 0.5


def two_filters(rng: Random, publish: Publish) -> bool:
    """A sector, and those in it of whom a course is required: everybody else, and the person maybe."""
    others, person, required = (keys_of(rng, rng.randrange(10, 100)), rng.randrange(KEY_RANGE), rng.random() < 0.5)
    everybody = publish(len(others) + 1, sum(others) + person)
    of_course = publish(len(others) + required, sum(others) + required * person)
    # The same people have the same figure: where two figures differ, they are not about the same people.
    return (everybody == of_course) == required


def two_months(rng: Random, publish: Publish) -> bool:
    """The compliant of a sector at two month ends, between which only the person joined, and is compliant or not."""
    others, person, complies = (keys_of(rng, rng.randrange(10, 100)), rng.randrange(KEY_RANGE), rng.random() < 0.5)
    before = publish(len(others), sum(others))
    after = publish(len(others) + complies, sum(others) + complies * person)
    return (before != after) == complies


def marginal_sums(rng: Random, publish: Publish) -> bool:
    """The whole less eight sectors gives the ninth, which is hidden: its known people, and the person maybe."""
    sectors = [keys_of(rng, rng.randrange(10, 60)) for _ in range(8)]
    ninth, person, there = keys_of(rng, rng.randrange(9)), rng.randrange(KEY_RANGE), rng.random() < 0.5
    everybody = [*(key for sector in sectors for key in sector), *ninth, *[person] * there]
    whole = publish(len(everybody), sum(everybody)) or 0
    left = whole - sum(publish(len(sector), sum(sector)) or 0 for sector in sectors)
    return (left > len(ninth)) == there


def every_table(rng: Random, publish: Publish) -> bool:
    """Everybody else is known: is the person, in the whole, a sector, a station, both, and a course?"""
    pair = keys_of(rng, rng.randrange(10, 40))
    sector, station = pair + keys_of(rng, rng.randrange(10, 60)), pair + keys_of(rng, rng.randrange(10, 60))
    whole = sector + station[len(pair) :] + keys_of(rng, 200)
    person, complies = rng.randrange(KEY_RANGE), rng.random() < 0.5
    seen = []
    for cell in (pair, sector, station, whole):
        # The compliant in everything are most of the compliant in the course.
        for part in (cell, cell[: max(10, len(cell) * 9 // 10)]):
            seen.append((publish(len(part) + complies, sum(part) + complies * person), len(part)))
    return likelier(publish, dict.fromkeys(seen), rng) == complies


def a_year(rng: Random, publish: Publish) -> bool:
    """Everybody else is known: a sector over twelve months in which others come and go, so that every figure is new."""
    person, complies = rng.randrange(KEY_RANGE), rng.random() < 0.5
    others, seen = keys_of(rng, rng.randrange(15, 100)), []
    for _month in range(12):
        others = [*others[1:], *keys_of(rng, rng.randrange(0, 3))]
        seen.append((publish(len(others) + complies, sum(others) + complies * person), len(others)))
    return likelier(publish, seen, rng) == complies


def right(game: Game, publish: Publish) -> float:
    """Returns the share of games, always the same, in which the attacker is right."""
    rng = Random(20261122)
    return sum(game(rng, publish) for _ in range(GAMES)) / GAMES


FOUR_SIGMA = 4 * sqrt(0.25 / GAMES)


@pytest.mark.parametrize("game", [two_filters, two_months, marginal_sums, every_table, a_year])
def test_with_exact_counts_every_attacker_is_always_right(game: Game) -> None:
    assert right(game, exact) == 1


@pytest.mark.parametrize(
    ("game", "share"),
    [(two_filters, 0.68), (two_months, 0.68), (marginal_sums, 0.53), (every_table, 0.78), (a_year, 0.83)],
)
def test_attackers_are_right_as_often_as_the_decision_says(game: Game, share: float) -> None:
    assert abs(right(game, published_count) - share) < FOUR_SIGMA


def test_two_figures_one_person_apart_differ_as_often_as_the_p_table_says() -> None:
    """The share of the first two attackers, from the p-table alone: half, and half of how often the figures differ."""
    differ = [
        1 - sum(chance * chances(published_count, count + 1).get(figure, 0) for figure, chance in of.items())
        for count in range(10, 100)
        for of in [chances(published_count, count)]
    ]
    assert abs((1 + sum(differ) / len(differ)) / 2 - 0.68) < 0.005


@pytest.mark.parametrize("game", [every_table, a_year])
def test_cell_keys_protect_better_than_rounding_alone(game: Game) -> None:
    assert right(game, published_count) < right(game, rounded) - FOUR_SIGMA
