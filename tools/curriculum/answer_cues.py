"""Answer cues: whether length, place or agreement leads a guesser to the right answers of a bank."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.parsing.parsed import ParsedCourse
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.schemas.banks import (
    AnswerOption,
    AnyQuestion,
    SingleChoice,
    StatementsQuestion,
    StoryQuestion,
)
from tools.curriculum.statistics import chi_squared, p_value, share_p_value

SIGNIFICANT = 0.01
"""The p-value below which a bias is reported: with some thirty tests, 0.05 would report one in every run."""


@dataclass(frozen=True, slots=True)
class AnswerCues:
    """The answer cues of a bank. Shares run from 0 to 1; ``*_p`` is the p-value against an even spread."""

    choices: int
    longest: float
    longest_expected: float
    longest_p: float
    positions: tuple[int, ...]
    position_p: float
    statements: int
    true: float
    true_p: float


def check_answer_cues(course: ParsedCourse) -> Iterator[Problem]:
    """Checks that neither the longest choice, nor a place, nor saying yes leads to the right answers of a bank."""
    if course.bank is None:
        return
    path, line = course.bank.file.path, course.bank.yaml.line("questions")
    cues = measure_answer_cues(list(course.bank.questions.values()))
    if cues.longest_p < SIGNIFICANT:
        # Too seldom helps a guesser as well: one option fewer to choose from.
        remedy = (
            "make wrong options as long" if cues.longest > cues.longest_expected else "let some right ones be longest"
        )
        sentence = (
            f"the longest option is right in {cues.longest:.0%} of {cues.choices} choices, where "
            f"{cues.longest_expected:.0%} are expected (p = {cues.longest_p:.3f}); {remedy}"
        )
        yield warning(path, line, sentence)
    if cues.position_p < SIGNIFICANT:
        places = ", ".join(map(str, cues.positions))
        sentence = (
            f"the right options are unevenly placed ({places} by place, p = {cues.position_p:.3f}); mix the places"
        )
        yield warning(path, line, sentence)
    if cues.true_p < SIGNIFICANT:
        sentence = (
            f"{cues.true:.0%} of {cues.statements} statements are true (p = {cues.true_p:.3f}); "
            "make about half of them true"
        )
        yield warning(path, line, sentence)


def measure_answer_cues(questions: Sequence[AnyQuestion]) -> AnswerCues:
    """Measures the answer cues of a bank."""
    choices = list(_single_choices(questions))
    expected = sum(1 / len(options) for options in choices)
    longest = sum(_longest_is_right(options) for options in choices)
    positions = Counter(
        next(at for at, option in enumerate(options) if option.correct)
        for options in choices
        if any(option.correct for option in options)
    )
    places = max((len(options) for options in choices), default=0)
    even = [sum(1 / len(options) for options in choices if len(options) > at) for at in range(places)]
    observed = tuple(positions[at] for at in range(places))
    statements = [
        item.true for question in questions if isinstance(question, StatementsQuestion) for item in question.statements
    ]
    return AnswerCues(
        choices=len(choices),
        longest=longest / len(choices) if choices else 0.0,
        longest_expected=expected / len(choices) if choices else 0.0,
        longest_p=share_p_value(longest, expected, len(choices)),
        positions=observed,
        position_p=p_value(chi_squared(observed, even), places - 1),
        statements=len(statements),
        true=sum(statements) / len(statements) if statements else 0.0,
        true_p=share_p_value(sum(statements), len(statements) / 2, len(statements)),
    )


def _single_choices(questions: Sequence[AnyQuestion]) -> Iterator[Sequence[AnswerOption]]:
    """Lists every choice of one among several: single questions and the nodes of stories."""
    for question in questions:
        if isinstance(question, SingleChoice):
            yield question.options
        elif isinstance(question, StoryQuestion):
            for node in question.nodes.values():
                if sum(option.correct for option in node.options) == 1:
                    yield node.options


def _longest_is_right(options: Sequence[AnswerOption]) -> bool:
    """Says whether the right option is longer than every other one."""
    longest = max(len(option.text) for option in options)
    right = [len(option.text) for option in options if option.correct]
    return right == [longest] and sum(len(option.text) == longest for option in options) == 1
