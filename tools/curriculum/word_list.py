"""The word list player: somebody who knows no rule, but which words right and wrong options of a bank are made of."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log

from lms.catalogue.source.schemas.banks import AnswerOption, AnyQuestion, MultipleChoice, SingleChoice, StoryQuestion
from tools.curriculum.statistics import chi_squared
from tools.curriculum.text_analysis import words_of

SPLITS = 50
"""Ways of cutting a bank into halves, each learned once and played once: with ten, chance moves the figure by four."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Options to choose from, some of which are right; ``question`` is the id of their question."""

    question: str
    options: tuple[AnswerOption, ...]

    @property
    def right(self) -> int:
        """Returns how many options are right."""
        return sum(option.correct for option in self.options)


def choices_of(questions: Iterable[AnyQuestion]) -> Iterator[Choice]:
    """Lists every choice among options: single and multiple questions, and the nodes of stories."""
    for question in questions:
        if isinstance(question, SingleChoice | MultipleChoice):
            yield Choice(question.id, tuple(question.options))
        elif isinstance(question, StoryQuestion):
            yield from (Choice(question.id, tuple(node.options)) for node in question.nodes.values())


def points_above_chance(questions: Sequence[AnyQuestion]) -> float:
    """Returns how much more often than chance the player is right, in percentage points, averaged over the splits.

    The player learns words from one half of the questions and answers the other. It chooses as many options as are
    right; chance chooses as many at random. A bank without choices gives 0.
    """
    choices = list(choices_of(questions))
    chosen = right = expected = 0.0
    for split in range(SPLITS):
        for learned, played in _halves(choices, split):
            weights = _weights(learned)
            for choice in played:
                chosen += choice.right
                right += sum(option.correct for option in _ranked(choice, weights, split)[: choice.right])
                expected += choice.right**2 / len(choice.options)
    return 100 * (right - expected) / chosen if chosen else 0.0


def telling_words(questions: Iterable[AnyQuestion]) -> list[tuple[str, int, int]]:
    """Lists words with the right and the wrong options that have them, those that tell most for either first.

    Words are ordered by Pearson's statistic of their counts against an even spread over all options.
    """
    options = [option for choice in choices_of(questions) for option in choice.options]
    share = sum(option.correct for option in options) / len(options) if options else 0.0
    counts: dict[str, list[int]] = {}
    for option in options:
        for word in set(words_of(option.text)):
            counts.setdefault(word, [0, 0])[not option.correct] += 1

    def statistic(item: tuple[str, list[int]]) -> tuple[float, str]:
        word, (right, wrong) = item
        number = right + wrong
        return -chi_squared([right, wrong], [number * share, number * (1 - share)]), word

    return [(word, right, wrong) for word, (right, wrong) in sorted(counts.items(), key=statistic)]


def _halves(choices: Sequence[Choice], split: int) -> Iterator[tuple[list[Choice], list[Choice]]]:
    """Cuts a bank by the digests of its questions' ids; yields (learned, played) both ways round."""
    ids = sorted({choice.question for choice in choices}, key=lambda name: _digest(split, name))
    first = set(ids[: len(ids) // 2])
    one = [choice for choice in choices if choice.question in first]
    other = [choice for choice in choices if choice.question not in first]
    yield one, other
    yield other, one


def _weights(choices: Iterable[Choice]) -> dict[str, float]:
    """Returns for each word the logarithm of how much likelier a right option has it than a wrong one.

    Naive Bayes over the presence of words, one option added to each count (Laplace).
    """
    options = [option for choice in choices for option in choice.options]
    right = Counter(word for option in options if option.correct for word in set(words_of(option.text)))
    wrong = Counter(word for option in options if not option.correct for word in set(words_of(option.text)))
    count = sum(option.correct for option in options)
    base = log((len(options) - count + 2) / (count + 2))
    return {word: log((right[word] + 1) / (wrong[word] + 1)) + base for word in right | wrong}


def _ranked(choice: Choice, weights: dict[str, float], split: int) -> list[AnswerOption]:
    """Returns the options, that of the greatest weight first; equal ones by a digest, not by their place."""

    def key(option: AnswerOption) -> tuple[float, str]:
        weight = sum(weights.get(word, 0.0) for word in sorted(set(words_of(option.text))))
        return -round(weight, 9), _digest(split, option.text)

    return sorted(choice.options, key=key)


def _digest(split: int, text: str) -> str:
    return sha256(f"{split}/{text}".encode()).hexdigest()
