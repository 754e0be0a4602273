"""Runs every check, and the ones of courses as a whole."""

import re
from collections.abc import Iterator
from pathlib import Path

from lms.catalogue.source.checks.banks import check_bank
from lms.catalogue.source.checks.modules import check_modules
from lms.catalogue.source.checks.placeholders import check_placeholders
from lms.catalogue.source.checks.recordings import check_recordings
from lms.catalogue.source.checks.repeated import repeated
from lms.catalogue.source.checks.shared_files import check_shared_files
from lms.catalogue.source.checks.translations import check_translations
from lms.catalogue.source.parsing.cache import ParseCache
from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedSources
from lms.catalogue.source.parsing.sources import parse_sources
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.read import SourceFolders, read_folders
from lms.catalogue.source.schemas.courses import CourseFile
from lms.kernel.i18n import gettext as _

RESERVED = ("about", "new-course")
"""Course slugs that are URLs already."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_folders(modules: Path, quizzes: Path, cache: ParseCache | None = None) -> tuple[ParsedSources, list[Problem]]:
    """Reads, renders and checks both folders; returns the sources and every problem, sorted, errors first."""
    return check_sources(read_folders(modules, quizzes), cache, place=str(modules))


def check_sources(
    folders: SourceFolders, cache: ParseCache | None = None, place: str = "modules", course: str = ""
) -> tuple[ParsedSources, list[Problem]]:
    """Renders and checks what was read from ``place``; returns the sources and every problem, sorted, errors first.

    Of the courses all are checked, or only the one that is named.
    Every check is made each time, also where the cache saves parsing.
    """
    sources = parse_sources(folders, cache)
    problems = {*sources.problems, *check_shared_files(sources), *_codes(sources, place), *check_placeholders(folders)}
    for checked in [each for each in sources.courses if course in ("", each.slug)]:
        problems.update(_course(checked))
        problems.update(check_modules(checked, sources))
        problems.update(check_bank(checked, sources))
        problems.update(check_translations(checked, sources))
        problems.update(check_recordings(checked))
    return sources, sorted(problems)


def _codes(sources: ParsedSources, place: str) -> Iterator[Problem]:
    if not sources.courses:
        # An empty folder is more often a wrong path than a wish to retire everything.
        yield error("modules", 1, _("there is no course in %(folder)s", folder=place))
    codes: dict[str, str] = {}
    for course in sources.courses:
        if course.manifest and course.manifest.code in codes:
            code = course.manifest.code
            message = _("the code %(code)s is already that of %(course)s", code=code, course=codes[code])
            yield error(course.course_path, course.yaml.line("code"), message)
        elif course.manifest:
            codes[course.manifest.code] = course.slug


def _course(course: ParsedCourse) -> Iterator[Problem]:
    if not _SLUG.fullmatch(course.slug) or len(course.slug) > 60:
        yield error(course.path, 1, _("a course's folder has a name of lower-case letters, digits and hyphens"))
    if course.slug in RESERVED:
        yield error(course.path, 1, _("a course cannot be named “%(slug)s”: the address is in use", slug=course.slug))
    manifest, path = course.manifest, course.course_path
    if manifest is None:
        if not course.yaml.lines:
            yield error(path, 1, _("this file is missing or cannot be read"))
        return
    lists = {
        "objectives": [objective.id for objective in manifest.objectives],
        "languages": list(manifest.languages),
        "considerations": [str(number) for number in manifest.considerations],
        "changes": [str(change.edition) for change in manifest.changes],
    }
    for name, items in lists.items():
        for position, item in repeated(items):
            message = _("“%(item)s” appears twice in %(list)s", item=item, list=name)
            yield error(path, course.yaml.line(name, position), message)
    yield from _changes(course, manifest)
    if not all(module.front for module in course.modules):
        return
    used = {objective for module in course.modules if module.front for objective in module.front.objectives}
    for position, objective in enumerate(manifest.objectives):
        if objective.id not in used:
            message = _("no module serves the objective “%(objective)s”", objective=objective.id)
            yield warning(path, course.yaml.line("objectives", position), message)


def _changes(course: ParsedCourse, manifest: CourseFile) -> Iterator[Problem]:
    slugs = {module.slug for module in course.modules}
    for position, change in enumerate(manifest.changes):
        line = course.yaml.line("changes", position)
        if change.edition > manifest.edition:
            message = _("this course has no edition %(number)s yet", number=change.edition)
            yield error(course.course_path, line, message)
        for slug in change.modules:
            if slug not in slugs:
                yield error(course.course_path, line, _("this course has no module “%(module)s”", module=slug))
