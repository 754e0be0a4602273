"""Figures of questions and quizzes against NumPy and the statistics module, laws, limits and flags."""

import statistics
from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from lms.authoring.statistics.rules import (
    AnswerCounts,
    ItemFlag,
    ItemStatistics,
    count_answers,
    flags_of,
    measure_item,
    measure_quiz,
    round_people,
)

Grades = list[dict[str, Any]]
OPTIONS = {"a": True, "b": False, "c": False}


def attempt(points: dict[int, float], responses: dict[int, Any] | None = None) -> Grades:
    chosen = {question: "a" if share == 1 else "b" for question, share in points.items()} | (responses or {})
    return [{"question": q, "points": share, "response": chosen[q]} for q, share in points.items()]


def counted(attempts: list[Grades], sector: str | None = None) -> AnswerCounts:
    return count_answers((sector, grades) for grades in attempts)


def some_attempts(people: int = 200, bank: int = 20, draw: int = 6) -> list[Grades]:
    """People of different skill, each with other questions; a third of the answers is right in part."""
    rng = Random(7)
    found = []
    for _ in range(people):
        skill = rng.random()
        points = {
            q: rng.choice((0.0, 0.5, 1 / 3)) if rng.random() > (skill + q / bank) / 2 else 1.0
            for q in rng.sample(range(bank), draw)
        }
        found.append(attempt(points))
    return found


def item(attempts: list[Grades], question: int = 1, **more: Any) -> ItemStatistics:
    found = measure_item(counted(attempts).answers[question], OPTIONS, **more)
    assert found is not None
    return found


def test_figures_of_questions_are_those_of_the_statistics_module() -> None:
    attempts = some_attempts()
    for question in range(20):
        own, rest, total = [], [], []
        for grades in attempts:
            by_question = {grade["question"]: grade["points"] for grade in grades}
            if question in by_question:
                own.append(by_question.pop(question))
                rest.append(statistics.fmean(by_question.values()))
                total.append(own[-1] + sum(by_question.values()))
        found = measure_item(counted(attempts).answers[question], OPTIONS)
        assert found is not None
        assert found.facility == pytest.approx(statistics.fmean(own))
        assert found.discrimination == pytest.approx(statistics.correlation(own, rest))
        assert found.weight == pytest.approx(statistics.covariance(own, total) / statistics.variance(total))


def test_figures_are_those_of_numpy_on_a_matrix_of_people_and_questions() -> None:
    """Empty cells are questions that were not selected for a person."""
    attempts = [*some_attempts(300), *some_attempts(100, draw=4)]
    matrix = np.full((len(attempts), 20), np.nan)
    for row, grades in enumerate(attempts):
        for grade in grades:
            matrix[row, grade["question"]] = grade["points"]
    drawn = ~np.isnan(matrix)
    sizes, totals = drawn.sum(axis=1), np.nansum(matrix, axis=1)
    for question in range(20):
        chosen = drawn[:, question]
        own, total = matrix[chosen, question], totals[chosen]
        rest = (total - own) / (sizes[chosen] - 1)
        found = item(attempts, question)
        assert found.facility == pytest.approx(own.mean())
        assert found.discrimination == pytest.approx(np.corrcoef(own, rest)[0, 1])
        assert found.weight == pytest.approx(np.cov(own, total)[0, 1] / total.var(ddof=1))
        for option in ("a", "b"):
            picked = (own == 1) == (option == "a")
            assert found.choices[option].top == round_people(chosen_by_third(rest, picked))
            assert found.choices[option].bottom == round_people(chosen_by_third(-rest, picked))
    means = totals / sizes
    within = np.nansum((matrix - means[:, None]) ** 2) / (sizes.sum() - len(attempts))
    usual = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(attempts) - 1)
    between = (sizes * (means - totals.sum() / sizes.sum()) ** 2).sum() / (len(attempts) - 1)
    quiz = measure_quiz(counted(attempts).attempts)
    assert quiz is not None
    assert (quiz.mean, quiz.spread) == (pytest.approx(means.mean()), pytest.approx(means.std(ddof=1)))
    assert quiz.reliability == pytest.approx((between - within) / between)
    assert quiz.error == pytest.approx((within / usual) ** 0.5)


def chosen_by_third(rest: np.ndarray[Any, Any], picked: np.ndarray[Any, Any]) -> float:
    """How many of the third with the highest rest picked something: who is as high as the last one counts in part."""
    third, rounded = len(rest) / 3, rest.round(9)
    limit = np.sort(rounded)[::-1][int(np.ceil(third)) - 1]
    above, level = rounded > limit, rounded == limit
    return float(picked[above].sum() + picked[level].sum() * (third - above.sum()) / level.sum())


def test_weights_of_a_fixed_test_add_up_to_one() -> None:
    attempts = some_attempts(bank=6)
    weights = [item(attempts, question).weight or 0 for question in range(6)]
    assert sum(weights) == pytest.approx(1)


def test_figures_of_a_quiz_are_those_of_an_analysis_of_variance_in_fractions() -> None:
    attempts = [*some_attempts(), *some_attempts(40, draw=5)]
    scores = [[Fraction(grade["points"]) for grade in grades] for grades in attempts]
    means = [sum(each) / len(each) for each in scores]
    every = [points for each in scores for points in each]
    grand = sum(every) / len(every)
    between = sum(len(each) * (mean - grand) ** 2 for each, mean in zip(scores, means, strict=True))
    between /= len(scores) - 1
    within = sum((p - mean) ** 2 for each, mean in zip(scores, means, strict=True) for p in each)
    within /= len(every) - len(scores)
    quiz = measure_quiz(counted(attempts).attempts)
    assert quiz is not None
    assert quiz.mean == pytest.approx(float(sum(means) / len(means)))
    assert quiz.spread == pytest.approx(statistics.stdev(map(float, means)))
    assert quiz.reliability == pytest.approx(float(1 - within / between))
    usual = (len(every) - Fraction(sum(len(each) ** 2 for each in scores), len(every))) / (len(scores) - 1)
    assert quiz.error == pytest.approx(float(within / usual) ** 0.5)


def test_reliability_of_right_and_wrong_is_formula_21_of_kuder_and_richardson() -> None:
    rights = [9, 8, 8, 7, 6, 6, 5, 4, 3, 1] * 30
    attempts = [attempt({q: float(q < right) for q in range(10)}) for right in rights]
    mean, variance = statistics.fmean(rights), statistics.pvariance(rights)
    formula = 10 / 9 * (1 - mean * (10 - mean) / (10 * variance))
    quiz = measure_quiz(counted(attempts).attempts)
    # Formula 21 divides by the number of people, the analysis of variance by one less.
    assert quiz is not None
    assert quiz.reliability == pytest.approx(formula, abs=0.005)


points = st.lists(st.sampled_from((0.0, 1 / 3, 0.5, 1.0)), min_size=4, max_size=4)


@given(st.lists(points, min_size=30, max_size=60))
def test_laws(drawn: list[list[float]]) -> None:
    attempts = [attempt(dict(enumerate(each))) for each in drawn]
    found = item(attempts)
    assert 0 <= found.facility <= 1
    assert found.discrimination is None or -1 <= found.discrimination <= 1
    assert item(attempts[::-1]) == found
    assert measure_quiz(counted(attempts[::-1]).attempts) == measure_quiz(counted(attempts).attempts)
    constant = item([[*grades, {"question": 9, "points": 1.0, "response": "a"}] for grades in attempts], 9)
    assert (constant.facility, constant.discrimination) == (1, None)


def test_29_attempts_show_nothing_and_30_do() -> None:
    thirty = some_attempts(30, bank=6)
    counts = counted(thirty[:29])
    assert measure_item(counts.answers[1], OPTIONS) is None
    assert measure_quiz(counts.attempts) is None
    assert item(thirty).attempts == 30
    assert measure_quiz(counted(thirty).attempts) is not None


@pytest.mark.parametrize(
    ("count", "shown"), [(0, None), (4, None), (4.99, None), (5, 5), (7, 5), (8, 10), (33, 35), (1001, 1000)]
)
def test_groups_under_five_are_not_shown_and_others_rounded(count: float, shown: int | None) -> None:
    assert round_people(count) == shown


def test_choices_of_thirds_share_people_with_the_same_points() -> None:
    """Ten have all else right, forty half, ten nothing: each third has ten of these and ten of the forty."""
    rests = {1.0: 10, 0.5: 40, 0.0: 10}
    attempts = [attempt({1: 1.0, 2: rest}, {1: "a" if rest else "c"}) for rest, n in rests.items() for _ in range(n)]
    found = item(attempts).choices
    assert (found["a"].top, found["a"].bottom) == (20, 10)
    assert (found["c"].top, found["c"].bottom) == (None, 10)


@pytest.mark.parametrize(("strong", "suspect"), [("c", "c"), ("a", None)])
def test_the_key_is_suspect_where_strong_people_choose_a_wrong_option(strong: str, suspect: str | None) -> None:
    right = {option: float(option == "a") for option in OPTIONS}
    attempts = [attempt({1: right[strong], 2: 1.0, 3: 1.0}, {1: strong}) for _ in range(20)]
    attempts += [attempt({1: 1.0, 2: 0.0, 3: 0.0}, {1: "a"}) for _ in range(40)]
    found = item(attempts)
    assert found.suspect == suspect
    assert (ItemFlag.KEY in found.flags) == (suspect is not None)


def test_fewer_than_five_strong_people_are_no_sign_of_a_wrong_key() -> None:
    """Four of the top third choose c, the others a part of the answer that is none of the options."""
    attempts = [attempt({1: 0.0, 2: 1.0}, {1: "c"}) for _ in range(4)]
    attempts += [attempt({1: 0.5, 2: 1.0}, {1: {"s1": "yes"}}) for _ in range(16)]
    attempts += [attempt({1: 1.0, 2: 0.0}, {1: "a"}) for _ in range(40)]
    assert item(attempts).suspect is None
    assert item([attempts[0], *attempts[:4], *attempts[5:]]).suspect == "c"


def test_a_wrong_option_that_fewer_strong_people_choose_than_the_right_one_is_no_sign() -> None:
    attempts = [attempt({1: own, 2: 1.0}, {1: "c" if own == 0 else "a"}) for own in (0.0, 1.0, 1.0) for _ in range(10)]
    attempts += [attempt({1: 0.0, 2: 0.0}, {1: "b"}) for _ in range(60)]
    assert item(attempts).suspect is None


def test_sums_in_another_order_are_no_difference() -> None:
    """0.1 + 0.2 + 0.3 is another float than 0.3 + 0.2 + 0.1."""
    orders = ((0.1, 0.2, 0.3), (0.3, 0.2, 0.1))
    attempts = [attempt(dict(enumerate(orders[i % 2], start=1))) for i in range(40)]
    found = measure_quiz(counted(attempts).attempts)
    assert len(counted(attempts).attempts) == 2, "two sums"
    assert found is not None and found.reliability is None
    assert item(attempts).weight is None


def test_attempts_without_questions_are_left_out() -> None:
    found = measure_quiz(counted([*some_attempts(), []]).attempts)
    assert found == measure_quiz(counted(some_attempts()).attempts)


def test_a_question_with_several_right_options_counts_each_choice() -> None:
    attempts = [attempt({1: 0.5, 2: 1.0}, {1: ["a", "c"]}) for _ in range(20)]
    attempts += [attempt({1: 1.0, 2: 0.0}, {1: ["a", "b"]}) for _ in range(40)]
    found = measure_item(counted(attempts).answers[1], {"a": True, "b": True, "c": False})
    assert found is not None
    assert [each.top for each in found.choices.values()] == [20, None, 20]
    assert found.suspect == "c"


def test_a_wrong_option_that_weak_people_choose_as_often_is_no_sign_of_a_wrong_key() -> None:
    attempts = [attempt({1: right, 2: 1.0}, {1: "a" if right else "c"}) for right in (0.0, 0.0, 1.0) for _ in range(20)]
    assert item(attempts).suspect is None


@pytest.mark.parametrize(
    ("facility", "discrimination", "red_line", "flags"),
    [
        (0.95, 0.0, False, [ItemFlag.EASY]),
        (0.95, 0.0, True, []),
        (0.94, 0.3, False, []),
        (0.6, 0.1, False, []),
        (0.6, 0.09, False, [ItemFlag.WEAK]),
        (0.6, None, False, []),
        (0.21, 0.3, False, []),
        (0.2, -0.2, True, [ItemFlag.HARD]),
    ],
)
def test_flags(facility: float, discrimination: float | None, *, red_line: bool, flags: list[ItemFlag]) -> None:
    assert [*flags_of(facility, discrimination, red_line=red_line, key_is_suspect=False)] == flags
    assert flags_of(facility, discrimination, red_line=red_line, key_is_suspect=True) == (ItemFlag.KEY,)


def test_responses_without_options_are_counted_without_them() -> None:
    attempts = [attempt({1: 1.0, 2: 0.5}, {1: {"s1": "yes"}, 2: None})] * 30
    assert counted(attempts).answers == {
        1: Counter({(None, None, 1.0, 1.5, 2): 30}),
        2: Counter({(None, None, 0.5, 1.5, 2): 30}),
    }
