"""Rules about wording: only approved figures, with their source, and the red lines word for word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.problems import Problem, warning
from tools.curriculum.passages import Passage
from tools.curriculum.sources import ApprovedFigure, RedLine
from tools.curriculum.text_analysis import content_stems, sentences_of, words_of

NEARLY_SAME = 0.8
"""The share of a red line's content words from which a sentence counts as nearly the same."""

MAX_WORDS_BETWEEN = 3
"""Further words that a sentence which is nearly a red line may have between those of the red line."""

_FIGURE = re.compile(
    r"\d[\d.,]*\s*(?:million|billion|thousand|%|per\s?cent|percent)|\b\d+ (?:in|out of) \d+"
    r"|\bone in (?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|a hundred)\b"
    r"(?! (?:day|week|month|hour))"
    r"|\bhalf of (?:all |the |those |these )?(?:world's )?children",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A red line: its text, its words between blanks, how many they are, and the stems of its content words."""

    text: str
    run: str
    length: int
    content: set[str]

    @classmethod
    def of(cls, text: str) -> "_Rule":
        words = words_of(text)
        return cls(text, f" {' '.join(words)} ", len(words), content_stems(words))


def check_figures(passages: Sequence[Passage], figures: Sequence[ApprovedFigure]) -> Iterator[Problem]:
    """Checks that every figure is approved, and named with publisher and year in its paragraph."""
    for passage in passages:
        for match in _FIGURE.finditer(passage.text):
            yield from _figure(" ".join(match[0].split()), passage, figures)


def check_red_lines(passages: Sequence[Passage], red_lines: Sequence[RedLine]) -> Iterator[Problem]:
    """Checks that no sentence states a red line in nearly its words; wrong answers on offer may."""
    rules = [_Rule.of(line.text) for line in red_lines]
    for passage in passages:
        for sentence in sentences_of(passage.text) if passage.taught else ():
            yield from _red_line(words_of(sentence), passage, rules)


def _figure(written: str, passage: Passage, known: Sequence[ApprovedFigure]) -> Iterator[Problem]:
    approved = [figure for figure in known if written.lower() in map(str.lower, figure.written)]
    if not approved:
        sentence = f"“{written}” is not in modules/figures.yml; use an approved figure or none"
        yield warning(passage.path, passage.line, sentence)
    elif not any(
        str(figure.year) in passage.text and any(name in passage.text for name in figure.publishers)
        for figure in approved
    ):
        known_as = "; ".join(f"“{it.says}” ({' or '.join(it.publishers)}, {it.year})" for it in approved)
        sentence = (
            f"“{written}” has no source here; if it is the fact {known_as}, name that source in this paragraph, "
            "and if it is another, take it out: name no source that you have not read"
        )
        yield warning(passage.path, passage.line, sentence)


def _red_line(words: list[str], passage: Passage, rules: list[_Rule]) -> Iterator[Problem]:
    content = content_stems(words)
    for rule in rules:
        needed = NEARLY_SAME * len(rule.content)
        if len(rule.content & content) < needed or rule.run in f" {' '.join(words)} ":
            continue
        span = rule.length + MAX_WORDS_BETWEEN
        if any(len(rule.content & content_stems(words[at : at + span])) >= needed for at in range(len(words))):
            sentence = f"nearly a red line, in other words; write “{rule.text}”"
            yield warning(passage.path, passage.line, sentence)
