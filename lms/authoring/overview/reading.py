"""How hard a text is to read: the Flesch-Kincaid grade and the length of sentences."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_GRADE = 6.0
"""The Flesch-Kincaid grade above which a text is called hard: six years of school, about B1."""

MIN_WORDS = 100
"""Below this the formula says nothing."""

_SENTENCE_END = re.compile(r"[.!?:;]+[\s\"”'’)]*")
_LETTERS = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class TextMeasure:
    """A text's grade (years of school) and its sentences: words on average, words of the longest, the longest."""

    grade: float
    average: float
    longest: int
    longest_sentence: str


def measure(texts: Iterable[str]) -> TextMeasure | None:
    """Measures plain texts; None where they are short.

    The grade is 0.39 × words per sentence + 11.8 × syllables per word − 15.59 (Kincaid, Fishburne, Rogers and
    Chissom, 1975). A colon or a semicolon ends a sentence.
    """
    sentences = words = syllables = longest = 0
    longest_sentence = ""
    for text in texts:
        for sentence in _SENTENCE_END.split(text):
            found = _LETTERS.findall(sentence)
            if not found:
                continue
            sentences += 1
            words += len(found)
            syllables += sum(map(_syllables, found))
            if len(found) > longest:
                longest, longest_sentence = len(found), sentence.strip()
    if words < MIN_WORDS:
        return None
    grade = 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    return TextMeasure(grade, words / sentences, longest, longest_sentence)


def _syllables(word: str) -> int:
    """Estimates the syllables of an English word: its groups of vowels, without a silent e."""
    lower = word.lower()
    count = len(_VOWELS.findall(lower))
    if lower.endswith("e") and not lower.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(count, 1)
