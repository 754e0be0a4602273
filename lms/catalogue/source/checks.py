"""Rules across files: collects every problem at once, so that an author sees the whole of it."""

import re
from collections.abc import Iterator
from pathlib import Path

from lms.catalogue.source.check_banks import check_bank
from lms.catalogue.source.check_modules import check_modules
from lms.catalogue.source.check_shared import check_shared
from lms.catalogue.source.check_translations import check_translations
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.reading import Library, read_library
from lms.catalogue.source.texts import Catalogue, CourseText, assemble

RESERVED = ("about",)
"""Course slugs that are addresses already."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_folders(modules: Path, quizzes: Path) -> tuple[Catalogue, list[Problem]]:
    """Reads, renders and checks both folders; returns what they say and every problem, sorted."""
    return check_library(read_library(modules, quizzes))


def check_library(library: Library) -> tuple[Catalogue, list[Problem]]:
    """Checks what was read, wherever it came from."""
    catalogue = assemble(library)
    problems = set(catalogue.problems)
    problems.update(_across(catalogue))
    for course in catalogue.courses:
        problems.update(_course(course))
        problems.update(check_modules(course, catalogue))
        problems.update(check_bank(course, catalogue))
        problems.update(check_translations(course, catalogue))
    problems.update(check_shared(catalogue))
    return catalogue, sorted(problems)


def _across(catalogue: Catalogue) -> Iterator[Problem]:
    """Checks what concerns several files: sectors, and codes that must differ."""
    if catalogue.sectors is None:
        yield error("modules/sectors.yml", 1, "this file is missing; it names the sectors")
    elif catalogue.sectors.value is not None:
        seen: set[str] = set()
        for number, sector in enumerate(catalogue.sectors.value.sectors):
            if sector.slug in seen:
                line = catalogue.sectors.yaml.line("sectors", number)
                yield error("modules/sectors.yml", line, f"the sector “{sector.slug}” is there twice")
            seen.add(sector.slug)
    if not catalogue.courses:
        # An empty folder is a wrong path more often than a wish to retire everything.
        yield error("modules", 1, "there is no course here")
    codes: dict[str, str] = {}
    for course in catalogue.courses:
        if course.form and course.form.code in codes:
            line = course.yaml.line("code")
            yield error(
                course.course_path, line, f"the code {course.form.code} is taken by {codes[course.form.code]}"
            )
        elif course.form:
            codes[course.form.code] = course.slug


def _course(course: CourseText) -> Iterator[Problem]:
    """Checks a course by itself."""
    if not _SLUG.fullmatch(course.slug) or len(course.slug) > 60:
        yield error(course.path, 1, "a course's folder is called by small letters, digits and hyphens")
    if course.slug in RESERVED:
        yield error(course.path, 1, f"a course cannot be called “{course.slug}”; that address is taken")
    form, path = course.form, course.course_path
    if form is None:
        if not course.yaml.lines:
            yield error(path, 1, "this file is missing or cannot be read")
        return
    lists = {
        "objectives": [objective.id for objective in form.objectives],
        "languages": list(form.languages),
        "considerations": [str(number) for number in form.considerations],
    }
    for name, items in lists.items():
        for position, item in enumerate(items):
            if item in items[:position]:
                yield error(path, course.yaml.line(name, position), f"“{item}” is there twice in {name}")
    used = {objective for module in course.modules if module.front for objective in module.front.objectives}
    readable = all(module.front for module in course.modules)
    for position, objective in enumerate(form.objectives):
        if readable and objective.id not in used:
            line = course.yaml.line("objectives", position)
            yield warning(path, line, f"no module serves the objective “{objective.id}”")
