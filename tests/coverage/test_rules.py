"""The rules of disclosure control: tables, laws, and the package of the Office for National Statistics as an oracle."""

import warnings
from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, strategies as st

from lms.coverage.rules import (
    BASE,
    KEY_RANGE,
    P_TABLE_ROWS,
    THRESHOLD,
    Cell,
    Figures,
    PositionGroup,
    published_count,
    tabulate,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandas as pd
    from cell_key_perturbation.create_perturbed_table import create_perturbed_table
    from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule


def perturbation(count: int, key: int) -> int:
    """What the p-table adds to a count: a count under ten is not published."""
    return (published_count(count, key) or 0) - count


counts, keys = st.integers(0, 5000), st.integers(0, KEY_RANGE - 1)


@pytest.mark.parametrize(
    ("count", "published"),
    [
        (0, {None}),
        (1, {None}),
        (9, {None}),
        (10, {10}),
        (11, {10, 15}),
        (14, {10, 15}),
        (15, {15}),
        (43, {40, 45}),
        (750, {750}),
        (751, {750, 755}),
        (1_000_000, {1_000_000}),
    ],
)
def test_a_count_is_hidden_or_one_of_two_adjacent_figures(count: int, published: set[int | None]) -> None:
    assert {published_count(count, key) for key in range(KEY_RANGE)} == published


@pytest.mark.parametrize("count", [*range(10, 40), 751, 998, 12_344])
def test_the_mean_over_all_cell_keys_is_the_count(count: int) -> None:
    total = sum(perturbation(count, key) for key in range(KEY_RANGE))
    assert abs(total) <= BASE
    rounded_up = sum(perturbation(count, key) > 0 for key in range(KEY_RANGE))
    assert abs(Fraction(rounded_up, KEY_RANGE) - Fraction(count % BASE, BASE)) < Fraction(1, 100)


@given(counts, keys)
def test_a_figure_is_a_multiple_of_five_from_ten_on_and_near_the_count(count: int, key: int) -> None:
    figure = published_count(count, key)
    if count < THRESHOLD:
        assert figure is None
    else:
        assert figure is not None
        assert figure >= THRESHOLD
        assert figure % BASE == 0
        assert abs(figure - count) < BASE


@given(counts, st.integers(0, 10**9))
def test_only_the_sum_of_record_keys_modulo_their_range_matters(count: int, key_sum: int) -> None:
    assert published_count(count, key_sum) == published_count(count, key_sum % KEY_RANGE)


def test_rows_of_the_p_table_differ_in_their_order() -> None:
    rows = {tuple(perturbation(count, key) for key in range(KEY_RANGE)) for count in range(12, 750, 5)}
    assert len(rows) == len(range(12, 750, 5))


@pytest.mark.parametrize(
    ("figures", "rate", "highest"),
    [
        (Figures(20, 15), Fraction(3, 4), Fraction(1, 2)),
        (Figures(10, 15), Fraction(1), Fraction(1)),
        (Figures(30, None), None, Fraction(1, 3)),
    ],
)
def test_rates_are_computed_from_published_counts(figures: Figures, rate: Fraction | None, highest: Fraction) -> None:
    assert (figures.rate, figures.highest_rate) == (rate, highest)


def test_a_table_of_a_few_people() -> None:
    groups = [
        PositionGroup("wash", 1, True, [(7, True)], people=20, key_sum=0),
        PositionGroup("wash", 2, False, [(7, True), (8, False)], people=10, key_sum=0),
        PositionGroup("health", 1, False, [(8, False)], people=5, key_sum=0),
    ]
    found = tabulate(groups)
    assert found[Cell()] == Figures(35, 20)
    assert found[Cell("wash")] == Figures(30, 20)
    assert found[Cell("wash", course_id=7)] == Figures(30, 30)
    assert found[Cell("wash", 2)] == Figures(10, None)
    assert found[Cell(course_id=8)] == Figures(15, None)
    assert not [cell for cell in found if cell.sector == "health"]


def test_the_same_people_have_the_same_figure_in_every_cell() -> None:
    found = tabulate([PositionGroup("wash", 1, True, [(7, True)], people=43, key_sum=77)])
    assert len(found) == 8
    assert len(set(found.values())) == 1


def p_table() -> "pd.DataFrame":
    """Our p-table as the package reads it."""
    rows = [(n, key, perturbation(n, key)) for n in range(1, P_TABLE_ROWS + 1) for key in range(KEY_RANGE)]
    return pd.DataFrame(rows, columns=["pcv", "ckey", "pvalue"])


def invented(seed: int) -> "pd.DataFrame":
    """People of two sectors, three stations and a course; one cell is larger than the p-table."""
    pick = Random(seed)
    sizes = {("wash", 1): 1500, ("wash", 2): 43, ("wash", 3): 9, ("health", 1): 12, ("health", 2): 751}
    return pd.DataFrame(
        [
            {"sector": sector, "station": station, "key": pick.randrange(KEY_RANGE), "complies": pick.random() < 0.7}
            for (sector, station), size in sizes.items()
            for _ in range(size)
        ]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_the_package_of_the_ons_gives_the_same_table_from_our_p_table(seed: int) -> None:
    data = invented(seed)
    groups = [
        PositionGroup(row.sector, row.station, row.complies, [], people=1, key_sum=row.key) for row in data.itertuples()
    ]
    ours = tabulate(groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        everybody = create_perturbed_table(data, p_table(), ["sector"], ["station"], "key")
        compliant = create_perturbed_table(data[data["complies"]], p_table(), ["sector"], ["station"], "key")
    theirs = {
        (row.sector, row.station): None if pd.isna(row.count_) else int(row.count_)
        for row in everybody.rename(columns={"count": "count_"}).itertuples()
    }
    for (sector, station), count in theirs.items():
        figures = ours.get(Cell(sector, station))
        assert (figures and figures.people) == count
    for row in compliant.rename(columns={"count": "count_"}).itertuples():
        figures = ours.get(Cell(row.sector, row.station))
        if figures:
            assert figures.compliant == (None if pd.isna(row.count_) else int(row.count_))


def test_without_noise_our_p_table_is_the_packages_own_for_the_rule() -> None:
    """Its p-table rounds and does not depend on the cell key: ours gives the same figure in most cases, unbiased."""
    theirs = generate_ptable_10_5_rule(max_pcv=60)
    rounding = {row.pcv: row.pvalue for row in theirs.itertuples()}
    for count in range(1, 61):
        most_often = Counter(perturbation(count, key) for key in range(KEY_RANGE)).most_common(1)[0][0]
        assert most_often == rounding[count]
