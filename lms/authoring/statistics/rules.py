"""Statistics of a quiz and of its questions (classical test theory): numbers in, numbers out.

Questions are selected anew for each attempt, so two people rarely have the same ones: points are compared with the
points of the same attempt, never with those of one fixed test. Sums are exact (``fsum``): the order of attempts
changes nothing. What may be shown of small groups is decided here as well.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from math import fsum, sqrt
from operator import itemgetter, mul
from typing import Any

from lms.authoring.statistics.fairness import Difference, SectorDifference, Stratum, compare_sectors

LEAST_ATTEMPTS = 30
"""Nothing is computed from fewer attempts."""
LEAST_CELL = 5
"""Smaller groups are not shown; other counts of people are rounded to multiples of it."""
EASY, HARD, WEAK = 0.95, 0.2, 0.1
"""Our limits for flags: facility from, facility to, discrimination below."""

Response = str | tuple[str, ...] | None
AnswerKey = tuple[str | None, Response, float, float, int]
"""Sector at the time, response, its points, the points of the whole attempt, its number of questions."""
Choice = tuple[Response, float, float, int]
"""The same without the sector."""
Weighted = Sequence[tuple[float, float, int]]
"""Pairs of values and how often each occurs."""


class ItemFlag(StrEnum):
    """What a trainer should look at in a question, the most urgent first."""

    KEY = "key"
    UNFAIR = "unfair"
    HARD = "hard"
    WEAK = "weak"
    EASY = "easy"


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """How many of the top and of the bottom third chose an option, rounded; None for fewer than ``LEAST_CELL``."""

    top: int | None
    bottom: int | None


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """The figures of one question: points and weight are shares from 0 to 1, discrimination runs from -1 to 1.

    ``attempts`` is rounded; ``choices`` is by option id, and empty for questions without options; ``suspect`` is the
    wrong option that the flag ``KEY`` is about. ``sectors`` are those that could be compared with all others.
    """

    attempts: int | None
    facility: float
    discrimination: float | None
    weight: float | None
    choices: dict[str, OptionChoice]
    flags: tuple[ItemFlag, ...]
    suspect: str | None
    sectors: tuple[SectorDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class QuizStatistics:
    """The figures of a quiz, as shares of its points: ``error`` is the standard error of measurement."""

    attempts: int | None
    mean: float
    spread: float
    reliability: float | None
    error: float


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How often each answer was given, by question revision, and each (questions, points, squared points) occurred."""

    answers: dict[int, Counter[AnswerKey]]
    attempts: Counter[tuple[int, float, float]]


def count_answers(attempts: Iterable[tuple[str | None, Sequence[Mapping[str, Any]]]]) -> AnswerCounts:
    """Counts the answers in attempts: (sector, ``Attempt.grades``); responses by part count as none."""
    counts: Counter[tuple[int, str | None, Response, float, float, int]] = Counter()
    totals: Counter[tuple[int, float, float]] = Counter()
    # A counter that is given many keys at once, made by zip, is several times as fast as a loop over the answers.
    for sector, grades in attempts:
        size = len(grades)
        points = [grade["points"] for grade in grades]
        total = sum(points)
        totals[size, total, sum(map(mul, points, points))] += 1
        given = [r if isinstance(r := grade["response"], str) else _parts(r) for grade in grades]
        questions = [grade["question"] for grade in grades]
        counts.update(zip(questions, repeat(sector), given, points, repeat(total), repeat(size)))
    answers: defaultdict[int, Counter[AnswerKey]] = defaultdict(Counter)
    for (question, sector, response, own, total, size), count in counts.items():
        answers[question][sector, response, own, total, size] = count
    return AnswerCounts(dict(answers), totals)


def _parts(given: Any) -> tuple[str, ...] | None:
    return tuple(given) if isinstance(given, list) else None


def round_people(count: float) -> int | None:
    """Returns a count to be shown: rounded to fives, so that no difference points at few people; None below five."""
    return LEAST_CELL * int(count / LEAST_CELL + 0.5) if count >= LEAST_CELL else None


def measure_item(
    answers: Mapping[AnswerKey, int], options: Mapping[str, bool], *, red_line: bool = False
) -> ItemStatistics | None:
    """Returns the figures of a question, None under ``LEAST_ATTEMPTS``; ``options`` says which ids are right.

    Facility: mean points. Discrimination: the correlation of its points with the mean points of the attempt's other
    questions (item-rest; Henrysson, 1963, Psychometrika 28, 211-218); None where either is the same for everybody.
    Effective weight: its share of the spread of totals, cov(points, total) / var(total) (Wang and Stanley, 1970,
    Review of Educational Research 40, 663-705); it adds up to 1 over a fixed test.
    """
    strata: defaultdict[Stratum, int] = defaultdict(int)
    choices: defaultdict[Choice, int] = defaultdict(int)
    for (sector, response, own, total, size), count in answers.items():
        choices[response, own, total, size] += count
        strata[sector, int(10 * (total - own) / max(size - 1, 1) + 0.5), own == 1] += count
    points: Counter[tuple[float, float, int]] = Counter()
    for (_, own, total, size), count in choices.items():
        points[own, total, size] += count
    attempts = points.total()
    if attempts < LEAST_ATTEMPTS:
        return None
    facility = fsum(own * count for (own, _, _), count in points.items()) / attempts
    with_total = [(own, total, count) for (own, total, _), count in points.items()]
    discrimination = correlation([(own, _rest(own, total, size), n) for (own, total, size), n in points.items()])
    spread = _covariance([(total, total, count) for _, total, count in with_total])
    chosen = _choices(choices, options) if options else {}
    suspect = _suspect(chosen, options)
    sectors = compare_sectors(strata)
    flags = flags_of(facility, discrimination, red_line=red_line, key_is_suspect=suspect is not None)
    unfair = any(each.size is Difference.LARGE for each in sectors)
    return ItemStatistics(
        attempts=round_people(attempts),
        facility=facility,
        discrimination=discrimination,
        weight=_covariance(with_total) / spread if _varies(map(itemgetter(1), with_total)) else None,
        choices={option: OptionChoice(*map(round_people, counts)) for option, counts in chosen.items()},
        flags=tuple(sorted((*flags, ItemFlag.UNFAIR), key=list(ItemFlag).index)) if unfair else flags,
        suspect=suspect,
        sectors=sectors,
    )


def flags_of(
    facility: float, discrimination: float | None, *, red_line: bool, key_is_suspect: bool
) -> tuple[ItemFlag, ...]:
    """Returns what to look at. Everybody should get a red line right; at either end little can be discriminated."""
    if key_is_suspect:
        return (ItemFlag.KEY,)
    if facility >= EASY:
        return () if red_line else (ItemFlag.EASY,)
    if facility <= HARD:
        return (ItemFlag.HARD,)
    return (ItemFlag.WEAK,) if discrimination is not None and discrimination < WEAK else ()


def measure_quiz(attempts: Mapping[tuple[int, float, float], int]) -> QuizStatistics | None:
    """Returns the figures of a quiz from (questions, points, squared points), None under ``LEAST_ATTEMPTS``.

    Reliability: alpha for questions selected at random for each person, from the one-way analysis of variance of
    questions within persons, (MS between - MS within) / MS between (Brennan, 2001, Generalizability Theory, the I:p
    design). With points of 0 and 1 and many people it is formula 21 of Kuder and Richardson (1937, Psychometrika 2,
    151-160; Lord, 1955, Psychometrika 20, 1-22, has why it fits random selections). It is lower than Cronbach's alpha
    of a fixed test would be: how difficult the selected questions were counts as error, as it does for the learner.
    None where all have the same. Error: of a share of points, the root of MS within / number of questions.
    """
    counted = {key: count for key, count in attempts.items() if key[0]}
    people = sum(counted.values())
    if people < LEAST_ATTEMPTS:
        return None
    means = [(total / size, total / size, count) for (size, total, _), count in counted.items()]
    questions = sum(size * count for (size, _, _), count in counted.items())
    # The number of questions of an attempt, where they differ, as in an unbalanced analysis of variance.
    squared = sum(size * size * count for (size, _, _), count in counted.items())
    usual = (questions - squared / questions) / (people - 1)
    within = fsum((squares - total * total / size) * count for (size, total, squares), count in counted.items())
    within = max(0.0, within) / (questions - people) if questions > people else 0.0
    grand = fsum(total * count for (_, total, _), count in counted.items()) / questions
    between = fsum(size * (total / size - grand) ** 2 * count for (size, total, _), count in counted.items())
    between /= people - 1
    return QuizStatistics(
        attempts=round_people(people),
        mean=fsum(mean * count for mean, _, count in means) / people,
        spread=sqrt(_covariance(means)),
        reliability=1 - within / between if _varies(map(itemgetter(0), means)) and questions > people else None,
        error=sqrt(within / usual),
    )


def correlation(pairs: Weighted) -> float | None:
    """Returns the correlation of weighted pairs, None where either side is the same everywhere."""
    if not _varies(map(itemgetter(0), pairs)) or not _varies(map(itemgetter(1), pairs)):
        return None
    spreads = [_covariance([(pair[side], pair[side], pair[2]) for pair in pairs]) for side in (0, 1)]
    return max(-1.0, min(1.0, _covariance(pairs) / sqrt(spreads[0] * spreads[1])))


def _covariance(pairs: Weighted) -> float:
    people = sum(count for _, _, count in pairs)
    first = fsum(one * count for one, _, count in pairs) / people
    second = fsum(other * count for _, other, count in pairs) / people
    return fsum((one - first) * (other - second) * count for one, other, count in pairs) / (people - 1)


def _varies(values: Iterable[float]) -> bool:
    return len({round(value, 9) for value in values}) > 1


def _rest(points: float, total: float, size: int) -> float:
    """Returns the mean points of an attempt's other questions, without the last digits that sums differ in."""
    return round((total - points) / max(size - 1, 1), 9)


def _choices(answers: Mapping[Choice, int], options: Collection[str]) -> dict[str, tuple[float, float]]:
    """Returns how many of the third with most and of that with fewest points elsewhere chose each option.

    Of people with the same points at the limit of a third the share that fits is counted: each third is a third.
    """
    by_rest: dict[float, Counter[str]] = {}
    people: Counter[float] = Counter()
    for (response, points, total, size), count in answers.items():
        rest = _rest(points, total, size)
        people[rest] += count
        for option in (response,) if isinstance(response, str) else response or ():
            by_rest.setdefault(rest, Counter())[option] += count
    thirds = []
    for from_top in (True, False):
        left, parts = people.total() / 3, []
        for rest in sorted(people, reverse=from_top):
            share = min(1.0, left / people[rest])
            parts.append((share, by_rest.get(rest, Counter())))
            left -= share * people[rest]
            if left <= 0:
                break
        thirds.append({option: fsum(share * chosen[option] for share, chosen in parts) for option in options})
    top, bottom = thirds
    return {option: (top[option], bottom[option]) for option in options}


def _suspect(chosen: Mapping[str, tuple[float, float]], options: Mapping[str, bool]) -> str | None:
    """Returns the wrong option that more of the top third chose than of the bottom third and than a right one."""
    right = [top for option, (top, _) in chosen.items() if options[option]]
    strong = {option: top for option, (top, bottom) in chosen.items() if top >= LEAST_CELL and top > bottom}
    wrong = {option: top for option, top in strong.items() if not options[option]}
    found = max(sorted(wrong), key=wrong.__getitem__, default=None)
    return found if found is not None and right and wrong[found] > min(right) else None
