"""What every module of a curriculum has, counted for each course: words, minutes, scenarios, checks, a way to help."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.catalogue.source.passages import passages_of_module
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.readability import Reading, measure, words_on_the_page
from lms.catalogue.source.texts import CourseText, ModuleText

FEWEST_CHECKS, MOST_CHECKS = 2, 3
"""Knowledge checks of a module: enough to practise, few enough for a break."""

SHORTEST, LONGEST = 10, 15
"""Minutes of a module."""

HELP = "/help-now"
"""The address that every module links to: whoever reads of harm may know a child who needs help today."""


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """A course in figures. Pairs are the fewest and the most of a module, the others are of the whole course.

    ``grade`` and ``sentence`` are those of the module that is hardest to read: years of school, words on average.
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


def portions_of(course: CourseText) -> CourseFigures:
    """Counts what a course holds."""
    kinds = [_kinds(module) for module in course.modules]
    minutes = [module.front.minutes for module in course.modules if module.front]
    readings = [reading for module in course.modules if (reading := _reading(module))]
    return CourseFigures(
        course=course.slug,
        modules=len(course.modules),
        minutes=sum(minutes),
        minutes_each=_span(minutes),
        words=_span(words_on_the_page(module.rendered.segments) for module in course.modules),
        scenarios=_span(kind["scenario"] for kind in kinds),
        checks=_span(kind["check"] for kind in kinds),
        groups=sum(bool(kind["sectors"]) for kind in kinds),
        local=sum(bool(kind["local"]) for kind in kinds),
        pictures=sum(len(module.rendered.images) for module in course.modules),
        grade=max((reading.grade for reading in readings), default=0.0),
        sentence=max((reading.average for reading in readings), default=0.0),
    )


def lacking(course: CourseText) -> Iterator[Problem]:
    """Names what a module of a curriculum lacks."""
    for module in course.modules:
        if module.front is None or module.rendered.problems:
            continue
        path, kinds, minutes = module.file.path, _kinds(module), module.front.minutes
        if not kinds["scenario"]:
            yield warning(path, 1, "this module has no scenario; a decision to take teaches more than a rule")
        if not FEWEST_CHECKS <= kinds["check"] <= MOST_CHECKS:
            sentence = f"{kinds['check']} knowledge checks; a module has {FEWEST_CHECKS} or {MOST_CHECKS}"
            yield warning(path, 1, sentence)
        if not SHORTEST <= minutes <= LONGEST:
            sentence = f"{minutes} minutes; a module takes {SHORTEST} to {LONGEST}"
            yield warning(path, module.yaml.line("minutes"), sentence)
        if not any(link.target == HELP for link in module.rendered.links):
            yield warning(path, 1, f"no link to {HELP}; a reader may be worried about a child right now")


def _reading(module: ModuleText) -> Reading | None:
    return measure(passage.text for passage in passages_of_module(module))


def _kinds(module: ModuleText) -> Counter[str]:
    return Counter(segment["kind"] for segment in module.rendered.segments)


def _span(counts: Iterable[int]) -> tuple[int, int]:
    found = list(counts)
    return min(found, default=0), max(found, default=0)
