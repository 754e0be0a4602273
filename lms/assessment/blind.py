"""Blind passes: how often somebody who knows nothing, but has a trick, would pass a quiz.

Uses the real draw, the real marking and the real rule for passing, on the banks as they lie in the files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from lms.assessment import rules
from lms.catalogue.published import BankQuestion
from lms.catalogue.source.desired import DesiredCourse

Part = tuple[str, str]
"""Something that can be chosen: its id and its words."""

Rank = Callable[[list[Part], Random], list[Part]]
"""A trick: puts what can be chosen into the order in which somebody would choose it."""

TRICKS: dict[str, Rank] = {
    "longest": lambda parts, _chance: sorted(parts, key=lambda part: -len(part[1])),
    "shortest": lambda parts, _chance: sorted(parts, key=lambda part: len(part[1])),
    "first": lambda parts, _chance: list(parts),
    "last": lambda parts, _chance: parts[::-1],
    "random": lambda parts, chance: chance.sample(parts, len(parts)),
}
"""The tricks, by name. Each sees the parts in the order in which the page would show them."""

MOST = 0.01
"""The share of draws that a trick may pass."""


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz as it is examined: of a course, or of one sector where the course is per sector."""

    name: str
    questions: tuple[BankQuestion, ...]
    size: int
    pass_mark: int
    sector: str | None
    per_sector: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trick: the share of draws passed, their average score and the best, in percent."""

    quiz: str
    trick: str
    passed: float
    average: float
    best: int

    @property
    def fails(self) -> bool:
        """Says whether the quiz cannot be passed by this trick."""
        return self.passed < MOST


def quizzes_of(course: DesiredCourse) -> list[Quiz]:
    """Lists the quizzes of a course in the language it was written in."""
    language = course.words["meta"]["languages"][0]
    asked = [question for question in course.questions if question.language == language]
    questions = tuple(
        BankQuestion(
            question_id=number,
            question_revision_id=number,
            slug=question.slug,
            language=language,
            kind=question.values["kind"],
            objective=question.values["objective"],
            red_line=question.values["red_line"],
            sectors=tuple(question.values["sectors"]),
            body=question.values["body"],
        )
        for number, question in enumerate(asked, start=1)
    )
    size, mark, per_sector = course.rules["draw"], course.rules["pass_mark"], course.rules["per_sector"]
    if not per_sector:
        return [Quiz(course.slug, questions, size, mark, None, per_sector=False)]
    sectors = dict.fromkeys(str(module.values["sector"]) for module in course.modules)
    return [
        Quiz(f"{course.slug} {sector}", questions, size, mark, sector, per_sector=True) for sector in sectors
    ]


def simulate(
    quiz: Quiz, draws: int, seed: str = "blind", tricks: Mapping[str, Rank] = TRICKS
) -> list[Outcome]:
    """Draws a quiz so often and answers each draw with every trick; the same seed gives the same figures.

    Where a quiz is not per sector, each draw is for a learner of another sector of its questions.
    """
    eligible = rules.eligible(quiz.questions, quiz.sector, per_sector=quiz.per_sector)
    known = {question.question_revision_id: question for question in eligible}
    sectors = sorted({sector for question in eligible for sector in question.sectors})
    chance = Random(f"{seed}/{quiz.name}")  # noqa: S311 - a simulation must be repeatable, not secret
    scores: dict[str, list[tuple[int, bool]]] = {trick: [] for trick in tricks}
    for number in range(draws):
        sector = quiz.sector or (sectors[number % len(sectors)] if sectors else None)
        drawn = rules.draw(eligible, size=quiz.size, sector=sector, seed=f"{seed}/{number}")
        for trick, rank in tricks.items():
            marks = []
            for one in drawn:
                question = known[one.question_revision_id]
                given = answer(question.kind, question.body, one.order, rank, chance)
                marks.append((rules.mark(question.kind, question.body, given), question.red_line))
            outcome = rules.outcome(marks, quiz.pass_mark)
            scores[trick].append((outcome.score, outcome.passed))
    return [_outcome(quiz.name, trick, found) for trick, found in scores.items()]


def _outcome(quiz: str, trick: str, scores: Sequence[tuple[int, bool]]) -> Outcome:
    values = [score for score, _passed in scores]
    passed = sum(passed for _score, passed in scores) / len(scores)
    return Outcome(quiz, trick, passed, sum(values) / len(values), max(values))


def answer(kind: str, body: Mapping[str, Any], order: Sequence[str], rank: Rank, chance: Random) -> Any:
    """Returns what a trick answers.

    Of several it takes the upper half of what it ranks, of statements it says that the upper half is true; a story it
    walks moment by moment; in an order its first comes first, and the sides of pairs are matched rank by rank.
    """
    match kind:
        case "single":
            return rank(_shown(body["options"], order), chance)[0][0]
        case "multiple":
            ranked = rank(_shown(body["options"], order), chance)
            return [part for part, _words in ranked[: (len(ranked) + 1) // 2]]
        case "statements":
            ranked = rank(_shown(body["statements"], order), chance)
            upper = {part for part, _words in ranked[: (len(ranked) + 1) // 2]}
            return {part: "yes" if part in upper else "no" for part, _words in ranked}
        case "ordering":
            ranked = rank(_shown(body["options"], order), chance)
            return {part: place for place, (part, _words) in enumerate(ranked, start=1)}
        case "matching":
            left = rank([(pair["id"], pair["left"]) for pair in body["pairs"]], chance)
            right = rank(_shown(body["pairs"], order, "right"), chance)
            return {pair: other for (pair, _), (other, _) in zip(left, right, strict=True)}
    return dict(_walked(body["nodes"], order, rank, chance))


def _walked(
    nodes: Mapping[str, Any], order: Sequence[str], rank: Rank, chance: Random
) -> Iterator[tuple[str, str]]:
    for name, node in nodes.items():
        own = [place.partition("/")[2] for place in order if place.partition("/")[0] == name]
        yield name, rank(_shown(node["options"], own), chance)[0][0]


def _shown(parts: Sequence[Mapping[str, Any]], order: Sequence[str], side: str = "text") -> list[Part]:
    words = {part["id"]: part[side] for part in parts}
    return [(part, words[part]) for part in order]
