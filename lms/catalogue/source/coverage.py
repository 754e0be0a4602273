"""What the curriculum covers: considerations, courses, sectors, objectives, red lines, banks, and what is missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lms.catalogue.source.portions import CourseFigures, lacking, portions_of
from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.questions import Question, body_of
from lms.catalogue.source.tells import Tells, tells_of
from lms.catalogue.source.texts import Catalogue, CourseText
from lms.catalogue.source.wording import words_of

CONSIDERATIONS = range(1, 10)
FEWEST_IN_BANK = 30
FEWEST_IN_BRIEF = 8
"""Questions of a whole bank, and of each sector in a course that is per sector."""

FEWEST_OF_OBJECTIVE = 3
FEWEST_OF_SECTOR = 2
"""Questions for an objective; questions of its own for a sector in a whole bank."""

FEWEST_RED_LINES = 6
KINDS = ("single", "multiple", "statements", "ordering", "matching", "branching")


@dataclass(frozen=True, slots=True)
class BankFigures:
    """A bank in figures. ``short`` is true for a course of red lines only, which asks once for each of them."""

    course: str
    path: str
    questions: int
    red_lines: int
    short: bool
    per_sector: bool
    kinds: dict[str, int]
    objectives: dict[str, int]
    sectors: dict[str, int]
    tells: Tells


@dataclass(frozen=True, slots=True)
class Coverage:
    """The tables of the curriculum.

    ``considerations`` gives for each number the courses with their modules, ``portions`` what each course holds;
    ``groups``, ``questions`` and ``briefs`` count by core sector; ``red_lines`` gives for each rule, by id, the
    red-line questions that state it.
    """

    considerations: dict[int, dict[str, list[str]]]
    portions: tuple[CourseFigures, ...]
    groups: dict[str, int]
    questions: dict[str, int]
    briefs: dict[str, list[str]]
    red_lines: dict[str, list[str]]
    banks: tuple[BankFigures, ...]
    missing: tuple[Problem, ...]


def cover(catalogue: Catalogue) -> Coverage:
    """Counts what there is and says what is missing."""
    core = core_sectors(catalogue)
    banks = tuple(_bank(course, core) for course in catalogue.courses if course.bank)
    coverage = Coverage(
        considerations=_considerations(catalogue),
        portions=tuple(portions_of(course) for course in catalogue.courses),
        groups={slug: _groups(catalogue, slug) for slug in core},
        questions={slug: sum(bank.sectors[slug] for bank in banks) for slug in core},
        briefs={slug: _briefs(catalogue, slug) for slug in core},
        red_lines=_red_lines(catalogue),
        banks=banks,
        missing=(),
    )
    missing = tuple(_missing(catalogue, coverage)) if catalogue.is_curriculum else ()
    return Coverage(
        coverage.considerations,
        coverage.portions,
        coverage.groups,
        coverage.questions,
        coverage.briefs,
        coverage.red_lines,
        banks,
        missing,
    )


def core_sectors(catalogue: Catalogue) -> list[str]:
    """Lists the slugs of the core sectors."""
    sectors = catalogue.sectors.value.sectors if catalogue.sectors and catalogue.sectors.value else []
    return [sector.slug for sector in sectors if sector.core]


def _considerations(catalogue: Catalogue) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {number: {} for number in CONSIDERATIONS}
    for course in catalogue.courses:
        own = course.form.considerations if course.form else []
        for module in course.modules:
            for number in (module.front.considerations if module.front else ()) or own[:1]:
                found[number].setdefault(course.slug, []).append(module.slug)
    return found


def _groups(catalogue: Catalogue, slug: str) -> int:
    return sum(
        any(block.word == slug for block in run)
        for course in catalogue.courses
        for module in course.modules
        for run in module.rendered.outline.sector_runs
    )


def _briefs(catalogue: Catalogue, slug: str) -> list[str]:
    return [
        f"{course.slug}/{module.slug}"
        for course in catalogue.courses
        for module in course.modules
        if module.front and module.front.sector == slug
    ]


def _red_lines(catalogue: Catalogue) -> dict[str, list[str]]:
    """Returns the red-line questions that state each rule, in stem, choices or feedback."""
    lines = catalogue.red_lines.value.red_lines if catalogue.red_lines and catalogue.red_lines.value else []
    said = {
        f"{course.slug}/{question.id}": f" {' '.join(words_of(_everything(question)))} "
        for course in catalogue.courses
        for _number, question in (course.bank.questions if course.bank else ())
        if question.red_line
    }
    return {
        line.id: [name for name, words in said.items() if f" {' '.join(words_of(line.text))} " in words]
        for line in lines
    }


def _everything(question: Question) -> str:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for inner in value.values():
                yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)
        elif isinstance(value, str):
            yield value

    return " . ".join(texts(body_of(question)))


def _bank(course: CourseText, core: list[str]) -> BankFigures:
    assert course.bank  # noqa: S101 - asked for by the caller
    questions = [question for _number, question in course.bank.questions]
    objectives = Counter(question.objective for question in questions)
    kinds = Counter(str(question.type) for question in questions)
    sectors = Counter(sector for question in questions for sector in question.sectors)
    red_lines = sum(question.red_line for question in questions)
    return BankFigures(
        course=course.slug,
        path=course.bank.file.path,
        questions=len(questions),
        red_lines=red_lines,
        short=bool(questions) and red_lines == len(questions),
        per_sector=bool(course.form and course.form.per_sector),
        kinds={kind: kinds[kind] for kind in KINDS},
        objectives={
            objective.id: objectives[objective.id]
            for objective in (course.form.objectives if course.form else ())
        },
        sectors={slug: sectors[slug] for slug in core},
        tells=tells_of(questions),
    )


def _missing(catalogue: Catalogue, coverage: Coverage) -> Iterator[Problem]:
    for number, courses in coverage.considerations.items():
        if not courses:
            yield warning("modules/considerations.yml", 1, f"no module serves consideration {number}")
    if catalogue.considerations is None:
        yield warning(
            "modules/considerations.yml", 1, "this file is missing; it names the nine considerations"
        )
    for course in catalogue.courses:
        yield from lacking(course)
        yield from _unserved(course)
        yield from _few_groups(course)
    for slug, briefs in coverage.briefs.items():
        if not briefs:
            yield warning("modules/sectors.yml", 1, f"there is no brief for the sector “{slug}”")
    for rule, questions in coverage.red_lines.items():
        if not questions:
            yield warning("modules/red-lines.yml", 1, f"no red-line question states “{rule}” word for word")
    for bank in coverage.banks:
        yield from _thin(bank, coverage)


def _unserved(course: CourseText) -> Iterator[Problem]:
    """Names considerations of a course that none of its modules serves."""
    if course.form is None or any(module.front is None for module in course.modules):
        return
    own = course.form.considerations
    served = {n for module in course.modules if module.front for n in module.front.considerations or own[:1]}
    line = course.yaml.line("considerations")
    for number in own:
        if number not in served:
            yield warning(course.course_path, line, f"no module of this course serves consideration {number}")
    for number in sorted(served - set(own)):
        sentence = f"a module serves consideration {number}, which course.yml does not list"
        yield warning(course.course_path, line, sentence)


def _few_groups(course: CourseText) -> Iterator[Problem]:
    """A sector group in at least half of the modules, except where each module is for one sector."""
    if course.form is None or course.form.per_sector or not course.modules:
        return
    count = sum(bool(module.rendered.outline.sector_runs) for module in course.modules)
    if count * 2 < len(course.modules):
        sentence = f"{count} of {len(course.modules)} modules speak to each sector; half or more should"
        yield warning(course.course_path, 1, sentence)


def _thin(bank: BankFigures, coverage: Coverage) -> Iterator[Problem]:
    """Names what a bank lacks; a short one asks once for each red line and no more."""
    if bank.short:
        own = f"{bank.course}/"
        for rule, names in coverage.red_lines.items():
            if not any(name.startswith(own) for name in names):
                yield warning(bank.path, 1, f"this bank of red lines has no question that states “{rule}”")
        return
    if not bank.per_sector and bank.questions < FEWEST_IN_BANK:
        sentence = f"this bank has {bank.questions} questions; a whole one has {FEWEST_IN_BANK}"
        yield warning(bank.path, 1, sentence)
    needed = FEWEST_IN_BRIEF if bank.per_sector else FEWEST_OF_SECTOR
    for slug, count in bank.sectors.items():
        if count < needed:
            sentence = f"the sector “{slug}” has {count} questions of its own; {needed} are needed"
            yield warning(bank.path, 1, sentence)
    if bank.red_lines < FEWEST_RED_LINES:
        sentence = f"{bank.red_lines} red-line questions; {FEWEST_RED_LINES} or more are needed"
        yield warning(bank.path, 1, sentence)
    unused = [kind for kind, count in bank.kinds.items() if not count]
    # Eight questions a sector leave no room for every type.
    if unused and not bank.per_sector:
        yield warning(bank.path, 1, f"this bank has no question of the types {', '.join(unused)}")
