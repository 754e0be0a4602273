"""Retakes: how many questions a second attempt at a quiz shares with the first, for people of every sector.

Uses the real question selection, on the banks as they are in the files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from lms.assessment import api as assessment
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.target_state import target_state
from tools.curriculum.guessing import SimulatedQuiz, quizzes_of
from tools.curriculum.sources import Curriculum

PAIRS = 1_000
"""Pairs of attempts by the command."""

PAIRS_IN_LINT = 25
"""Pairs of attempts by the lint, for each sector of each course: it must stay quick."""


@dataclass(frozen=True, slots=True)
class SharedQuestions:
    """The questions that two attempts by the same person share, over many pairs. ``size`` is that of an attempt."""

    quiz: str
    sector: str
    size: int
    mean: float
    percentile_95: int
    most: int

    @property
    def limit(self) -> int:
        """Returns how many questions two attempts may share: a quarter, three of twelve."""
        return self.size // 4

    @property
    def fails(self) -> bool:
        """Returns whether two attempts may share more than that."""
        return self.most > self.limit


def check_retakes(curriculum: Curriculum) -> Iterator[Problem]:
    """Checks that two tries at a quiz share few questions, for people of every sector."""
    for course in target_state(curriculum.sources).courses:
        for quiz in quizzes_of(course):
            found = shared_questions(quiz, curriculum.core_sectors, PAIRS_IN_LINT)
            worst = max(found, key=lambda shared: shared.most, default=None)
            if worst and worst.fails:
                sentence = (
                    f"two tries at {worst.quiz} by the same person of {worst.sector} share up to {worst.most} of "
                    f"{worst.size} questions; {worst.limit} at most, so write more for the objectives with few"
                )
                yield warning(f"quizzes/{course.slug}.yml", 1, sentence)


def shared_questions(quiz: SimulatedQuiz, sectors: Sequence[str], pairs: int) -> Iterator[SharedQuestions]:
    """Simulates so many pairs of attempts for each sector, or for its own one where the quiz is of a sector.

    The second attempt has seen the questions of the first. The same arguments give the same figures.
    """
    eligible = assessment.eligible_questions(quiz.questions, quiz.sector, per_sector=quiz.per_sector)
    for sector in [quiz.sector] if quiz.sector else sectors:
        shared = []
        for number in range(pairs):
            seen: list[str] = []
            for attempt in (1, 2):
                selected = assessment.select_questions(
                    eligible, size=quiz.size, sector=sector, seen=tuple(seen), seed=f"{sector}/{number}/{attempt}"
                )
                seen += [question.slug for question in selected]
            shared.append(len(seen) - len(set(seen)))
        shared.sort()
        yield SharedQuestions(
            quiz=quiz.name,
            sector=sector,
            size=quiz.size,
            mean=sum(shared) / pairs,
            percentile_95=shared[ceil(0.95 * pairs) - 1],
            most=shared[-1],
        )
