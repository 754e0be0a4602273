"""Rules about similarity: no question or passage twice, and no stem that contains another question's answer."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.parsing.parsed import ParsedBank
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.schemas.banks import AnyQuestion, MultipleChoice, SingleChoice
from tools.curriculum.passages import Passage
from tools.curriculum.sources import RedLine
from tools.curriculum.text_analysis import Shingle, content_stems, shingles_of, words_of

SIMILAR_QUESTIONS = 0.35
"""The share of shingles, of the shorter of two questions, from which they count as nearly the same."""

SIMILAR_PASSAGES = 0.6
"""The same for two passages of modules: rules and closing words come back, whole paragraphs should not."""

MIN_PASSAGE_WORDS = 20
"""Words below which a passage may come back: a call to act, a red line, a heading."""

GIVEN_AWAY = 0.8
"""The share of a right option's own content words that another stem may contain before it gives it away."""

MIN_OWN_WORDS = 5
"""Content words that a right option must have of its own before it can be given away."""

TOO_COMMON = 8
"""Texts that share a shingle, above which it is a common phrase and is not counted."""


@dataclass(frozen=True, slots=True)
class _Comparable:
    """A text that is compared with others: path, line, name and shingles."""

    path: str
    line: int
    name: str
    shingles: frozenset[Shingle]


def check_questions(banks: Sequence[ParsedBank], red_lines: Sequence[RedLine]) -> Iterator[Problem]:
    """Compares the questions of all banks with each other, and stems with the answers of their own bank."""
    allowed = _shingles(red_lines)
    questions = [
        _Comparable(
            bank.file.path,
            bank.yaml.line("questions", number, "id"),
            question.id,
            shingles_of(words_of(_visible_text(question))) - allowed,
        )
        for bank in banks
        for number, question in bank.questions.items()
    ]
    yield from _similar(questions, SIMILAR_QUESTIONS)
    for bank in banks:
        yield from _given_away(bank)


def check_passages(passages: Sequence[Passage], red_lines: Sequence[RedLine]) -> Iterator[Problem]:
    """Compares the passages of all modules with each other."""
    allowed = _shingles(red_lines)
    long = [(passage, words_of(passage.text)) for passage in passages]
    yield from _similar(
        [
            _Comparable(
                passage.path, passage.line, f"“{' '.join(passage.text.split()[:5])} …”", shingles_of(words) - allowed
            )
            for passage, words in long
            if len(words) >= MIN_PASSAGE_WORDS
        ],
        SIMILAR_PASSAGES,
    )


def _shingles(red_lines: Sequence[RedLine]) -> frozenset[Shingle]:
    """Returns the shingles that are meant to be the same everywhere."""
    return frozenset(shingle for line in red_lines for shingle in shingles_of(words_of(line.text)))


def _visible_text(question: AnyQuestion) -> str:
    """Returns what a learner reads of a question before answering."""
    return " ".join(_fields(question.model_dump(include={"stem", "options", "statements", "pairs", "nodes"})))


def _fields(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _fields(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner, name)
    elif isinstance(value, str) and name in {"stem", "text", "left", "right"}:
        yield value


def _similar(texts: Sequence[_Comparable], limit: float) -> Iterator[Problem]:
    """Names each text that is nearly the same as one before it."""
    occurrences: dict[Shingle, list[int]] = {}
    for number, text in enumerate(texts):
        for shingle in text.shingles:
            occurrences.setdefault(shingle, []).append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in occurrences.values():
        if len(numbers) <= TOO_COMMON:
            shared.update((first, second) for at, second in enumerate(numbers) for first in numbers[:at])
    for (first, second), count in sorted(shared.items()):
        one, other = texts[first], texts[second]
        smaller = min(len(one.shingles), len(other.shingles))
        if count / smaller >= limit:
            sentence = (
                f"{other.name} is nearly the same as {one.name} in {one.path}:{one.line} "
                f"({100 * count // smaller} of 100 four-word runs); rewrite one of them"
            )
            yield warning(other.path, other.line, sentence)


def _given_away(bank: ParsedBank) -> Iterator[Problem]:
    """Names stems that contain the words of what is right elsewhere in the same bank."""
    stems = [(number, question, content_stems(words_of(question.stem))) for number, question in bank.questions.items()]
    for question in bank.questions.values():
        for words in _own_words_of_right_options(question):
            for number, other, stem in stems:
                if other.id != question.id and len(words & stem) >= GIVEN_AWAY * len(words):
                    line = bank.yaml.line("questions", number, "stem")
                    shared = ", ".join(sorted(words & stem))
                    sentence = f"this stem gives away what is right in “{question.id}” ({shared})"
                    yield warning(bank.file.path, line, sentence)


def _own_words_of_right_options(question: AnyQuestion) -> Iterator[set[str]]:
    """Lists the content words that only the right options of a question have."""
    if not isinstance(question, SingleChoice | MultipleChoice):
        return
    wrong = content_stems(word for option in question.options if not option.correct for word in words_of(option.text))
    stem_words = content_stems(words_of(question.stem))
    for option in question.options:
        own = content_stems(words_of(option.text)) - wrong - stem_words
        if option.correct and len(own) >= MIN_OWN_WORDS:
            yield own
