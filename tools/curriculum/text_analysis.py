"""Words, sentences, stems and shingles of English texts: pure functions on strings."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

SHINGLE = 4
"""Words in a row that make one shingle (Broder, On the resemblance and containment of documents, 1997)."""

Shingle = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?;:])[\"”’)*]*\s+")
_ENDINGS = ("ies", "ing", "ed", "es", "ly", "s")
_STOP_WORD_LIST = """
a about after all also always am an and any are as at be because been before but by can cannot could did do
does each every first for from had has have he her here him his how i if in into is it its may me more must
my never no not now of off on one only or our out over own say she so some than that the their them then
there they this those to today too two under until up us was we what when where which while who whom why
will with without would you your
"""
_STOP_WORDS = frozenset(_STOP_WORD_LIST.split())


def words_of(text: str) -> list[str]:
    """Returns the words of a text in lower case."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def sentences_of(text: str) -> list[str]:
    """Returns the sentences of a text; a colon or a semicolon ends one."""
    return [sentence for sentence in _SENTENCE.split(text) if _WORD.search(sentence)]


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Returns an English word without its ending, roughly: report, reports, reported and reporting are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def content_stems(words: Iterable[str]) -> set[str]:
    """Returns the stems of the words that are not stop words."""
    return {stem_of(word) for word in words if word not in _STOP_WORDS}


def shingles_of(words: Sequence[str]) -> frozenset[Shingle]:
    """Returns every run of four words."""
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))
