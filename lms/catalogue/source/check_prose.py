"""Rules about wording: how hard a text is, which figures it uses, and the red lines in the same words everywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.catalogue.source.formats import Figure
from lms.catalogue.source.passages import passages_of_bank, passages_of_module
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.readability import (
    HARDEST_GRADE,
    LONGEST_AVERAGE,
    LONGEST_SENTENCE,
    measure,
    words_on_the_page,
)
from lms.catalogue.source.texts import Catalogue, CourseText, ModuleText, Passage
from lms.catalogue.source.wording import content_of, sentences_of, words_of

FEWEST_WORDS, MOST_WORDS = 600, 900
"""What a module's page may hold before anything is opened: ten to fifteen minutes in a second language."""

NEARLY = 0.8
"""The share of a red line's words of meaning from which a sentence counts as nearly the same."""

ROOM = 3
"""Words that may stand between those of a red line in a sentence that is nearly the same."""

_FIGURE = re.compile(
    r"\d[\d.,]*\s*(?:million|billion|thousand|%|per\s?cent|percent)|\b\d+ (?:in|out of) \d+"
    r"|\bone in (?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|a hundred)\b"
    r"(?! (?:day|week|month|hour))"
    r"|\bhalf of (?:all |the |those |these )?(?:world's )?children",
    re.IGNORECASE,
)


def check_prose(course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks the wording of a course that was written in English."""
    if course.form is None or course.form.languages[0] != "en":
        return
    for module in course.modules:
        if not module.rendered.problems and module.front:
            passages = passages_of_module(module)
            yield from _length(module, catalogue)
            yield from _difficulty(passages)
            yield from _wording(passages, catalogue)
    if course.bank:
        passages = list(passages_of_bank(course.bank))
        yield from _difficulty(passages)
        yield from _wording(passages, catalogue)


def _length(module: ModuleText, catalogue: Catalogue) -> Iterator[Problem]:
    words, path = words_on_the_page(module.rendered.segments), module.file.path
    if words > MOST_WORDS:
        sentence = f"{words} running words stand on the page; {MOST_WORDS} at most read well in a break"
        yield warning(path, 1, sentence)
    elif words < FEWEST_WORDS and catalogue.is_curriculum:
        sentence = f"{words} running words stand on the page; a module has {FEWEST_WORDS} to {MOST_WORDS}"
        yield warning(path, 1, sentence)


def _difficulty(passages: list[Passage]) -> Iterator[Problem]:
    """Says what is too hard; a short text has no measure."""
    reading = measure(passage.text for passage in passages)
    if reading is None:
        return
    path = passages[0].path
    if reading.grade > HARDEST_GRADE:
        sentence = (
            f"hard to read: grade {reading.grade:.1f}, above {HARDEST_GRADE:.0f} "
            "(Flesch-Kincaid, 1975); shorten sentences and words"
        )
        yield warning(path, 1, sentence)
    if reading.average > LONGEST_AVERAGE:
        sentence = (
            f"sentences have {reading.average:.0f} words on average; {LONGEST_AVERAGE:.0f} at most read well"
        )
        yield warning(path, 1, sentence)
    if reading.longest > LONGEST_SENTENCE:
        line = next((it.line for it in passages if reading.longest_sentence in it.text), 1)
        start = " ".join(reading.longest_sentence.split()[:6])
        sentence = (
            f"a sentence of {reading.longest} words (“{start} …”); split it, {LONGEST_SENTENCE} at most"
        )
        yield warning(path, line, sentence)


def _wording(passages: list[Passage], catalogue: Catalogue) -> Iterator[Problem]:
    """Checks figures and red lines, where the lists of them can be read."""
    if catalogue.figures and catalogue.figures.value:
        for passage in passages:
            for match in _FIGURE.finditer(passage.text):
                yield from _figure(" ".join(match[0].split()), passage, catalogue.figures.value.figures)
    if catalogue.red_lines and catalogue.red_lines.value:
        rules = [_Rule.of(line.text) for line in catalogue.red_lines.value.red_lines]
        for passage in passages:
            # A mistake on offer may say what it likes.
            for sentence in sentences_of(passage.text) if passage.taught else ():
                yield from _red_lines(words_of(sentence), passage, rules)


def _figure(written: str, passage: Passage, known: list[Figure]) -> Iterator[Problem]:
    approved = [figure for figure in known if written.lower() in map(str.lower, figure.written)]
    if not approved:
        sentence = f"“{written}” is not in modules/figures.yml; use an approved figure or none"
        yield warning(passage.path, passage.line, sentence)
    elif not any(
        str(figure.year) in passage.text and any(name in passage.text for name in figure.publishers)
        for figure in approved
    ):
        figure = approved[0]
        name = " or ".join(figure.publishers)
        sentence = f"“{written}” stands without its source; name {name} and {figure.year} in this paragraph"
        yield warning(passage.path, passage.line, sentence)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A red line: its text, its words between blanks, how many they are, and those that carry meaning."""

    text: str
    run: str
    length: int
    content: set[str]

    @classmethod
    def of(cls, text: str) -> "_Rule":
        words = words_of(text)
        return cls(text, f" {' '.join(words)} ", len(words), content_of(words))


def _red_lines(words: list[str], passage: Passage, rules: list[_Rule]) -> Iterator[Problem]:
    """Warns of a sentence that states a red line in nearly its words."""
    content = content_of(words)
    for rule in rules:
        if len(rule.content & content) < NEARLY * len(rule.content) or rule.run in f" {' '.join(words)} ":
            continue
        reach = rule.length + ROOM
        if any(
            len(rule.content & content_of(words[at : at + reach])) >= NEARLY * len(rule.content)
            for at in range(len(words))
        ):
            sentence = f"nearly a red line, in other words; write “{rule.text}”"
            yield warning(passage.path, passage.line, sentence)
