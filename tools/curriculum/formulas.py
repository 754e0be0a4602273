"""Formulas: turns of phrase that a course repeats, or that read as translated."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.parsing.parsed import ParsedCourse
from lms.catalogue.source.problems import Problem, warning
from tools.curriculum.passages import Passage, passages_of_bank, passages_of_module
from tools.curriculum.sources import RedLine
from tools.curriculum.text_analysis import sentences_of, words_of

FORMULAS: dict[str, tuple[re.Pattern[str], int]] = {
    # Beside the red line "Tell the focal point without delay.", which is not counted.
    "without delay": (re.compile(r"\bwithout delay\b"), 3),
    "shall": (re.compile(r"\bshall\b"), 0),
    "single persons": (re.compile(r"\bsingle persons?\b"), 0),
    "please not": (re.compile(r"\bplease not\b"), 0),
    "stands for no": (re.compile(r"\bstands? for no\b"), 0),
    "it is meant kindly": (re.compile(r"\bit is (?:kind|kindly meant|meant kindly|meant well|well meant)\b"), 3),
}
"""Each formula with how often a course, its modules and bank together, may use it; in words without punctuation."""

MAX_SAME = 3
"""How often a sentence may come back in a course, such as a content note; in half of many modules at most."""

HELP_PAGE = "i am worried about a child"

MIN_SAME_WORDS = 6
"""Words from which a sentence that comes back is counted: shorter ones are what one says to a child."""

_SENTENCE_END = re.compile(r"[.!?][\"”’)*]*\s*$")


@dataclass(frozen=True, slots=True)
class Formulas:
    """The formulas of a course: how often each occurs, and the sentences that come back too often."""

    counts: dict[str, int]
    repeated: dict[str, int]
    first: dict[str, Passage]


def check_formulas(found: Formulas) -> Iterator[Problem]:
    """Checks that no formula and no sentence comes back too often in a course."""
    for name, count in found.counts.items():
        limit = FORMULAS[name][1]
        if count > limit:
            sentence = f"“{name}” occurs {count} times in this course; {limit or 'never'} is the limit"
            yield warning(found.first[name].path, found.first[name].line, sentence)
    for words, count in found.repeated.items():
        passage = found.first[words]
        sentence = f"“{words}” stands {count} times in this course; vary it or leave it out"
        yield warning(passage.path, passage.line, sentence)


def count_formulas(course: ParsedCourse, red_lines: Sequence[RedLine]) -> Formulas:
    """Counts the formulas of a course; red lines, which are the same everywhere, do not count."""
    rules = {" ".join(words_of(sentence)) for line in red_lines for sentence in sentences_of(line.text)}
    counts = dict.fromkeys(FORMULAS, 0)
    same: Counter[str] = Counter()
    first: dict[str, Passage] = {}
    for passage, sentence in _sentences(course):
        words = words_of(sentence)
        text = " ".join(words)
        if text in rules:
            continue
        for name, (pattern, _limit) in FORMULAS.items():
            hits = len(pattern.findall(text))
            if hits:
                counts[name] += hits
                first.setdefault(name, passage)
        # Headings may come back, and so may the link to the page for whoever is worried, which each module needs.
        if len(words) >= MIN_SAME_WORDS and _SENTENCE_END.search(sentence) and HELP_PAGE not in text:
            same[text] += 1
            first.setdefault(text, passage)
    limit = max(MAX_SAME, len(course.modules) // 2)
    return Formulas(counts, {text: count for text, count in same.items() if count > limit}, first)


def _sentences(course: ParsedCourse) -> Iterator[tuple[Passage, str]]:
    passages: Iterable[Passage] = [passage for module in course.modules for passage in passages_of_module(module)]
    for passage in (*passages, *(passages_of_bank(course.bank) if course.bank else ())):
        for sentence in sentences_of(passage.text):
            yield passage, sentence
