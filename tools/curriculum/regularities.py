"""Regularities of banks that a guesser could use: how many are true, lengths in order, shared words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import comb

from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedCourse
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.schemas.banks import (
    AnyQuestion,
    MatchingQuestion,
    MultipleChoice,
    OrderingQuestion,
    StatementsQuestion,
)
from tools.curriculum.answer_cues import SIGNIFICANT
from tools.curriculum.statistics import share_p_value
from tools.curriculum.text_analysis import content_stems, words_of

MIN_SETS = 3
"""Sets of statements from which having as many true ones is a regularity of a bank."""

MIN_STEPS = 4
"""Steps of an order from which standing by length is no chance: three do so in a third of all cases."""


def check_regularities(courses: Sequence[ParsedCourse]) -> Iterator[Problem]:
    """Checks every bank by itself, and the sets of statements of all banks together."""
    banks = [course.bank for course in courses if course.bank]
    for bank in banks:
        path, line = bank.file.path, bank.yaml.line("questions")
        for (name, size), counts in _true_counts([bank]).items():
            ((true, sets), *others) = counts.most_common()
            if sets >= MIN_SETS and not others:
                sentence = f"all {sets} sets of {size} {name} have {true} true ones; let one or more of them differ"
                yield warning(path, line, sentence)
        for number, question in bank.questions.items():
            yield from _order(question, bank, number)
            yield from _pairs(question, bank, number)
    yield from _all_banks(banks)


def _true_counts(banks: Sequence[ParsedBank]) -> dict[tuple[str, int], Counter[int]]:
    """Counts sets of statements, and of options, by their size and by how many of them are true."""
    counts: dict[tuple[str, int], Counter[int]] = {}
    for question in (question for bank in banks for question in bank.questions.values()):
        if isinstance(question, StatementsQuestion):
            keys = ("statements", [statement.true for statement in question.statements])
        elif isinstance(question, MultipleChoice):
            keys = ("options", [option.correct for option in question.options])
        else:
            continue
        counts.setdefault((keys[0], len(keys[1])), Counter())[sum(keys[1])] += 1
    return counts


def _all_banks(banks: Sequence[ParsedBank]) -> Iterator[Problem]:
    for (name, size), counts in _true_counts(banks).items():
        ((true, sets), *_others) = counts.most_common()
        # What tossing a coin for each would give; of options, two or more are right, and never all.
        possible = range(2, size) if name == "options" else range(size + 1)
        expected = counts.total() * comb(size, true) / sum(comb(size, many) for many in possible)
        p = share_p_value(sets, expected, counts.total())
        if sets > expected and p < SIGNIFICANT:
            sentence = (
                f"in {sets} of the {counts.total()} sets of {size} {name} of all banks {true} are true, where "
                f"{expected:.0f} are expected (p = {p:.3f}); let more or fewer be true in some"
            )
            yield warning("quizzes", 1, sentence)


def _order(question: AnyQuestion, bank: ParsedBank, number: int) -> Iterator[Problem]:
    if not isinstance(question, OrderingQuestion) or len(question.options) < MIN_STEPS:
        return
    lengths = [len(step.text) for step in question.options]
    if lengths in (sorted(lengths), sorted(lengths, reverse=True)):
        line = bank.yaml.line("questions", number, "options")
        yield warning(bank.file.path, line, "the right order is that of the length of the steps; make one shorter")


def _pairs(question: AnyQuestion, bank: ParsedBank, number: int) -> Iterator[Problem]:
    """Checks that words which two sides share do not match most pairs."""
    if not isinstance(question, MatchingQuestion):
        return
    left = [content_stems(words_of(pair.left)) for pair in question.pairs]
    right = [content_stems(words_of(pair.right)) for pair in question.pairs]
    given = 0
    for at, words in enumerate(left):
        shared = [len(words & others) for others in right]
        given += shared[at] > 0 and shared[at] > max(shared[:at] + shared[at + 1 :])
    if given > len(left) / 2:
        line = bank.yaml.line("questions", number, "pairs")
        sentence = f"in {given} of {len(left)} pairs the sides share words; write one side in others"
        yield warning(bank.file.path, line, sentence)
