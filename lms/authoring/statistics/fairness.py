"""Whether a question is as hard for people of one sector as for others who do as well elsewhere (Mantel-Haenszel).

Differential item functioning: numbers in, numbers out. People are compared within tenths of the points in the other
questions of their attempt, so a sector that knows less altogether is no sign of an unfair question.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, log, sqrt

LEAST_PEOPLE = 30
"""Nothing is compared with fewer first attempts in the sector, or in all others together."""

Stratum = tuple[str | None, int, bool]
"""The sector at the time of the attempt, the tenths of points in the other questions (0 to 10), all points or not."""
Table = tuple[float, float, float, float]
"""People of the sector right and not, people of others right and not, all of one stratum."""


class Difference(StrEnum):
    """The classes A, B and C of the Educational Testing Service."""

    SMALL = "small"
    MODERATE = "moderate"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class SectorDifference:
    """How a question does in one sector: ``odds`` of all points, as a multiple of the odds of people of others."""

    sector: str
    odds: float
    size: Difference

    @property
    def is_harder(self) -> bool:
        """Returns whether the question is harder for people of the sector."""
        return self.odds < 1


def compare_sectors(answers: Mapping[Stratum, int]) -> tuple[SectorDifference, ...]:
    """Returns the sectors with enough people, each beside all others, by slug; people without a sector are left out."""
    people: dict[str, int] = defaultdict(int)
    for (sector, _, _), count in answers.items():
        if sector is not None:
            people[sector] += count
    total = sum(people.values())
    enough = sorted(sector for sector, own in people.items() if min(own, total - own) >= LEAST_PEOPLE)
    found = ((sector, *common_odds_ratio(_tables(answers, sector))) for sector in enough)
    return tuple(
        SectorDifference(sector, odds, classify(odds, error)) for sector, odds, error in found if error is not None
    )


def common_odds_ratio(tables: Iterable[Table]) -> tuple[float, float | None]:
    """Returns the common odds ratio of fourfold tables and the standard error of its logarithm.

    Mantel and Haenszel (1959, Journal of the National Cancer Institute 22, 719-748); the error of Robins, Breslow and
    Greenland (1986, Biometrics 42, 311-323). Where one side has nobody right or nobody wrong the ratio has no finite
    value: then half a person is added to each cell, as Haldane (1956, Annals of Human Genetics 20, 309-311) does. The
    error is None where no stratum has people of both sides who do not all answer alike.
    """
    both = [(a, b, c, d) for a, b, c, d in tables if a + b and c + d]
    for added in (0, 0.5):
        cells = [(a + added, b + added, c + added, d + added) for a, b, c, d in both if (a or c) and (b or d)]
        # By stratum: the shares of concordant and of discordant people, and the products of the diagonals.
        parts = [
            ((a + d) / people, (b + c) / people, a * d / people, b * c / people)
            for a, b, c, d in cells
            for people in (a + b + c + d,)
        ]
        agree, differ = fsum(r for _, _, r, _ in parts), fsum(s for _, _, _, s in parts)
        if agree and differ:
            variance = fsum(p * r for p, _, r, _ in parts) / (2 * agree * agree)
            variance += fsum(p * s + q * r for p, q, r, s in parts) / (2 * agree * differ)
            variance += fsum(q * s for _, q, _, s in parts) / (2 * differ * differ)
            return agree / differ, sqrt(variance)
    return 1.0, None


def classify(odds: float, error: float) -> Difference:
    """Returns the class of a common odds ratio by the delta scale, -2.35 times its logarithm.

    Small: under 1, or not significantly other than 0; large: 1.5 and more, and significantly more than 1, both at
    5 %; else moderate (Holland and Thayer, 1988, in Wainer and Braun, Test Validity, 129-145; Zwick, 2012, ETS
    Research Report 12-08). ``error`` is the standard error of the logarithm of ``odds``.
    """
    delta, error = 2.35 * abs(log(odds)), 2.35 * error
    if delta < 1 or delta < 1.96 * error:
        return Difference.SMALL
    return Difference.LARGE if delta >= 1.5 and delta - 1.645 * error > 1 else Difference.MODERATE


def _tables(answers: Mapping[Stratum, int], sector: str) -> list[Table]:
    tables: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for (own, tenth, right), count in answers.items():
        if own is not None:
            tables[tenth][2 * (own != sector) + (not right)] += count
    return [(a, b, c, d) for _, (a, b, c, d) in sorted(tables.items())]
