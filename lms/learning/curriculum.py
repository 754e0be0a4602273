"""The curriculum map: the courses for each consideration and each sector, their sources and their review."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.catalogue.api import (
    ConsiderationRow,
    PublishedCourse,
    PublishedModule,
    SectorRow,
    considerations,
    list_courses,
    list_sectors,
)


@dataclass(frozen=True, slots=True)
class ServingCourse:
    """A course that covers a consideration: these ``modules`` of it, or where empty all of it."""

    course: PublishedCourse
    modules: tuple[PublishedModule, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsiderationMap:
    """A consideration with the courses that cover it."""

    row: ConsiderationRow
    courses: tuple[ServingCourse, ...]


@dataclass(frozen=True, slots=True)
class SectorMap:
    """A sector with its briefs, each as course and module."""

    row: SectorRow
    briefs: tuple[tuple[PublishedCourse, PublishedModule], ...]


@dataclass(slots=True)
class CitedSource:
    """A source with the codes of the courses that cite it."""

    title: str
    publisher: str
    year: int | None
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CurriculumMap:
    """Everything the page of the curriculum map shows."""

    courses: tuple[PublishedCourse, ...]
    considerations: tuple[ConsiderationMap, ...]
    sectors: tuple[SectorMap, ...]
    sources: tuple[CitedSource, ...]


def load_curriculum_map(language: str) -> CurriculumMap:
    """Returns the map of what is published now; the courses come from the cache."""
    courses = list_courses(language)
    return CurriculumMap(
        courses,
        tuple(ConsiderationMap(row, courses_for_consideration(courses, row.number)) for row in considerations()),
        tuple(SectorMap(row, briefs(courses, row.slug)) for row in list_sectors() if row.core),
        merged_sources(courses),
    )


def courses_for_consideration(courses: Sequence[PublishedCourse], number: int) -> tuple[ServingCourse, ...]:
    """Returns the courses that cover a consideration; a module that names none covers its course's first."""
    found = []
    for course in courses:
        own = tuple(course.meta.get("considerations", ()))
        modules = tuple(module for module in course.modules if number in (module.considerations or own[:1]))
        if modules:
            found.append(ServingCourse(course, () if len(modules) == len(course.modules) else modules))
    return tuple(found)


def briefs(courses: Sequence[PublishedCourse], sector: str) -> tuple[tuple[PublishedCourse, PublishedModule], ...]:
    """Returns the modules written for one sector alone."""
    return tuple((course, module) for course in courses for module in course.modules if module.sector == sector)


def merged_sources(courses: Sequence[PublishedCourse]) -> tuple[CitedSource, ...]:
    """Returns the sources of all courses by title, each once."""
    found: dict[tuple[Any, ...], CitedSource] = {}
    for course in courses:
        for source in course.meta.get("sources", ()):
            values = (source["title"], source.get("publisher") or "", source.get("year"))
            known = found.setdefault(values, CitedSource(*values))
            if course.code not in known.codes:
                known.codes.append(course.code)
    return tuple(sorted(found.values(), key=lambda source: (source.title.lower(), source.year or 0)))
