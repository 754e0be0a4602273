"""Brings the database to what the files ask for: one transaction of the caller, one lock, one Publication."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, text

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
    Question,
    QuestionRevision,
    SharedContent,
)
from lms.catalogue.source.desired import (
    Desired,
    DesiredCourse,
    DesiredModule,
    DesiredPicture,
    DesiredQuestion,
    DesiredSheet,
)
from lms.catalogue.source.plan import Existing, Outcome, Plan, PublishedRules, PublishedState, make_plan
from lms.catalogue.source.questions import marking_key
from lms.catalogue.source.texts import digest_of
from lms.kernel import clock
from lms.kernel.db import session
from lms.people.models import Sector

LOCK = 0x45_53_43_41
"""The number of the advisory lock: two people who publish at once do it one after the other."""

SECTOR_COLUMNS = ("slug", "position", "names", "short", "icon", "hue", "priority_action", "core")


def synchronise(desired: Desired, actor_id: int | None) -> tuple[Plan, Publication | None]:
    """Plans and writes; returns the plan and its Publication row.

    There is none where nothing was to be done or something was refused. The caller commits.
    SQLite is locked by the caller's ``BEGIN IMMEDIATE``, PostgreSQL here.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    plan = make_plan(desired, read_existing())
    if plan.refusals or plan.is_empty:
        return plan, None
    publication = Publication(recorded_at=clock.now(), recorded_by=actor_id, counts=plan.counts)
    session.add(publication)
    for row in plan.sectors:
        session.merge(Sector(**row))
    session.flush()
    _write_sheets(plan.sheets, publication)
    for course in plan.courses:
        if course.outcome is Outcome.RETIRED:
            _retire(course.slug)
        elif course.outcome is not Outcome.UNCHANGED and course.desired:
            _write_course(course.desired, publication)
    session.flush()
    return plan, publication


def read_existing() -> Existing:
    """Reads what is published now, whole, in a fixed number of queries."""
    rows = session.execute(
        select(Course, CourseRevision.digest, Edition)
        .join(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .join(Edition, Edition.id == CourseRevision.edition_id)
    ).all()
    modules = _digests(Module, ModuleRevision, CourseRevisionModule)
    questions = _digests(Question, QuestionRevision, CourseRevisionQuestion)
    pictures = _pictures()
    keys = _keys([edition.id for _course, _digest, edition in rows])
    courses = {
        course.slug: PublishedState(
            slug=course.slug,
            digest=digest,
            retired=course.retired_at is not None,
            edition=_rules(edition, keys.get(edition.id, {})),
            modules=modules.get(course.id, {}),
            questions=questions.get(course.id, {}),
            pictures=pictures.get(course.id, {}),
        )
        for course, digest, edition in rows
    }
    sectors = session.scalars(select(Sector).order_by(Sector.position))
    rows_of_sectors = tuple({name: getattr(row, name) for name in SECTOR_COLUMNS} for row in sectors)
    # The latest of each name speaks.
    sheets = session.execute(select(SharedContent.name, SharedContent.digest).order_by(SharedContent.id))
    return Existing(courses, rows_of_sectors, {row.name: row.digest for row in sheets})


def _pictures() -> dict[int, dict[str, str]]:
    """Returns by course the digests of its published pictures, by name."""
    rows = session.execute(
        select(Course.id, CourseRevisionPicture.name, CourseRevisionPicture.digest).join(
            CourseRevisionPicture, CourseRevisionPicture.course_revision_id == Course.current_revision_id
        )
    )
    found: dict[int, dict[str, str]] = {}
    for course_id, name, digest in rows:
        # Texts know it as img/two-roads.svg.
        found.setdefault(course_id, {})[f"img/{name}"] = digest
    return found


def _rules(edition: Edition, keys: dict[str, str]) -> PublishedRules:
    names = ("per_sector", "pass_mark", "draw", "tries", "pause")
    rules = {name: getattr(edition, name) for name in names}
    return PublishedRules(edition.number, rules, tuple(edition.modules), keys)


def _digests(thing: Any, revision: Any, link: Any) -> dict[int, dict[tuple[str, str], str]]:
    """Returns by course the digests of its published modules or questions, by (slug, language)."""
    foreign = link.module_revision_id if link is CourseRevisionModule else link.question_revision_id
    owner = revision.module_id if revision is ModuleRevision else revision.question_id
    rows = session.execute(
        select(Course.id, thing.slug, revision.language, revision.digest)
        .join(link, link.course_revision_id == Course.current_revision_id)
        .join(revision, revision.id == foreign)
        .join(thing, thing.id == owner)
    )
    found: dict[int, dict[tuple[str, str], str]] = {}
    for course_id, slug, language, digest in rows:
        found.setdefault(course_id, {})[(slug, language)] = digest
    return found


def _keys(edition_ids: list[int]) -> dict[int, dict[str, str]]:
    """Returns by edition the digest of each question's marking key; the latest revision speaks."""
    rows = session.execute(
        select(CourseRevision.edition_id, Question.slug, QuestionRevision)
        .join(CourseRevisionQuestion, CourseRevisionQuestion.course_revision_id == CourseRevision.id)
        .join(QuestionRevision, QuestionRevision.id == CourseRevisionQuestion.question_revision_id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(CourseRevision.edition_id.in_(edition_ids))
        .order_by(QuestionRevision.id)
    )
    found: dict[int, dict[str, str]] = {}
    for edition_id, slug, revision in rows:
        key = marking_key(revision.kind, revision.red_line, revision.body)
        found.setdefault(edition_id, {})[slug] = digest_of(key)
    return found


def _retire(slug: str) -> None:
    course = session.scalars(select(Course).where(Course.slug == slug)).one()
    course.retired_at = clock.now()


def _write_course(desired: DesiredCourse, publication: Publication) -> None:
    """Writes what is new of a course and moves its pointer; what is there already is used again."""
    course = session.scalar(select(Course).where(Course.slug == desired.slug))
    if course is None:
        course = Course(slug=desired.slug, recorded_at=clock.now())
        session.add(course)
        session.flush()
    revision = session.scalar(
        select(CourseRevision).where(
            CourseRevision.course_id == course.id, CourseRevision.digest == desired.digest
        )
    )
    if revision is None:
        revision = _write_revision(desired, course, publication)
    course.current_revision_id = revision.id
    course.retired_at = None


def _write_revision(desired: DesiredCourse, course: Course, publication: Publication) -> CourseRevision:
    revision = CourseRevision(
        course_id=course.id,
        edition_id=_edition(desired, course).id,
        publication_id=publication.id,
        digest=desired.digest,
        recorded_at=clock.now(),
        **desired.words,
    )
    session.add(revision)
    session.flush()
    modules = _write_modules(desired.modules, course)
    places = {slug: number for number, slug in enumerate(desired.module_slugs, start=1)}
    session.add_all(
        CourseRevisionModule(
            course_revision_id=revision.id, module_revision_id=modules[part], position=places[part.slug]
        )
        for part in desired.modules
    )
    questions = _write_questions(desired.questions, course)
    slugs = list(dict.fromkeys(part.slug for part in desired.questions))
    places = {slug: number for number, slug in enumerate(slugs, start=1)}
    session.add_all(
        CourseRevisionQuestion(
            course_revision_id=revision.id, question_revision_id=questions[part], position=places[part.slug]
        )
        for part in desired.questions
    )
    session.flush()
    _write_pictures(desired.pictures, revision)
    return revision


def _write_pictures(pictures: tuple[DesiredPicture, ...], revision: CourseRevision) -> None:
    """Notes the pictures of a course revision and stores the bytes that are new to the house."""
    digests = {picture.digest for picture in pictures}
    known = set(session.scalars(select(PictureFile.digest).where(PictureFile.digest.in_(digests))))
    for picture in pictures:
        if picture.digest not in known:
            known.add(picture.digest)
            session.add(
                PictureFile(
                    digest=picture.digest,
                    media_type=picture.picture.media_type,
                    data=picture.picture.data,
                    recorded_at=clock.now(),
                )
            )
    session.flush()
    session.add_all(
        CourseRevisionPicture(
            course_revision_id=revision.id, name=picture.name.removeprefix("img/"), digest=picture.digest
        )
        for picture in pictures
    )


def _write_sheets(sheets: tuple[DesiredSheet, ...], publication: Publication) -> None:
    """Writes the shared files that are new or changed."""
    session.add_all(
        SharedContent(
            publication_id=publication.id,
            name=sheet.name,
            digest=sheet.digest,
            body=sheet.body,
            recorded_at=clock.now(),
        )
        for sheet in sheets
    )


def _edition(desired: DesiredCourse, course: Course) -> Edition:
    edition = session.scalar(
        select(Edition).where(Edition.course_id == course.id, Edition.number == desired.edition)
    )
    if edition is None:
        edition = Edition(
            course_id=course.id,
            number=desired.edition,
            modules=desired.module_slugs,
            keys_digest=digest_of(desired.keys),
            recorded_at=clock.now(),
            **desired.rules,
        )
        session.add(edition)
        session.flush()
    return edition


def _slugs(table: Any, course: Course, slugs: Iterable[str]) -> Mapping[str, int]:
    """Returns the ids of a course's modules or questions by slug, making those that are new."""
    known = {row.slug: row for row in session.scalars(select(table).where(table.course_id == course.id))}
    for slug in dict.fromkeys(slugs):
        if slug not in known:
            known[slug] = table(course_id=course.id, slug=slug, recorded_at=clock.now())
            session.add(known[slug])
    session.flush()
    return {slug: row.id for slug, row in known.items()}


def _write_modules(parts: tuple[DesiredModule, ...], course: Course) -> dict[DesiredModule, int]:
    """Returns the revision of each module, writing those that are new."""
    ids = _slugs(Module, course, (part.slug for part in parts))
    known = {
        (row.module_id, row.language, row.digest): row.id
        for row in session.execute(
            select(
                ModuleRevision.id, ModuleRevision.module_id, ModuleRevision.language, ModuleRevision.digest
            ).where(ModuleRevision.module_id.in_(ids.values()))
        )
    }
    found: dict[DesiredModule, int] = {}
    for part in parts:
        place = (ids[part.slug], part.language, part.digest)
        if place not in known:
            row = ModuleRevision(
                module_id=place[0],
                language=part.language,
                digest=part.digest,
                recorded_at=clock.now(),
                **part.values,
            )
            session.add(row)
            session.flush()
            known[place] = row.id
        found[part] = known[place]
    return found


def _write_questions(parts: tuple[DesiredQuestion, ...], course: Course) -> dict[DesiredQuestion, int]:
    """Returns the revision of each question, writing those that are new."""
    ids = _slugs(Question, course, (part.slug for part in parts))
    known = {
        (row.question_id, row.language, row.digest): row.id
        for row in session.execute(
            select(
                QuestionRevision.id,
                QuestionRevision.question_id,
                QuestionRevision.language,
                QuestionRevision.digest,
            ).where(QuestionRevision.question_id.in_(ids.values()))
        )
    }
    new: dict[DesiredQuestion, QuestionRevision] = {}
    for part in parts:
        if (ids[part.slug], part.language, part.digest) not in known:
            new[part] = QuestionRevision(
                question_id=ids[part.slug],
                language=part.language,
                digest=part.digest,
                recorded_at=clock.now(),
                **part.values,
            )
    session.add_all(new.values())
    session.flush()
    return {
        part: new[part].id if part in new else known[(ids[part.slug], part.language, part.digest)]
        for part in parts
    }
