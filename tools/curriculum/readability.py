"""How hard a text is to read: the Flesch-Kincaid grade and the length of sentences."""

from collections.abc import Iterator

from lms.authoring.overview.reading import MAX_GRADE, measure
from lms.catalogue.source.problems import Problem, warning
from tools.curriculum.passages import Passage

MAX_AVERAGE_SENTENCE = 14.0
"""Words in an average sentence, above which a text is called hard; plain-language guides say 15 to 20 at most."""

MAX_SENTENCE = 25
"""Words in one sentence, above which it is to be split: the rule of GOV.UK's style guide."""


def check_readability(passages: list[Passage]) -> Iterator[Problem]:
    """Checks grade and sentences of one file's passages."""
    measured = measure(passage.text for passage in passages)
    if measured is None:
        return
    path = passages[0].path
    if measured.grade > MAX_GRADE:
        sentence = (
            f"hard to read: grade {measured.grade:.1f}, above {MAX_GRADE:.0f} "
            "(Flesch-Kincaid, 1975); shorten sentences and words"
        )
        yield warning(path, 1, sentence)
    if measured.average > MAX_AVERAGE_SENTENCE:
        sentence = f"sentences have {measured.average:.0f} words on average; write {MAX_AVERAGE_SENTENCE:.0f} at most"
        yield warning(path, 1, sentence)
    if measured.longest > MAX_SENTENCE:
        line = next((it.line for it in passages if measured.longest_sentence in it.text), 1)
        start = " ".join(measured.longest_sentence.split()[:6])
        yield warning(
            path, line, f"a sentence of {measured.longest} words (“{start} …”); split it, {MAX_SENTENCE} at most"
        )
