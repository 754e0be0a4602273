"""Rules about likeness: nothing is asked or told twice, and no stem gives away what another question asks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.catalogue.source.passages import passages_of_module
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.questions import Multiple, Question, Single
from lms.catalogue.source.texts import Catalogue, CourseText
from lms.catalogue.source.wording import content_of, shingles_of, words_of

ALIKE_QUESTIONS = 0.35
"""The share of four-word runs, of the shorter of two questions, from which they count as nearly the same."""

ALIKE_PASSAGES = 0.6
"""The same for two passages of modules: rules and closing words come back, whole paragraphs should not."""

FEWEST_WORDS = 20
"""Words below which a passage may come back: a call to act, a red line, a heading."""

GIVEN_AWAY = 0.8
"""The share of a right option's own words of meaning that another stem may hold before it gives it away."""

FEWEST_GIVEN = 5
"""Words of meaning that a right option must have of its own before it can be given away."""

TOO_COMMON = 8
"""Places of the same run of four words, from which it is the house's way of speaking and likens nothing."""

Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """Something that can be like another: where it stands, what it is called, its runs of four words."""

    path: str
    line: int
    name: str
    shingles: frozenset[Shingle]


def check_likeness(catalogue: Catalogue) -> Iterator[Problem]:
    """Compares the English texts of all courses with each other."""
    courses = [course for course in catalogue.courses if course.form and course.form.languages[0] == "en"]
    rules = _red_lines(catalogue)
    yield from _alike([text for course in courses for text in _questions(course, rules)], ALIKE_QUESTIONS)
    yield from _alike([text for course in courses for text in _passages(course, rules)], ALIKE_PASSAGES)
    for course in courses:
        yield from _given_away(course)


def _red_lines(catalogue: Catalogue) -> frozenset[Shingle]:
    """Returns the runs of words that are to be the same everywhere."""
    lines = catalogue.red_lines.value.red_lines if catalogue.red_lines and catalogue.red_lines.value else []
    return frozenset(shingle for line in lines for shingle in shingles_of(words_of(line.text)))


def _questions(course: CourseText, rules: frozenset[Shingle]) -> Iterator[_Text]:
    for number, question in course.bank.questions if course.bank else ():
        line = course.bank.yaml.line("questions", number, "id") if course.bank else 1
        path = course.bank.file.path if course.bank else ""
        yield _Text(path, line, question.id, shingles_of(words_of(_asked(question))) - rules)


def _asked(question: Question) -> str:
    """Returns what a learner reads of a question before answering."""
    words = question.model_dump(include={"stem", "options", "statements", "pairs", "nodes"})
    return " ".join(_said(words))


def _said(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _said(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, name)
    elif isinstance(value, str) and name in {"stem", "text", "left", "right"}:
        yield value


def _passages(course: CourseText, rules: frozenset[Shingle]) -> Iterator[_Text]:
    for module in course.modules:
        for passage in passages_of_module(module):
            words = words_of(passage.text)
            if len(words) >= FEWEST_WORDS:
                name = f"“{' '.join(passage.text.split()[:5])} …”"
                yield _Text(passage.path, passage.line, name, shingles_of(words) - rules)


def _alike(texts: Sequence[_Text], limit: float) -> Iterator[Problem]:
    """Names each text that is nearly the same as one before it."""
    holders: dict[Shingle, list[int]] = {}
    for number, text in enumerate(texts):
        for shingle in text.shingles:
            holders.setdefault(shingle, []).append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        if len(numbers) <= TOO_COMMON:
            shared.update(
                (first, second)
                for at, second in enumerate(numbers)
                for first in numbers[:at]
                if first != second
            )
    for (first, second), count in sorted(shared.items()):
        one, other = texts[first], texts[second]
        smaller = min(len(one.shingles), len(other.shingles))
        if smaller and count / smaller >= limit:
            sentence = (
                f"{other.name} is nearly the same as {one.name} in {one.path}:{one.line} "
                f"({100 * count // smaller} of 100 four-word runs); write one of them anew"
            )
            yield warning(other.path, other.line, sentence)


def _given_away(course: CourseText) -> Iterator[Problem]:
    """Names stems that hold the words of what is right elsewhere in the same bank."""
    bank = course.bank
    if bank is None:
        return
    stems = [(number, question, content_of(words_of(question.stem))) for number, question in bank.questions]
    for _number, question in bank.questions:
        for words in _right_words(question):
            for number, other, stem in stems:
                if other.id != question.id and len(words & stem) >= GIVEN_AWAY * len(words):
                    line = bank.yaml.line("questions", number, "stem")
                    shared = ", ".join(sorted(words & stem))
                    sentence = f"this stem gives away what is right in “{question.id}” ({shared})"
                    yield warning(bank.file.path, line, sentence)


def _right_words(question: Question) -> Iterator[set[str]]:
    """Lists the words of meaning that only the right options of a question have."""
    if not isinstance(question, Single | Multiple):
        return
    wrong = content_of(
        word for option in question.options if not option.correct for word in words_of(option.text)
    )
    asked = content_of(words_of(question.stem))
    for option in question.options:
        own = content_of(words_of(option.text)) - wrong - asked
        if option.correct and len(own) >= FEWEST_GIVEN:
            yield own
