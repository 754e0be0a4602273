"""Guessing simulation: how often somebody who knows nothing, but follows a strategy, would pass a quiz.

Uses the real question selection, grading and rule for passing, on the banks as they are in the files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from lms.assessment import api as assessment
from lms.catalogue.api import BankQuestion
from lms.catalogue.source.target_state import TargetCourse

Choice = tuple[str, str]
"""Something that can be chosen: its id and its words."""

Strategy = Callable[[list[Choice], Random], list[Choice]]
"""Puts choices, given in the order of the page, into the order in which a guesser would take them."""

STRATEGIES: dict[str, Strategy] = {
    "longest": lambda choices, _rng: sorted(choices, key=lambda choice: -len(choice[1])),
    "shortest": lambda choices, _rng: sorted(choices, key=lambda choice: len(choice[1])),
    "first": lambda choices, _rng: list(choices),
    "last": lambda choices, _rng: choices[::-1],
    "random": lambda choices, rng: rng.sample(choices, len(choices)),
}

MAX_PASSED = 0.01
"""The share of attempts that a strategy may pass."""


@dataclass(frozen=True, slots=True)
class SimulatedQuiz:
    """A quiz as it is examined: of a course, or of one sector where the course is per sector."""

    name: str
    questions: tuple[BankQuestion, ...]
    size: int
    pass_mark: int
    sector: str | None
    per_sector: bool


@dataclass(frozen=True, slots=True)
class GuessingResult:
    """The result of a strategy: the share of attempts passed, their average score and the best, in percent."""

    quiz: str
    strategy: str
    passed: float
    average: float
    best: int

    @property
    def fails(self) -> bool:
        """Says whether the quiz cannot be passed by this strategy."""
        return self.passed < MAX_PASSED


def quizzes_of(course: TargetCourse) -> list[SimulatedQuiz]:
    """Lists the quizzes of a course in the language it was written in."""
    language = course.words["meta"]["languages"][0]
    original = [question for question in course.questions if question.language == language]
    questions = tuple(
        BankQuestion(
            question_id=number,
            question_revision_id=number,
            slug=question.slug,
            language=language,
            kind=values["kind"],
            objective=values["objective"],
            red_line=values["red_line"],
            sectors=tuple(values["sectors"]),
            body=values["body"],
        )
        for number, question in enumerate(original, start=1)
        for values in [question.values()]
    )
    size, mark = course.rules["draw"], course.rules["pass_mark"]
    if not course.rules["per_sector"]:
        return [SimulatedQuiz(course.slug, questions, size, mark, None, per_sector=False)]
    return [
        SimulatedQuiz(f"{course.slug} {sector}", questions, size, mark, sector, per_sector=True)
        for sector in dict.fromkeys(str(module.values()["sector"]) for module in course.modules)
    ]


def simulate(
    quiz: SimulatedQuiz, attempts: int, seed: str = "guessing", strategies: Mapping[str, Strategy] = STRATEGIES
) -> list[GuessingResult]:
    """Answers so many attempts at a quiz by every strategy; the same seed gives the same figures.

    Where a quiz is not per sector, each attempt is a learner's of another sector of its questions.
    """
    eligible = assessment.eligible_questions(quiz.questions, quiz.sector, per_sector=quiz.per_sector)
    by_id = {question.question_revision_id: question for question in eligible}
    sectors = sorted({sector for question in eligible for sector in question.sectors})
    rng = Random(f"{seed}/{quiz.name}")
    scores: dict[str, list[tuple[int, bool]]] = {name: [] for name in strategies}
    for number in range(attempts):
        sector = quiz.sector or (sectors[number % len(sectors)] if sectors else None)
        drawn = assessment.select_questions(eligible, size=quiz.size, sector=sector, seed=f"{seed}/{number}")
        for name, strategy in strategies.items():
            marks = []
            for one in drawn:
                question = by_id[one.question_revision_id]
                response = answer(question.kind, question.body, one.order, strategy, rng)
                marks.append((assessment.grade(question.kind, question.body, response), question.red_line))
            outcome = assessment.score_quiz(marks, quiz.pass_mark)
            scores[name].append((outcome.score, outcome.passed))
    return [_result(quiz.name, name, found) for name, found in scores.items()]


def _result(quiz: str, strategy: str, scores: Sequence[tuple[int, bool]]) -> GuessingResult:
    values = [score for score, _passed in scores]
    passed = sum(passed for _score, passed in scores) / len(scores)
    return GuessingResult(quiz, strategy, passed, sum(values) / len(values), max(values))


def answer(kind: str, body: Mapping[str, Any], order: Sequence[str], strategy: Strategy, rng: Random) -> Any:
    """Returns what a strategy answers.

    Of several it takes the upper half of what it ranks; of statements it calls the upper half true; in a story it
    chooses at every node; in an order its first comes first; the sides of pairs are matched rank by rank.
    """
    match kind:
        case "single":
            return strategy(_choices(body["options"], order), rng)[0][0]
        case "multiple":
            return [choice for choice, _words in _upper_half(strategy(_choices(body["options"], order), rng))]
        case "statements":
            ranked = strategy(_choices(body["statements"], order), rng)
            upper = {choice for choice, _words in _upper_half(ranked)}
            return {choice: "yes" if choice in upper else "no" for choice, _words in ranked}
        case "ordering":
            ranked = strategy(_choices(body["options"], order), rng)
            return {choice: place for place, (choice, _words) in enumerate(ranked, start=1)}
        case "matching":
            left = strategy([(pair["id"], pair["left"]) for pair in body["pairs"]], rng)
            right = strategy(_choices(body["pairs"], order, "right"), rng)
            return {pair: other for (pair, _), (other, _) in zip(left, right, strict=True)}
    return dict(_story(body["nodes"], order, strategy, rng))


def _story(
    nodes: Mapping[str, Any], order: Sequence[str], strategy: Strategy, rng: Random
) -> Iterator[tuple[str, str]]:
    for name, node in nodes.items():
        own = [place.partition("/")[2] for place in order if place.partition("/")[0] == name]
        yield name, strategy(_choices(node["options"], own), rng)[0][0]


def _upper_half(ranked: list[Choice]) -> list[Choice]:
    return ranked[: (len(ranked) + 1) // 2]


def _choices(parts: Sequence[Mapping[str, Any]], order: Sequence[str], side: str = "text") -> list[Choice]:
    words = {part["id"]: part[side] for part in parts}
    return [(part, words[part]) for part in order]
