"""The curriculum as a map: what serves each consideration and each sector, from which sources, reviewed by whom."""

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
class Served:
    """A course that serves something; without ``modules``, all of it does."""

    course: PublishedCourse
    modules: tuple[PublishedModule, ...] = ()


@dataclass(frozen=True, slots=True)
class Consideration:
    """A consideration with what serves it."""

    row: ConsiderationRow
    served: tuple[Served, ...]


@dataclass(frozen=True, slots=True)
class SectorMap:
    """A sector with its briefs, each as course and module."""

    row: SectorRow
    briefs: tuple[tuple[PublishedCourse, PublishedModule], ...]


@dataclass(slots=True)
class Source:
    """A source with the codes of the courses that name it."""

    title: str
    publisher: str
    year: int | None
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Curriculum:
    """Everything the map shows."""

    courses: tuple[PublishedCourse, ...]
    considerations: tuple[Consideration, ...]
    sectors: tuple[SectorMap, ...]
    sources: tuple[Source, ...]


def curriculum(language: str) -> Curriculum:
    """Puts the map together from what is published now; courses are kept by the process, so it asks little."""
    courses = list_courses(language)
    return Curriculum(
        courses,
        tuple(Consideration(row, served(courses, row.number)) for row in considerations()),
        tuple(SectorMap(row, briefs(courses, row.slug)) for row in list_sectors() if row.core),
        merged_sources(courses),
    )


def served(courses: Sequence[PublishedCourse], number: int) -> tuple[Served, ...]:
    """Lists the courses and modules that serve a consideration; a module without its own serves its course's first."""
    found = []
    for course in courses:
        own = tuple(course.meta.get("considerations", ()))
        modules = tuple(module for module in course.modules if number in (module.considerations or own[:1]))
        if modules:
            found.append(Served(course, () if len(modules) == len(course.modules) else modules))
    return tuple(found)


def briefs(
    courses: Sequence[PublishedCourse], sector: str
) -> tuple[tuple[PublishedCourse, PublishedModule], ...]:
    """Lists the modules written for a sector alone."""
    return tuple(
        (course, module) for course in courses for module in course.modules if module.sector == sector
    )


def merged_sources(courses: Sequence[PublishedCourse]) -> tuple[Source, ...]:
    """Lists the sources of all courses by title, each once."""
    found: dict[tuple[Any, ...], Source] = {}
    for course in courses:
        for source in course.meta.get("sources", ()):
            values = (source["title"], source.get("publisher") or "", source.get("year"))
            known = found.setdefault(values, Source(*values))
            if course.code not in known.codes:
                known.codes.append(course.code)
    return tuple(sorted(found.values(), key=lambda source: (source.title.lower(), source.year or 0)))
