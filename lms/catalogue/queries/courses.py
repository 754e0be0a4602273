"""Courses, modules and question banks as they are published, as plain values that know no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from lms.catalogue.models import (
    Course,
    CourseRevision,
    CourseRevisionModule,
    CourseRevisionQuestion,
    Edition,
    Module,
    ModuleRevision,
    Publication,
    Question,
    QuestionRevision,
)
from lms.kernel.caching import cached
from lms.kernel.db import read_rows, session
from lms.kernel.transaction_memo import load_once

# Every page about courses runs it, so it is built once.
_LAST_PUBLICATION = select(func.max(Publication.id))

_REVISION_COLUMNS = ("course_id", "title", "summary", "code", "validity", "renewal", "certificate", "meta")
_EDITION_COLUMNS = ("per_sector", "pass_mark", "draw", "tries", "pause")
_MODULE_COLUMNS = ("language", "title", "minutes", "sector", "sections", "considerations")
_QUESTION_COLUMNS = ("question_id", "language", "kind", "objective", "red_line", "sectors", "body")


@dataclass(frozen=True, slots=True)
class PublishedModule:
    """A module as one course revision shows it in one language; ``sections`` are {id, title}."""

    module_id: int
    module_revision_id: int
    slug: str
    language: str
    title: str
    minutes: int
    sector: str | None
    sections: tuple[dict[str, str], ...]
    # Which of the nine considerations it names; empty for the first of its course.
    considerations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    """A course revision: immutable. ``meta`` has considerations, objectives, sources, review, content note, order.

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
        """Returns how long all modules take, in minutes."""
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


def list_courses(language: str = "en") -> tuple[PublishedCourse, ...]:
    """Lists the published courses in the order of their files, then by consideration and title; none retired."""
    return cached(
        ("courses", last_publication_id(), language), lambda: _in_order(_published_revisions().values(), language)
    )


def _published_revisions() -> dict[str, int]:
    """Returns the ids of the revisions published now by the slugs of their courses; none retired."""

    def load() -> dict[str, int]:
        offered = Course.retired_at.is_(None), Course.current_revision_id.is_not(None)
        return dict(read_rows(select(Course.slug, Course.current_revision_id).where(*offered)).all())

    return cached(("published revisions", last_publication_id()), load)


def _in_order(revision_ids: Iterable[int], language: str) -> tuple[PublishedCourse, ...]:
    found = [load_course_revision(revision_id, language) for revision_id in revision_ids]

    def place(course: PublishedCourse) -> tuple[int, list[int], str]:
        return course.meta.get("order") or 1000, course.meta.get("considerations") or [99], course.title

    return tuple(sorted(found, key=place))


def published_course(slug: str, language: str = "en") -> PublishedCourse | None:
    """Returns a course as it is published now, in one query once it is cached; None for retired ones."""
    revision_id = _published_revisions().get(slug)
    return None if revision_id is None else load_course_revision(revision_id, language)


def course_by_id(course_id: int) -> PublishedCourse | None:
    """Returns the current revision of a course by its id, of retired ones too."""
    revision_id = session.scalar(select(Course.current_revision_id).where(Course.id == course_id))
    return load_course_revision(revision_id) if revision_id else None


def load_course_revision(revision_id: int, language: str = "en") -> PublishedCourse:
    """Returns a course revision, each module in the language where it is translated; none is ever deleted."""
    return cached(("course", revision_id, language), lambda: _load_course_revision(revision_id, language))


def _load_course_revision(revision_id: int, language: str) -> PublishedCourse:
    row = session.execute(
        select(
            Course.slug,
            CourseRevision.id.label("revision_id"),
            CourseRevision.recorded_at.label("published_at"),
            Edition.id.label("edition_id"),
            Edition.number.label("edition"),
            *(getattr(CourseRevision, name) for name in _REVISION_COLUMNS),
            *(getattr(Edition, name) for name in _EDITION_COLUMNS),
        )
        .select_from(CourseRevision)
        .join(Edition, Edition.id == CourseRevision.edition_id)
        .join(Course, Course.id == CourseRevision.course_id)
        .where(CourseRevision.id == revision_id)
    ).one()
    return PublishedCourse(**row._mapping, modules=_load_modules(revision_id, language, original_language(row.meta)))


def original_language(meta: dict[str, Any]) -> str:
    """Returns the language a course was written in."""
    return str((meta.get("languages") or ["en"])[0])


def _load_modules(revision_id: int, language: str, original: str) -> tuple[PublishedModule, ...]:
    rows = session.execute(
        select(
            Module.id.label("module_id"),
            ModuleRevision.id.label("module_revision_id"),
            Module.slug,
            *(getattr(ModuleRevision, name) for name in _MODULE_COLUMNS),
        )
        .select_from(CourseRevisionModule)
        .join(ModuleRevision, ModuleRevision.id == CourseRevisionModule.module_revision_id)
        .join(Module, Module.id == ModuleRevision.module_id)
        .where(
            CourseRevisionModule.course_revision_id == revision_id, ModuleRevision.language.in_({language, original})
        )
        .order_by(CourseRevisionModule.position)
    ).all()
    return tuple(
        PublishedModule(**values | {name: tuple(values[name]) for name in ("sections", "considerations")})
        for values in _in_language(rows, language)
    )


def _in_language(rows: Iterable[Any], language: str) -> list[dict[str, Any]]:
    """Returns the values of each slug in its order: in a language where it is translated, else in the original's."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.slug not in found or row.language == language:
            found[row.slug] = row._asdict()
    return list(found.values())


def module_segments(module_revision_id: int) -> list[dict[str, Any]]:
    """Returns the segments of a module revision, cached: do not change them; empty where there is none."""
    found = cached(
        ("segments", module_revision_id),
        lambda: session.scalar(select(ModuleRevision.segments).where(ModuleRevision.id == module_revision_id)),
    )
    return found or []


def bank(course_revision_id: int, language: str = "en") -> tuple[BankQuestion, ...]:
    """Returns a course revision's bank in its order, each question in the language where it is translated."""
    return cached(("bank", course_revision_id, language), lambda: _load_bank(course_revision_id, language))


def _load_bank(course_revision_id: int, language: str) -> tuple[BankQuestion, ...]:
    original = original_language(load_course_revision(course_revision_id, language).meta)
    rows = session.execute(
        select(
            QuestionRevision.id.label("question_revision_id"),
            Question.slug,
            *(getattr(QuestionRevision, name) for name in _QUESTION_COLUMNS),
        )
        .join(CourseRevisionQuestion, CourseRevisionQuestion.question_revision_id == QuestionRevision.id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(
            CourseRevisionQuestion.course_revision_id == course_revision_id,
            QuestionRevision.language.in_({language, original}),
        )
        .order_by(CourseRevisionQuestion.position)
    )
    return tuple(
        BankQuestion(**values | {"sectors": tuple(values["sectors"])}) for values in _in_language(rows, language)
    )


def with_course_title(statement: Select[*tuple[Any, ...]], course_id: Any) -> Select[*tuple[Any, ...]]:
    """Adds to rows the title under which a course is published now, else its slug, as `course`; None without one."""
    return (
        statement.add_columns(func.coalesce(CourseRevision.title, Course.slug).label("course"))
        .outerjoin(Course, Course.id == course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
    )


def latest_revision_of_edition(edition_id: int) -> int | None:
    """Returns the course revision that learners of an edition see: the current one, else its latest."""
    current = aliased(CourseRevision)
    return session.scalar(
        select(func.coalesce(func.max(current.id), func.max(CourseRevision.id)))
        .select_from(CourseRevision)
        .join(Course, Course.id == CourseRevision.course_id)
        .outerjoin(current, (current.id == Course.current_revision_id) & (current.edition_id == edition_id))
        .where(CourseRevision.edition_id == edition_id)
    )


def last_publication_id() -> int | None:
    """Returns the id of the last publication, None before the first; one query in a transaction.

    What is published, sectors included, changes only with a publication: what was read of it may be cached by this.
    """
    return load_once("last publication", (Publication,), lambda: read_rows(_LAST_PUBLICATION).scalar())
