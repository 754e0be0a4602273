"""What queries of the catalogue return: plain values that never change and know no database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CoursePointer:
    """A course and what is shown of it now."""

    course_id: int
    slug: str
    revision_id: int
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishedModule:
    """A module as one course revision shows it in one language; ``sections`` are {id, title}."""

    module_id: int
    module_revision_id: int
    slug: str
    language: str
    title: str
    minutes: int
    words: int
    summary: str
    objectives: tuple[str, ...]
    sector: str | None
    position: int
    sections: tuple[dict[str, str], ...]
    # Which of the nine considerations it names; empty for the first of its course.
    considerations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    """A course revision: immutable. ``meta`` holds considerations, objectives, sources, review, content note.

    ``pause``, ``validity`` and ``renewal`` are ISO 8601 durations, ``pass_mark`` is a percentage.
    """

    course_id: int
    slug: str
    revision_id: int
    edition_id: int
    edition: int
    per_sector: bool
    pass_mark: int
    draw: int
    tries: int
    pause: str
    title: str
    summary: str
    code: str
    validity: str
    renewal: str
    certificate: str
    meta: dict[str, Any]
    modules: tuple[PublishedModule, ...]
    # When this revision was published.
    published_at: datetime | None = None

    @property
    def minutes(self) -> int:
        """Returns how long all modules take."""
        return sum(module.minutes for module in self.modules)

    def module(self, slug: str) -> PublishedModule | None:
        """Returns a module by its slug."""
        return next((module for module in self.modules if module.slug == slug), None)

    def modules_for(self, sector: str | None) -> tuple[PublishedModule, ...]:
        """Returns the modules that a learner of a sector takes: all of them unless it is per sector."""
        if not self.per_sector:
            return self.modules
        return tuple(module for module in self.modules if module.sector == sector)


@dataclass(frozen=True, slots=True)
class ListedCourse:
    """A course in a list."""

    course_id: int
    revision_id: int
    slug: str
    title: str
    summary: str
    code: str
    per_sector: bool
    modules: int
    minutes: int
    considerations: tuple[int, ...]
    # Its place in lists, where its file gives one.
    order: int | None = None


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question of a course revision in one language.

    ``body`` is as in the file: ``stem``, then by kind ``options`` [{id, text, correct, feedback}],
    ``statements`` [{id, text, true: bool, feedback}], ``pairs`` [{id, left, right, feedback}] or
    ``nodes``; ``source`` and ``refresh`` where given.
    """

    question_id: int
    question_revision_id: int
    slug: str
    language: str
    kind: str
    objective: str
    red_line: bool
    sectors: tuple[str, ...]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary: words and meanings by language; ``certainty`` is V, G or C by language."""

    slug: str
    term: dict[str, str]
    definition: dict[str, str]
    certainty: dict[str, str]
    source: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ConsiderationRow:
    """One of the nine considerations, in our words by language."""

    number: int
    title: dict[str, str]
    text: dict[str, str]


@dataclass(frozen=True, slots=True)
class PublishedPicture:
    """A picture's bytes and type; ``digest`` is the SHA-256 of the bytes."""

    digest: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SectorRow:
    """A sector in its order."""

    slug: str
    position: int
    names: dict[str, str]
    short: dict[str, str]
    icon: str
    hue: dict[str, str]
    priority_action: dict[str, str]
    core: bool

    def name(self, language: str = "en") -> str:
        """Returns the full name in a language, in English where there is none."""
        return self.names.get(language) or self.names["en"]

    def short_name(self, language: str = "en") -> str:
        """Returns the short name in a language, in English where there is none."""
        return self.short.get(language) or self.short["en"]
