"""What a bank gives away to somebody who knows nothing: is the longest right, where do the right ones stand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.chance import chi_squared, p_value
from lms.catalogue.source.questions import Branching, Option, Question, Single, Statements


@dataclass(frozen=True, slots=True)
class Tells:
    """A bank's tells. Shares run from 0 to 1, ``*_p`` says how often chance alone is as far from even or farther."""

    choices: int
    longest: float
    longest_hoped: float
    longest_p: float
    positions: tuple[int, ...]
    position_p: float
    statements: int
    true: float
    true_p: float


def single_choices(questions: Sequence[Question]) -> Iterator[Sequence[Option]]:
    """Lists every choice of one among several: single questions and the moments of stories."""
    for question in questions:
        if isinstance(question, Single):
            yield question.options
        elif isinstance(question, Branching):
            for node in question.nodes.values():
                if sum(option.correct for option in node.options) == 1:
                    yield node.options


def tells_of(questions: Sequence[Question]) -> Tells:
    """Measures the tells of a bank."""
    choices = list(single_choices(questions))
    hoped = sum(1 / len(options) for options in choices)
    longest = sum(_longest_is_right(options) for options in choices)
    positions = Counter(
        next(at for at, option in enumerate(options) if option.correct)
        for options in choices
        if any(option.correct for option in options)
    )
    places = max((len(options) for options in choices), default=0)
    even = [sum(1 / len(options) for options in choices if len(options) > at) for at in range(places)]
    seen = tuple(positions[at] for at in range(places))
    judged = [
        item.true
        for question in questions
        if isinstance(question, Statements)
        for item in question.statements
    ]
    return Tells(
        choices=len(choices),
        longest=longest / len(choices) if choices else 0.0,
        longest_hoped=hoped / len(choices) if choices else 0.0,
        longest_p=_two_sided(longest, hoped, len(choices)),
        positions=seen,
        position_p=p_value(chi_squared(seen, even), places - 1),
        statements=len(judged),
        true=sum(judged) / len(judged) if judged else 0.0,
        true_p=_two_sided(sum(judged), len(judged) / 2, len(judged)),
    )


def _longest_is_right(options: Sequence[Option]) -> bool:
    """Says whether the right option is longer than every other one."""
    longest = max(len(option.text) for option in options)
    right = [len(option.text) for option in options if option.correct]
    return right == [longest] and sum(len(option.text) == longest for option in options) == 1


def _two_sided(seen: float, hoped: float, total: int) -> float:
    """Returns the p-value of a share against the one hoped for: chi-squared with one degree of freedom."""
    return p_value(chi_squared([seen, total - seen], [hoped, total - hoped]), 1) if total else 1.0
