"""The curriculum map: the courses for each consideration and each sector, and their sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.catalogue.api import PublishedCourse, PublishedModule


@dataclass(slots=True)
class CitedSource:
    """A source with the codes of the courses that cite it."""

    title: str
    publisher: str
    year: int | None
    codes: list[str] = field(default_factory=list)


def courses_for_consideration(
    courses: Sequence[PublishedCourse], number: int
) -> list[tuple[PublishedCourse, list[PublishedModule]]]:
    """Returns the courses that cover a consideration, each with the modules that do, or none where all of them do.

    A module that names no consideration covers its course's first.
    """
    found = []
    for course in courses:
        own = tuple(course.meta.get("considerations", ()))
        modules = [module for module in course.modules if number in (module.considerations or own[:1])]
        if modules:
            found.append((course, [] if len(modules) == len(course.modules) else modules))
    return found


def merged_sources(courses: Sequence[PublishedCourse]) -> list[CitedSource]:
    """Returns the sources of all courses by title, each once."""
    found: dict[tuple[Any, ...], CitedSource] = {}
    for course in courses:
        for source in course.meta.get("sources", ()):
            values = (source["title"], source.get("publisher") or "", source.get("year"))
            known = found.setdefault(values, CitedSource(*values))
            if course.code not in known.codes:
                known.codes.append(course.code)
    return sorted(found.values(), key=lambda source: (source.title.lower(), source.year or 0))
