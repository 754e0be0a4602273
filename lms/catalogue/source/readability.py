"""How much there is to read and how hard it is, by rules of thumb for English: words, sentences, syllables."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.kernel.markup import Segment, count_words, plain_text

HARDEST_GRADE = 6.0
"""The Flesch-Kincaid grade above which a text is called hard: six years of school, about B1."""

LONGEST_AVERAGE = 14.0
"""Words in an average sentence, above which a text is called hard; plain-language guides say 15 to 20 at most."""

LONGEST_SENTENCE = 25
"""Words in one sentence, above which it is to be split: the rule of GOV.UK's style guide."""

FEWEST_WORDS = 100
"""Below this the rules of thumb say nothing."""

_BREAK = re.compile(r"</(?:p|li|h[2-4]|td|th|div)>|<br\s*/?>")
_SENTENCE = re.compile(r"[.!?:;]+[\s\"”'’)]*")
_LETTERS = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text asks of its reader: years of school (Flesch-Kincaid), words in a sentence, the longest one."""

    grade: float
    average: float
    longest: int
    longest_sentence: str


def measure(texts: Iterable[str]) -> Reading | None:
    """Measures plain texts, nothing where they are short.

    The grade is 0.39 × words per sentence + 11.8 × syllables per word − 15.59 (Kincaid, Fishburne, Rogers and
    Chissom, 1975). A colon and a semicolon end a sentence, as a reader may rest there.
    """
    sentences = words = syllables = longest = 0
    longest_sentence = ""
    for text in texts:
        for sentence in _SENTENCE.split(text):
            found = _LETTERS.findall(sentence)
            if not found:
                continue
            sentences += 1
            words += len(found)
            syllables += sum(map(_syllables, found))
            if len(found) > longest:
                longest, longest_sentence = len(found), sentence.strip()
    if words < FEWEST_WORDS:
        return None
    grade = 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    return Reading(grade, words / sentences, longest, longest_sentence)


def paragraphs_of(segments: Iterable[Segment]) -> Iterator[tuple[str, bool]]:
    """Lists the paragraphs of a module as plain text, each with whether it is taught or offered as a mistake."""
    for segment in segments:
        for html, taught in _pieces(segment):
            for piece in _BREAK.split(html):
                text = plain_text(piece)
                if text:
                    yield text, taught


def _pieces(segment: Segment) -> Iterator[tuple[str, bool]]:
    yield from ((html, True) for html in segment.get("blocks", {}).values())
    yield segment.get("html") or segment.get("intro") or segment.get("prompt") or "", True
    for option in segment.get("options", ()):
        right = option.get("right", option.get("quality") == "best")
        yield option.get("choice") or option.get("text") or "", bool(right)
        yield option["why"], True


def words_on_the_page(segments: Iterable[Segment]) -> int:
    """Counts what stands on a module's page before anything is opened.

    That is the text, the longest block of each sector group, and of checks and scenarios the question and its
    choices: reasons and descriptions of pictures unfold only for who asks for them.
    """
    total = 0
    for segment in segments:
        match segment["kind"]:
            case "sectors":
                total += max(map(count_words, segment["blocks"].values()))
            case "check":
                total += count_words(segment["prompt"])
                total += sum(count_words(option["text"]) for option in segment["options"])
            case "scenario":
                total += count_words(segment["title"]) + count_words(segment["intro"])
                total += sum(count_words(option["choice"]) for option in segment["options"])
            case "description":
                pass
            case _:
                total += count_words(segment["html"])
    return total


def _syllables(word: str) -> int:
    """Estimates the syllables of an English word: its groups of vowels, without a silent e."""
    lower = word.lower()
    count = len(_VOWELS.findall(lower))
    if lower.endswith("e") and not lower.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(count, 1)
