"""Pearson's chi-squared test, without a library for statistics."""

import math
from collections.abc import Sequence


def chi_squared(observed: Sequence[float], expected: Sequence[float]) -> float:
    """Returns Pearson's statistic: the sum of (observed - expected)² / expected."""
    pairs = zip(observed, expected, strict=True)
    return sum((seen - hoped) ** 2 / hoped for seen, hoped in pairs if hoped)


def p_value(statistic: float, degrees_of_freedom: int) -> float:
    """Returns the probability of a chi-squared statistic of this size or more under the null hypothesis, 0 to 1.

    The regularised upper gamma function Q(k/2, x/2), by its recurrence for whole and half numbers
    (Abramowitz and Stegun, 26.4.4 and 26.4.5).
    """
    if degrees_of_freedom < 1 or statistic <= 0:
        return 1.0
    half = statistic / 2
    if degrees_of_freedom % 2:
        total, at = math.erfc(math.sqrt(half)), 0.5
        term = math.sqrt(half) * math.exp(-half) / math.gamma(1.5)
    else:
        total, at = math.exp(-half), 1.0
        term = half * math.exp(-half)
    while at < degrees_of_freedom / 2:
        total += term
        at += 1
        term *= half / at
    return min(total, 1.0)


def share_p_value(successes: float, expected: float, trials: int) -> float:
    """Returns the two-sided p-value of a share against the expected one; 1 without trials."""
    if not trials:
        return 1.0
    return p_value(chi_squared([successes, trials - successes], [expected, trials - expected]), 1)
