"""What the curriculum covers: considerations, courses, sectors, objectives, red lines, banks; and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedSources
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.schemas.banks import AnyQuestion, stored_body
from tools.curriculum.bank_statistics import BankStatistics, bank_statistics, check_bank
from tools.curriculum.formulas import Formulas, count_formulas
from tools.curriculum.module_statistics import CourseStatistics, course_statistics
from tools.curriculum.sources import Curriculum
from tools.curriculum.text_analysis import words_of

CONSIDERATIONS = range(1, 10)


@dataclass(frozen=True, slots=True)
class CurriculumCoverage:
    """The tables of the curriculum.

    ``considerations`` gives for each number the courses with their modules; ``groups``, ``questions`` and ``briefs``
    count by core sector; ``red_lines`` gives for each rule, by id, the red-line questions that state it; ``banks`` and
    ``formulas`` are by course.
    """

    considerations: dict[int, dict[str, list[str]]]
    courses: tuple[CourseStatistics, ...]
    groups: dict[str, int]
    questions: dict[str, int]
    briefs: dict[str, list[str]]
    red_lines: dict[str, list[str]]
    banks: dict[str, BankStatistics]
    formulas: dict[str, Formulas]


def measure_coverage(curriculum: Curriculum) -> CurriculumCoverage:
    """Counts what there is."""
    sources = curriculum.sources
    core = curriculum.core_sectors
    banks = {course.slug: bank_statistics(course, course.bank, core) for course in sources.courses if course.bank}
    return CurriculumCoverage(
        considerations=_considerations(sources),
        courses=tuple(course_statistics(course) for course in sources.courses),
        groups={slug: _groups(sources, slug) for slug in core},
        questions={slug: sum(bank.sectors[slug] for bank in banks.values()) for slug in core},
        briefs={slug: _briefs(sources, slug) for slug in core},
        red_lines=_red_lines(curriculum),
        banks=banks,
        formulas={course.slug: count_formulas(course, curriculum.red_lines) for course in sources.courses},
    )


def coverage_gaps(curriculum: Curriculum, coverage: CurriculumCoverage) -> Iterator[Problem]:
    """Names what is missing from a whole curriculum."""
    sources = curriculum.sources
    for number, courses in coverage.considerations.items():
        if not courses:
            yield warning("modules/considerations.yml", 1, f"no module serves consideration {number}")
    if sources.considerations is None:
        sentence = "this file is missing; it names the nine considerations"
        yield warning("modules/considerations.yml", 1, sentence)
    if not curriculum.red_lines:
        yield warning("modules/red-lines.yml", 1, "this file is missing; it lists the red lines")
    for course in sources.courses:
        yield from _consideration_gaps(course)
        yield from _few_sector_groups(course)
        if course.bank:
            yield from check_bank(course.bank, coverage.banks[course.slug])
            if coverage.banks[course.slug].red_lines_only:
                yield from _missing_red_lines(course, coverage)
    for slug, briefs in coverage.briefs.items():
        if not briefs:
            yield warning("modules/sectors.yml", 1, f"there is no brief for the sector “{slug}”")
    for rule, questions in coverage.red_lines.items():
        if not questions:
            yield warning("modules/red-lines.yml", 1, f"no red-line question states “{rule}” word for word")


def _considerations(sources: ParsedSources) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {number: {} for number in CONSIDERATIONS}
    for course in sources.courses:
        own = course.manifest.considerations if course.manifest else []
        for module in course.modules:
            for number in (module.front.considerations if module.front else ()) or own[:1]:
                found[number].setdefault(course.slug, []).append(module.slug)
    return found


def _groups(sources: ParsedSources, slug: str) -> int:
    return sum(
        any(block.word == slug for block in run)
        for course in sources.courses
        for module in course.modules
        for run in module.rendered.outline.sector_runs
    )


def _briefs(sources: ParsedSources, slug: str) -> list[str]:
    return [
        f"{course.slug}/{module.slug}"
        for course in sources.courses
        for module in course.modules
        if module.front and module.front.sector == slug
    ]


def _red_lines(curriculum: Curriculum) -> dict[str, list[str]]:
    """Returns the red-line questions that state each rule, in stem, choices or feedback."""
    texts = {
        f"{course.slug}/{question.id}": f" {' '.join(words_of(_all_text(question)))} "
        for course in curriculum.sources.courses
        for question in (course.bank.questions.values() if course.bank else ())
        if question.red_line
    }
    return {
        line.id: [name for name, words in texts.items() if f" {' '.join(words_of(line.text))} " in words]
        for line in curriculum.red_lines
    }


def _all_text(question: AnyQuestion) -> str:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                yield from texts(inner)
        elif isinstance(value, str):
            yield value

    return " . ".join(texts(stored_body(question)))


def _consideration_gaps(course: ParsedCourse) -> Iterator[Problem]:
    """Names considerations of a course that none of its modules serves."""
    if course.manifest is None or any(module.front is None for module in course.modules):
        return
    own = course.manifest.considerations
    served = {n for module in course.modules if module.front for n in module.front.considerations or own[:1]}
    line = course.yaml.line("considerations")
    for number in own:
        if number not in served:
            yield warning(course.course_path, line, f"no module of this course serves consideration {number}")
    for number in sorted(served - set(own)):
        sentence = f"a module serves consideration {number}, which course.yml does not list"
        yield warning(course.course_path, line, sentence)


def _few_sector_groups(course: ParsedCourse) -> Iterator[Problem]:
    """Names a course where fewer than half of the modules have a sector group; courses per sector need none."""
    if course.manifest is None or course.manifest.per_sector or not course.modules:
        return
    count = sum(bool(module.rendered.outline.sector_runs) for module in course.modules)
    if count * 2 < len(course.modules):
        sentence = f"{count} of {len(course.modules)} modules have sector groups; half or more should"
        yield warning(course.course_path, 1, sentence)


def _missing_red_lines(course: ParsedCourse, coverage: CurriculumCoverage) -> Iterator[Problem]:
    """Names rules that a course's bank of red lines does not ask about."""
    for rule, questions in coverage.red_lines.items():
        if not any(name.startswith(f"{course.slug}/") for name in questions):
            sentence = f"this bank of red lines has no question that states “{rule}”"
            yield warning(f"quizzes/{course.slug}.yml", 1, sentence)
