"""Each course in numbers: words, minutes, scenarios, checks, pictures, reading grade; and what a module lacks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.authoring.overview.reading import measure
from lms.catalogue.source.checks.modules import MAX_WORDS
from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedModule
from lms.catalogue.source.problems import Problem, warning
from tools.curriculum.passages import passages_of_module

MIN_CHECKS, MAX_CHECKS = 2, 3
"""Knowledge checks of a module: enough to practise, few enough for a break."""

MIN_MINUTES, MAX_MINUTES = 10, 15

MIN_WORDS = 600
"""Words on a module's page: ten to fifteen minutes in a second language."""

HELP = "/help-now"
"""The address that every module links to: whoever reads of harm may know a child who needs help today."""


@dataclass(frozen=True, slots=True)
class CourseStatistics:
    """A course in numbers. Pairs are the fewest and the most of a module, the others are of the whole course.

    ``grade`` (years of school) and ``sentence`` (words on average) are those of the module that is hardest to read.
    """

    course: str
    modules: int
    minutes: int
    minutes_each: tuple[int, int]
    words: tuple[int, int]
    scenarios: tuple[int, int]
    checks: tuple[int, int]
    groups: int
    local: int
    pictures: int
    grade: float
    sentence: float


def course_statistics(course: ParsedCourse) -> CourseStatistics:
    """Counts what a course has."""
    kinds = [_segment_kinds(module) for module in course.modules]
    minutes = [module.front.minutes for module in course.modules if module.front]
    measures = [
        found for module in course.modules if (found := measure(passage.text for passage in passages_of_module(module)))
    ]
    return CourseStatistics(
        course=course.slug,
        modules=len(course.modules),
        minutes=sum(minutes),
        minutes_each=_range(minutes),
        words=_range(module.rendered.words_on_page for module in course.modules),
        scenarios=_range(kind["scenario"] for kind in kinds),
        checks=_range(kind["check"] for kind in kinds),
        groups=sum(bool(kind["sectors"]) for kind in kinds),
        local=sum(bool(kind["local"]) for kind in kinds),
        pictures=sum(len(module.rendered.images) for module in course.modules),
        grade=max((found.grade for found in measures), default=0.0),
        sentence=max((found.average for found in measures), default=0.0),
    )


def check_module_parts(course: ParsedCourse) -> Iterator[Problem]:
    """Names what the modules of a course lack."""
    for module in course.modules:
        if module.front is None or module.rendered.problems:
            continue
        path, kinds, minutes = module.file.path, _segment_kinds(module), module.front.minutes
        words = module.rendered.words_on_page
        if words < MIN_WORDS:
            sentence = f"{words} running words on the page; a module has {MIN_WORDS} to {MAX_WORDS}"
            yield warning(path, 1, sentence)
        if not kinds["scenario"]:
            yield warning(path, 1, "this module has no scenario; a decision to take teaches more than a rule")
        if not MIN_CHECKS <= kinds["check"] <= MAX_CHECKS:
            sentence = f"{kinds['check']} knowledge checks; a module has {MIN_CHECKS} or {MAX_CHECKS}"
            yield warning(path, 1, sentence)
        if not MIN_MINUTES <= minutes <= MAX_MINUTES:
            sentence = f"{minutes} minutes; a module takes {MIN_MINUTES} to {MAX_MINUTES}"
            yield warning(path, module.yaml.line("minutes"), sentence)
        if not any(link.target == HELP for link in module.rendered.links):
            yield warning(path, 1, f"no link to {HELP}; a reader may be worried about a child right now")


def _segment_kinds(module: ParsedModule) -> Counter[str]:
    return Counter(segment["kind"] for segment in module.segments)


def _range(counts: Iterable[int]) -> tuple[int, int]:
    found = list(counts)
    return min(found, default=0), max(found, default=0)
