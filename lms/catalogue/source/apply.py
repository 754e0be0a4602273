"""Applies a plan: one transaction of the caller, who holds the lock, one Publication row, the files byte for byte."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from sqlalchemy import Executable, select

from lms.catalogue.file_contents import changed_paths, store_contents
from lms.catalogue.hooks import corrected_questions
from lms.catalogue.models import (
    Course,
    CourseRevision,
    CourseRevisionModule,
    CourseRevisionPicture,
    CourseRevisionQuestion,
    Edition,
    Module,
    ModuleRevision,
    PictureFile,
    Publication,
    PublishedFile,
    Question,
    QuestionRevision,
    SharedContent,
)
from lms.catalogue.source.parsing.parsed import json_digest
from lms.catalogue.source.parsing.pictures import Picture
from lms.catalogue.source.parsing.recordings import Recording
from lms.catalogue.source.plan import PublicationPlan, PublishedCourseState, PublishedState, make_plan
from lms.catalogue.source.schemas.banks import marking_key
from lms.catalogue.source.target_state import TargetCourse, TargetPart, TargetState
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.people.models import Sector

SECTOR_COLUMNS = ("slug", "position", "names", "short", "icon", "hue", "priority_action", "core")
RULES = ("per_sector", "pass_mark", "draw", "tries", "pause")

_MODULES = (
    select(Course.id.label("course_id"), Module.slug, ModuleRevision.language, ModuleRevision.digest)
    .join(CourseRevisionModule, CourseRevisionModule.course_revision_id == Course.current_revision_id)
    .join(ModuleRevision, ModuleRevision.id == CourseRevisionModule.module_revision_id)
    .join(Module, Module.id == ModuleRevision.module_id)
)
_QUESTIONS = (
    select(Course.id.label("course_id"), Question.slug, QuestionRevision.language, QuestionRevision.digest)
    .join(CourseRevisionQuestion, CourseRevisionQuestion.course_revision_id == Course.current_revision_id)
    .join(QuestionRevision, QuestionRevision.id == CourseRevisionQuestion.question_revision_id)
    .join(Question, Question.id == QuestionRevision.question_id)
)
_FILES = select(Course.id.label("course_id"), CourseRevisionPicture.name, CourseRevisionPicture.digest).join(
    CourseRevisionPicture, CourseRevisionPicture.course_revision_id == Course.current_revision_id
)
_IS_RECORDING = CourseRevisionPicture.name.endswith(".opus")


def apply(
    target: TargetState, files: Mapping[str, bytes], actor: Actor, *, origin: str = "files", reason: str = ""
) -> tuple[PublicationPlan, Publication | None]:
    """Plans and writes; returns the plan and its Publication row.

    ``files`` are the bytes of every file by its path. The row is None where there was nothing to do, not even a
    comment in a file that changed, or something was refused. The caller commits.
    """
    plan = make_plan(target, read_published_state(target))
    changed = changed_paths(files)
    if plan.refusals or (plan.is_empty and not changed):
        return plan, None
    publication = records.add(actor, Publication(counts=plan.counts, origin=origin, reason=reason))
    store_contents(files[path] for path, digest in changed.items() if digest)
    session.add_all(
        PublishedFile(publication_id=publication.id, path=path, digest=digest) for path, digest in changed.items()
    )
    for sector in plan.sectors:
        session.merge(Sector(**sector))
    session.flush()
    session.add_all(
        SharedContent(publication_id=publication.id, recorded_at=clock.now(), **asdict(content))
        for content in plan.shared
    )
    for course in plan.courses:
        _write_course(course, publication)
    for row in session.scalars(select(Course).where(Course.slug.in_(plan.retired))):
        row.retired_at = clock.now()
    session.flush()
    return plan, publication


def read_published_state(target: TargetState) -> PublishedState:
    """Reads everything that is published now, in a fixed number of queries.

    Marking keys are read of the courses that change: in those that stay as they are no key can have changed.
    """
    rows = session.execute(
        select(Course, CourseRevision.digest, Edition)
        .join(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .join(Edition, Edition.id == CourseRevision.edition_id)
    ).all()
    slug_and_language = attrgetter("slug", "language")
    parts = {
        "module": _digests(_MODULES, slug_and_language),
        "question": _digests(_QUESTIONS, slug_and_language),
        # By the name in the course's folder.
        "picture": _digests(_FILES.where(~_IS_RECORDING), lambda row: f"img/{row.name}"),
        "recording": _digests(_FILES.where(_IS_RECORDING), lambda row: f"audio/{row.name}"),
    }
    unchanged = {(course.slug, course.digest) for course in target.courses}
    changing = [row.Edition.id for row in rows if (row.Course.slug, row.digest) not in unchanged]
    keys = _marking_keys(changing)
    corrected = {edition_id: _corrected_keys(edition_id) for edition_id in changing}
    courses = {
        row.Course.slug: PublishedCourseState(
            digest=row.digest,
            retired=row.Course.retired_at is not None,
            edition=row.Edition.number,
            rules={name: getattr(row.Edition, name) for name in RULES},
            modules=tuple(row.Edition.modules),
            keys=keys.get(row.Edition.id, {}),
            corrected=corrected.get(row.Edition.id, {}),
            digests={kind: digests.get(row.Course.id, {}) for kind, digests in parts.items()},
        )
        for row in rows
    }
    sectors = session.scalars(select(Sector).order_by(Sector.position))
    sector_rows = tuple({name: getattr(sector, name) for name in SECTOR_COLUMNS} for sector in sectors)
    # The latest of each name counts.
    shared = session.execute(select(SharedContent.name, SharedContent.digest).order_by(SharedContent.id))
    return PublishedState(courses, sector_rows, {row.name: row.digest for row in shared})


def _digests(query: Executable, key: Callable[[Any], Any]) -> dict[int, dict[Any, str]]:
    """Returns by course the digests of its published parts of one kind, by the key of each row."""
    found: dict[int, dict[Any, str]] = {}
    for row in session.execute(query):
        found.setdefault(row.course_id, {})[key(row)] = row.digest
    return found


def _marking_keys(edition_ids: list[int]) -> dict[int, dict[str, str]]:
    """Returns by edition the digest of each question's marking key in its latest revision."""
    # Each once, in however many revisions of the course it is.
    used = (
        select(CourseRevision.edition_id, CourseRevisionQuestion.question_revision_id)
        .join(CourseRevisionQuestion, CourseRevisionQuestion.course_revision_id == CourseRevision.id)
        .where(CourseRevision.edition_id.in_(edition_ids))
        .distinct()
        .subquery()
    )
    revision = QuestionRevision
    rows = session.execute(
        select(used.c.edition_id, Question.slug, revision.kind, revision.red_line, revision.body)
        .join(revision, revision.id == used.c.question_revision_id)
        .join(Question, Question.id == revision.question_id)
        .order_by(revision.id)
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        key = marking_key(row.kind, row.red_line, row.body)
        found.setdefault(row.edition_id, {})[row.slug] = json_digest(key)
    return found


def _corrected_keys(edition_id: int) -> dict[str, frozenset[str] | None]:
    """Returns by question the digests of the keys that it was corrected to; None where any key may follow."""
    found: dict[str, frozenset[str] | None] = {}
    for source in corrected_questions:
        for slug, versions in source(edition_id).items():
            keys = [
                None if each.body is None else json_digest(marking_key(each.kind, each.red_line, dict(each.body)))
                for each in versions
            ]
            found[slug] = None if None in keys else frozenset(filter(None, keys))
    return found


def _write_course(target: TargetCourse, publication: Publication) -> None:
    """Writes what is new of a course and moves its pointer; existing revisions are used again."""
    course = session.scalar(select(Course).where(Course.slug == target.slug))
    if course is None:
        course = Course(slug=target.slug, recorded_at=clock.now())
        session.add(course)
        session.flush()
    edition = session.scalar(select(Edition).where(Edition.course_id == course.id, Edition.number == target.edition))
    if edition is None:
        edition = Edition(
            course_id=course.id,
            number=target.edition,
            modules=target.module_slugs,
            keys_digest=json_digest(target.keys),
            recorded_at=clock.now(),
            **target.rules,
        )
        session.add(edition)
        session.flush()
    revision = session.scalar(
        select(CourseRevision).where(CourseRevision.course_id == course.id, CourseRevision.digest == target.digest)
    )
    if revision is None:
        revision = _write_revision(target, course, edition.id, publication)
    course.current_revision_id = revision.id
    course.retired_at = None


def _write_revision(target: TargetCourse, course: Course, edition_id: int, publication: Publication) -> CourseRevision:
    revision = CourseRevision(
        course_id=course.id,
        edition_id=edition_id,
        publication_id=publication.id,
        digest=target.digest,
        recorded_at=clock.now(),
        **target.words,
    )
    session.add(revision)
    session.flush()
    modules = _write_parts(target.modules, Module, ModuleRevision, "module_id", course)
    questions = _write_parts(target.questions, Question, QuestionRevision, "question_id", course)
    session.add_all(
        CourseRevisionModule(course_revision_id=revision.id, module_revision_id=modules[part], position=position)
        for part, position in _positions(target.modules)
    )
    session.add_all(
        CourseRevisionQuestion(course_revision_id=revision.id, question_revision_id=questions[part], position=position)
        for part, position in _positions(target.questions)
    )
    files: dict[str, Picture | Recording] = {**target.pictures, **target.recordings}
    new = {file.sha256: file for file in files.values()}
    for digest in session.scalars(select(PictureFile.digest).where(PictureFile.digest.in_(new))).all():
        del new[digest]
    session.add_all(
        PictureFile(digest=digest, media_type=it.media_type, data=it.data, recorded_at=clock.now())
        for digest, it in new.items()
    )
    session.flush()
    session.add_all(
        CourseRevisionPicture(course_revision_id=revision.id, name=name.rpartition("/")[2], digest=file.sha256)
        for name, file in files.items()
    )
    return revision


def _positions(parts: Sequence[TargetPart]) -> list[tuple[TargetPart, int]]:
    """Returns each part with its position from 1: an original and its translations have the same."""
    places = {slug: number for number, slug in enumerate(dict.fromkeys(part.slug for part in parts), start=1)}
    return [(part, places[part.slug]) for part in parts]


def _write_parts(
    parts: tuple[TargetPart, ...], table: Any, revisions: Any, foreign_key: str, course: Course
) -> dict[TargetPart, int]:
    """Returns the revision id of each module or question of a course, writing the revisions that are new.

    ``table`` is Module or Question, ``revisions`` its revisions, ``foreign_key`` their column that names it.
    """
    known = {row.slug: row for row in session.scalars(select(table).where(table.course_id == course.id))}
    for slug in dict.fromkeys(part.slug for part in parts):
        if slug not in known:
            known[slug] = table(course_id=course.id, slug=slug, recorded_at=clock.now())
            session.add(known[slug])
    session.flush()
    ids = {slug: row.id for slug, row in known.items()}
    column = getattr(revisions, foreign_key)
    existing = {
        (row.owner_id, row.language, row.digest): row.id
        for row in session.execute(
            select(revisions.id, column.label("owner_id"), revisions.language, revisions.digest).where(
                column.in_(ids.values())
            )
        )
    }
    new = {}
    for part in parts:
        if (ids[part.slug], part.language, part.digest) not in existing:
            new[part] = revisions(
                **{foreign_key: ids[part.slug]},
                language=part.language,
                digest=part.digest,
                recorded_at=clock.now(),
                **part.values(),
            )
    session.add_all(new.values())
    session.flush()
    return {
        part: new[part].id if part in new else existing[(ids[part.slug], part.language, part.digest)] for part in parts
    }
