"""Fairness between sectors: against computations of our own with NumPy, known values, laws and limits."""

from collections import Counter
from math import exp, inf, log
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from lms.authoring.statistics.fairness import (
    Difference,
    SectorDifference,
    Stratum,
    Table,
    classify,
    common_odds_ratio,
    compare_sectors,
)
from lms.authoring.statistics.rules import ItemFlag, count_answers, measure_item

SECTORS = ("health", "wash", "education")


def tables_of(answers: dict[Stratum, int], sector: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Cells by tenth, own sector or not, right or not; people without a sector are left out."""
    tables = np.zeros((11, 2, 2))
    for (own, tenth, right), count in answers.items():
        if own is not None:
            tables[tenth, int(own != sector), int(not right)] += count
    return tables


def by_numpy(tables: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float]:
    """The common odds ratio, and the standard error of its logarithm by the formula of Phillips and Holland (1987).

    They write the variance as one sum over strata; Robins, Breslow and Greenland as three, of the same value.
    """
    people = tables.sum(axis=(1, 2))
    tables, people = tables[people > 0], people[people > 0]
    a, b, c, d = tables[:, 0, 0], tables[:, 0, 1], tables[:, 1, 0], tables[:, 1, 1]
    odds = np.sum(a * d / people) / np.sum(b * c / people)
    parts = (a * d + odds * b * c) * (a + d + odds * (b + c)) / people**2
    return float(odds), float(np.sqrt(np.sum(parts) / (2 * np.sum(a * d / people) ** 2)))


def some_answers(people: int = 900, harder: float = 0.3) -> Counter[Stratum]:
    """People of three sectors, the question harder for those of the second, a few of no sector."""
    rng, answers = Random(3), Counter[Stratum]()
    for _ in range(people):
        sector = rng.choice((*SECTORS, *SECTORS, None))
        skill = rng.random() * (0.8 if sector == "education" else 1)
        right = rng.random() < skill - harder * (sector == "wash")
        answers[sector, round(10 * skill), right] += 1
    return answers


def test_figures_are_those_of_numpy() -> None:
    answers = some_answers()
    found = {each.sector: each for each in compare_sectors(answers)}
    assert found.keys() == set(SECTORS)
    for sector in SECTORS:
        tables = tables_of(answers, sector)
        odds, error = by_numpy(tables)
        assert found[sector].odds == pytest.approx(odds)
        assert common_odds_ratio(map(tuple, tables.reshape(-1, 4))) == (pytest.approx(odds), pytest.approx(error))
    assert found["wash"].size is Difference.LARGE
    assert found["wash"].is_harder
    assert not found["health"].is_harder


def test_who_knows_less_elsewhere_is_compared_with_who_knows_as_little() -> None:
    """Health knows half as much in everything: the raw odds differ fourfold, within strata they are the same."""
    answers = {
        ("health", 2, True): 20, ("health", 2, False): 40, ("wash", 2, True): 10, ("wash", 2, False): 20,
        ("health", 8, True): 20, ("health", 8, False): 10, ("wash", 8, True): 40, ("wash", 8, False): 20,
    }  # fmt: skip
    assert [(each.odds, each.size) for each in compare_sectors(answers)] == [(1, Difference.SMALL)] * 2


def test_one_table_has_the_odds_ratio_and_the_error_of_woolf() -> None:
    odds, error = common_odds_ratio([(30, 10, 20, 40)])
    assert odds == pytest.approx(6)
    assert error == pytest.approx((1 / 30 + 1 / 10 + 1 / 20 + 1 / 40) ** 0.5)


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ([(0, 40, 20, 20)], (0.5 * 20.5) / (40.5 * 20.5)),
        ([(40, 0, 20, 20)], (40.5 * 20.5) / (0.5 * 20.5)),
        ([(40, 0, 0, 40)], 81 * 81),
        ([(10, 10, 0, 0), (0, 0, 10, 10)], None),
        ([(30, 0, 30, 0), (0, 30, 0, 30)], None),
        ([], None),
    ],
)
def test_a_side_that_answers_alike(tables: list[Table], expected: float | None) -> None:
    odds, error = common_odds_ratio(tables)
    assert (error is None) == (expected is None)
    assert odds == pytest.approx(expected or 1)
    assert not error or error < inf


@pytest.mark.parametrize(
    ("delta", "error", "size"),
    [
        (0.99, 0.01, Difference.SMALL),
        (1.01, 0.01, Difference.MODERATE),
        # 1.96 standard errors from 0.
        (1.4, 0.71, Difference.MODERATE),
        (1.4, 0.72, Difference.SMALL),
        (1.49, 0.01, Difference.MODERATE),
        (1.51, 0.01, Difference.LARGE),
        # 1.645 standard errors from 1.
        (2.0, 0.60, Difference.LARGE),
        (2.0, 0.61, Difference.MODERATE),
    ],
)
def test_classes(delta: float, error: float, size: Difference) -> None:
    for sign in (-1, 1):
        assert classify(exp(sign * delta / 2.35), error / 2.35) is size


def crowd(sector: str | None, people: int) -> dict[Stratum, int]:
    return {(sector, 5, True): people - people // 3, (sector, 5, False): people // 3}


@pytest.mark.parametrize(
    ("health", "wash", "compared"), [(30, 30, ["health", "wash"]), (29, 300, []), (300, 29, []), (0, 300, [])]
)
def test_small_groups_are_not_compared(health: int, wash: int, compared: list[str]) -> None:
    answers = crowd("health", health) | crowd("wash", wash) | crowd(None, 500)
    assert [each.sector for each in compare_sectors({k: n for k, n in answers.items() if n})] == compared


cells = st.integers(1, 60).map(float)


@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=6))
def test_the_two_sides_see_the_same_difference(tables: list[Table]) -> None:
    odds, error = common_odds_ratio(tables)
    swapped, same = common_odds_ratio([(c, d, a, b) for a, b, c, d in tables])
    assert log(odds) == pytest.approx(-log(swapped), abs=1e-9)
    assert error == pytest.approx(same)
    assert common_odds_ratio(tables[::-1]) == (odds, error)


def test_points_in_part_are_not_right() -> None:
    """All of WASH have half the points, of Health a third all and the others none: without the halves, harder."""
    own = [("wash", 0.5, 60), ("health", 1.0, 20), ("health", 0.0, 40)]
    attempts = [
        (sector, [{"question": 1, "points": points, "response": None}, {"question": 2, "points": 1.0, "response": "a"}])
        for sector, points, people in own
        for _ in range(people)
    ]
    found = measure_item(count_answers(attempts).answers[1], {})
    assert found is not None
    assert [each.is_harder for each in found.sectors] == [False, True]


def test_a_question_that_is_unfair_to_a_sector_is_flagged() -> None:
    def grades(rest: float, *, right: bool) -> list[dict[str, Any]]:
        own = {"question": 1, "points": float(right), "response": "a" if right else "b"}
        return [own, *({"question": n, "points": rest, "response": "a"} for n in (2, 3))]

    def attempts(wash_right: int) -> list[tuple[str | None, list[dict[str, Any]]]]:
        return [
            (sector, grades(rest, right=place < rights))
            for sector, rights in (("wash", wash_right), ("health", 45), (None, 60))
            for rest in (0.5, 1.0)
            for place in range(60)
        ]

    def item(wash_right: int) -> tuple[tuple[ItemFlag, ...], dict[str, SectorDifference]]:
        found = measure_item(count_answers(attempts(wash_right)).answers[1], {"a": True, "b": False})
        assert found is not None
        return found.flags, {each.sector: each for each in found.sectors}

    flags, sectors = item(15)
    assert ItemFlag.UNFAIR in flags
    assert sectors["wash"].is_harder and sectors["wash"].odds == pytest.approx(1 / 9)
    flags, sectors = item(45)
    assert ItemFlag.UNFAIR not in flags
    assert [each.odds for each in sectors.values()] == [1, 1]
