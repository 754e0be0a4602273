"""Every SELECT of the catalogue.

Revisions never change, so what was read of them is kept in the process as plain values: a module page asks
the database only which revision is shown now.
"""

from typing import Any

from sqlalchemy import bindparam, func, select
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
from lms.catalogue.published import (
    BankQuestion,
    CoursePointer,
    ListedCourse,
    PublishedCourse,
    PublishedModule,
    SectorRow,
)
from lms.kernel.db import session
from lms.kernel.kept import keep
from lms.people.models import Sector

_course = Course.__table__.c
# Asked on every page of a course, so written once, and for rows alone.
COURSE = select(_course.id, _course.slug, _course.current_revision_id, _course.retired_at).where(
    _course.slug == bindparam("slug")
)


def find_course(slug: str) -> CoursePointer | None:
    """Finds a course by its slug, retired ones too, with the revision that is shown now."""
    row = session.execute(COURSE, {"slug": slug}).one_or_none()
    if row is None or row.current_revision_id is None:
        return None
    return CoursePointer(row.id, row.slug, row.current_revision_id, row.retired_at)


def find_course_by_id(course_id: int) -> CoursePointer | None:
    """Finds a course by its number."""
    slug = session.scalar(select(Course.slug).where(Course.id == course_id))
    return find_course(slug) if slug else None


def list_courses(language: str = "en") -> tuple[ListedCourse, ...]:
    """Lists the published courses as their files order them, then by consideration and title; none that is retired."""
    rows = session.execute(
        select(Course.id, Course.current_revision_id).where(
            Course.retired_at.is_(None), Course.current_revision_id.is_not(None)
        )
    ).all()
    found = [load_course_revision(row.current_revision_id, language) for row in rows]
    listed = [_listed(course) for course in found if course]
    return tuple(sorted(listed, key=_place))


def _place(course: ListedCourse) -> tuple[bool, int, tuple[int, ...], str]:
    return course.order is None, course.order or 0, course.considerations or (99,), course.title


def _listed(course: PublishedCourse) -> ListedCourse:
    return ListedCourse(
        course_id=course.course_id,
        revision_id=course.revision_id,
        slug=course.slug,
        title=course.title,
        summary=course.summary,
        code=course.code,
        per_sector=course.per_sector,
        modules=len(course.modules),
        minutes=course.minutes,
        considerations=tuple(course.meta.get("considerations", ())),
        order=course.meta.get("order"),
    )


def published_course(slug: str, language: str = "en") -> PublishedCourse | None:
    """Returns a course as it is published now, in one query once it is kept; nothing for retired ones."""
    pointer = find_course(slug)
    if pointer is None or pointer.retired_at is not None:
        return None
    return load_course_revision(pointer.revision_id, language)


def load_course_revision(revision_id: int, language: str = "en") -> PublishedCourse | None:
    """Returns a course revision, each module in the language where it is there, else in the original's."""
    return keep(("course", revision_id, language), lambda: _load_course_revision(revision_id, language))


def _load_course_revision(revision_id: int, language: str) -> PublishedCourse | None:
    row = session.execute(
        select(CourseRevision, Edition, Course.slug)
        .join(Edition, Edition.id == CourseRevision.edition_id)
        .join(Course, Course.id == CourseRevision.course_id)
        .where(CourseRevision.id == revision_id)
    ).one_or_none()
    if row is None:
        return None
    revision, edition, slug = row
    return PublishedCourse(
        course_id=revision.course_id,
        slug=slug,
        revision_id=revision.id,
        edition_id=edition.id,
        edition=edition.number,
        per_sector=edition.per_sector,
        pass_mark=edition.pass_mark,
        draw=edition.draw,
        tries=edition.tries,
        pause=edition.pause,
        title=revision.title,
        summary=revision.summary,
        code=revision.code,
        validity=revision.validity,
        renewal=revision.renewal,
        certificate=revision.certificate,
        meta=revision.meta,
        modules=_load_modules(revision_id, language, _original(revision.meta)),
        published_at=revision.recorded_at,
    )


def _original(meta: dict[str, Any]) -> str:
    """Returns the language a course was written in."""
    return str((meta.get("languages") or ["en"])[0])


def _load_modules(revision_id: int, language: str, original: str) -> tuple[PublishedModule, ...]:
    rows = session.execute(
        select(
            Module.id.label("module_id"),
            ModuleRevision.id.label("module_revision_id"),
            Module.slug,
            ModuleRevision.language,
            ModuleRevision.title,
            ModuleRevision.minutes,
            ModuleRevision.words,
            ModuleRevision.summary,
            ModuleRevision.objectives,
            ModuleRevision.sector,
            CourseRevisionModule.position,
            ModuleRevision.sections,
            ModuleRevision.considerations,
        )
        .join(ModuleRevision, ModuleRevision.id == CourseRevisionModule.module_revision_id)
        .join(Module, Module.id == ModuleRevision.module_id)
        .where(
            CourseRevisionModule.course_revision_id == revision_id,
            ModuleRevision.language.in_({language, original}),
        )
        .order_by(CourseRevisionModule.position)
    ).all()
    found: dict[str, PublishedModule] = {}
    for row in rows:
        if row.slug not in found or row.language == language:
            lists = {name: tuple(getattr(row, name)) for name in ("objectives", "sections", "considerations")}
            values = row._asdict() | lists
            found[row.slug] = PublishedModule(**values)
    return tuple(found.values())


def module_segments(module_revision_id: int) -> list[dict[str, Any]]:
    """Returns the segments of a module revision, to be read and not changed; empty where there is none."""
    found = keep(
        ("segments", module_revision_id),
        lambda: session.scalar(
            select(ModuleRevision.segments).where(ModuleRevision.id == module_revision_id)
        ),
    )
    return found or []


def module_source(module_revision_id: int) -> str | None:
    """Returns the file of a module revision, byte for byte, as text."""
    return session.scalar(select(ModuleRevision.source).where(ModuleRevision.id == module_revision_id))


def bank(course_revision_id: int, language: str = "en") -> tuple[BankQuestion, ...]:
    """Returns a course revision's bank in its order, each question in the language where it is there."""
    found = keep(("bank", course_revision_id, language), lambda: _load_bank(course_revision_id, language))
    return found or ()


def _load_bank(course_revision_id: int, language: str) -> tuple[BankQuestion, ...]:
    rows = session.execute(
        select(Question.slug, CourseRevision.meta, QuestionRevision)
        .join(CourseRevisionQuestion, CourseRevisionQuestion.question_revision_id == QuestionRevision.id)
        .join(CourseRevision, CourseRevision.id == CourseRevisionQuestion.course_revision_id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(CourseRevision.id == course_revision_id)
        .order_by(CourseRevisionQuestion.position)
    ).all()
    found: dict[str, BankQuestion] = {}
    for slug, meta, revision in rows:
        if revision.language == language or (revision.language == _original(meta) and slug not in found):
            found[slug] = _bank_question(slug, revision)
    return tuple(found.values())


def _bank_question(slug: str, revision: QuestionRevision) -> BankQuestion:
    return BankQuestion(
        question_id=revision.question_id,
        question_revision_id=revision.id,
        slug=slug,
        language=revision.language,
        kind=revision.kind,
        objective=revision.objective,
        red_line=revision.red_line,
        sectors=tuple(revision.sectors),
        body=revision.body,
    )


def load_questions(question_revision_ids: tuple[int, ...]) -> dict[int, BankQuestion]:
    """Returns question revisions by their numbers, whatever bank they stand in now: for frozen draws."""
    found = keep(("questions", question_revision_ids), lambda: _load_questions(question_revision_ids))
    return found or {}


def _load_questions(question_revision_ids: tuple[int, ...]) -> dict[int, BankQuestion]:
    rows = session.execute(
        select(Question.slug, QuestionRevision)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(QuestionRevision.id.in_(question_revision_ids))
    )
    return {revision.id: _bank_question(slug, revision) for slug, revision in rows}


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


def list_sectors() -> tuple[SectorRow, ...]:
    """Lists the sectors in their order."""
    rows = session.scalars(select(Sector).order_by(Sector.position))
    return tuple(
        SectorRow(
            slug=row.slug,
            position=row.position,
            names=row.names,
            short=row.short,
            icon=row.icon,
            hue=row.hue,
            priority_action=row.priority_action,
            core=row.core,
        )
        for row in rows
    )


def last_publication_id() -> int | None:
    """Returns the number of the last publication, None before the first."""
    return session.scalar(select(func.max(Publication.id)))
