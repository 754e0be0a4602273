"""Every SELECT of feedback, and the places that it can be about."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from lms.assessment.models import Attempt
from lms.authoring.drafts.rules import MODULE_NAME
from lms.authoring.feedback.rules import section_paragraphs, section_texts
from lms.authoring.models import CourseFeedback
from lms.authoring.rules import Paragraph, split_paragraphs
from lms.catalogue.api import PublishedCourse
from lms.catalogue.models import Course, Module, ModuleRevision, Question, QuestionRevision
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import NotThere

MOST_OPEN = 200
"""So much open feedback of a course is shown at once, the newest; the page says so."""
MOST_DEALT = 50
"""So much of what was dealt with is shown, the last."""


@dataclass(frozen=True, slots=True)
class FeedbackPlace:
    """What feedback can be about: a module of a course, or a question of a submitted attempt.

    ``course`` and ``module`` are slugs; of a question ``module`` is None, and ``attempt_id`` and ``number`` say where
    the learner met it. ``sections`` are [{id, title}], ``paragraphs`` those of each by its id ("": before the first).
    """

    course_id: int
    course: str
    title: str
    language: str
    module: str | None = None
    sections: Sequence[Mapping[str, str]] = ()
    paragraphs: Mapping[str, Sequence[Paragraph]] = field(default_factory=dict)
    module_revision_id: int | None = None
    question_revision_id: int | None = None
    attempt_id: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class FeedbackBeside:
    """Feedback about a module, and the paragraph or heading of its text that it is about; empty for the whole of it."""

    feedback: CourseFeedback
    place: str
    paragraph: str


@dataclass(frozen=True, slots=True)
class FeedbackGroup:
    """All feedback about one section of a module, or about one question, the newest first.

    ``module`` and ``section`` are its slug and id, both empty for a question, which has a ``question`` slug. ``text``
    is as an author wrote it, in the version that the newest feedback is about; ``paragraphs`` are those that single
    items are about, by their id.
    """

    module: str
    section: str
    question: str
    title: str
    text: str
    items: tuple[CourseFeedback, ...]
    paragraphs: Mapping[int, str] = field(default_factory=dict)


def find_module_place(module_revision_id: int, sector: str | None) -> FeedbackPlace | None:
    """Finds a module by the number of a revision, with the paragraphs that somebody of a sector reads first."""
    found = session.execute(
        select(Course.id, Course.slug, Module.slug.label("module"), ModuleRevision)
        .join(Module, Module.id == ModuleRevision.module_id)
        .join(Course, Course.id == Module.course_id)
        .where(ModuleRevision.id == module_revision_id)
    ).one_or_none()
    if found is None:
        return None
    revision = found.ModuleRevision
    return FeedbackPlace(
        found.id, found.slug, revision.title, revision.language,
        module=found.module, sections=revision.sections,
        paragraphs=section_paragraphs(revision.source, revision.sections, sector), module_revision_id=revision.id,
    )  # fmt: skip


def find_question_place(attempt: Attempt, number: int) -> FeedbackPlace | None:
    """Finds a question by its number, from 1, in a submitted attempt."""
    if attempt.submitted_at is None or not 1 <= number <= len(attempt.questions):
        return None
    found = session.execute(
        select(Course.id, Course.slug, QuestionRevision)
        .join(Question, Question.id == QuestionRevision.question_id)
        .join(Course, Course.id == Question.course_id)
        .where(QuestionRevision.id == attempt.questions[number - 1]["question"])
    ).one()
    revision = found.QuestionRevision
    return FeedbackPlace(
        found.id, found.slug, revision.body["stem"], revision.language,
        question_revision_id=revision.id, attempt_id=attempt.id, number=number,
    )  # fmt: skip


def count_open() -> dict[int, int]:
    """Returns how much feedback nobody has dealt with, by course."""
    rows = session.execute(
        select(CourseFeedback.course_id, func.count().label("comments"))
        .where(CourseFeedback.dealt_at.is_(None))
        .group_by(CourseFeedback.course_id)
    )
    return {row.course_id: row.comments for row in rows}


def lock_feedback(course_id: int, feedback_id: int) -> CourseFeedback:
    """Locks and loads feedback of a course; raises ``NotThere``."""
    lock_rows(CourseFeedback, feedback_id)
    found = session.get(CourseFeedback, feedback_id, populate_existing=True)
    if found is None or found.course_id != course_id:
        raise NotThere
    return found


def list_open(course_id: int, modules: Sequence[str]) -> list[FeedbackGroup]:
    """Lists the newest open feedback of a course by place: modules in the order of these slugs, then questions."""
    rows = session.scalars(
        select(CourseFeedback)
        .where(CourseFeedback.course_id == course_id, CourseFeedback.dealt_at.is_(None))
        .order_by(CourseFeedback.id.desc())
        .limit(MOST_OPEN)
    ).all()
    places = {name: place for place, name in enumerate(modules)}
    found = [*_of_modules(rows), *_of_questions(rows)]
    found.sort(key=lambda each: (bool(each.question), places.get(each.module, len(places)), each.module, each.question))
    return found


def list_dealt(course_id: int) -> Sequence[CourseFeedback]:
    """Lists the last feedback of a course that was dealt with."""
    return session.scalars(
        select(CourseFeedback)
        .where(CourseFeedback.course_id == course_id, CourseFeedback.dealt_at.is_not(None))
        .order_by(CourseFeedback.dealt_at.desc(), CourseFeedback.id.desc())
        .limit(MOST_DEALT)
    ).all()


def list_open_of_file(course: PublishedCourse, path: str) -> list[FeedbackBeside]:
    """Lists the newest open feedback about a module by its file, each with what it is about in the text of then."""
    named = MODULE_NAME.fullmatch(path.rpartition("/")[2])
    if named is None:
        return []
    language = path.removesuffix(".md").partition(".")[2] or (course.meta.get("languages") or ["en"])[0]
    rows = session.execute(
        select(CourseFeedback, ModuleRevision)
        .join(ModuleRevision, ModuleRevision.id == CourseFeedback.module_revision_id)
        .join(Module, Module.id == ModuleRevision.module_id)
        .where(
            CourseFeedback.course_id == course.course_id,
            CourseFeedback.dealt_at.is_(None),
            Module.slug == named[2],
            ModuleRevision.language == language,
        )
        .order_by(CourseFeedback.id.desc())
        .limit(MOST_OPEN)
    )
    return [FeedbackBeside(row.CourseFeedback, *_paragraph_of(row.CourseFeedback, row.ModuleRevision)) for row in rows]


def _paragraph_of(feedback: CourseFeedback, revision: ModuleRevision) -> tuple[str, str]:
    """Returns the key and the text of the paragraph that feedback is about, else those of its section's heading."""
    found = {each.key: each.text for each in split_paragraphs(".md", revision.source)}
    if feedback.paragraph in found:
        return feedback.paragraph, found[feedback.paragraph]
    title = next((each["title"] for each in revision.sections if each["id"] == feedback.section), "")
    heading = next((each for each in found.items() if title and each[1].startswith(f"## {title}")), ("", ""))
    return heading


def _of_modules(rows: Sequence[CourseFeedback]) -> list[FeedbackGroup]:
    used = {row.module_revision_id for row in rows}
    revisions = {
        revision.id: (slug, revision)
        for slug, revision in session.execute(
            select(Module.slug, ModuleRevision).join(Module).where(ModuleRevision.id.in_(used))
        )
    }
    groups: dict[tuple[str, str], list[CourseFeedback]] = defaultdict(list)
    for row in rows:
        if row.module_revision_id is not None:
            groups[revisions[row.module_revision_id][0], row.section].append(row)
    found = []
    for (slug, section), items in groups.items():
        _, revision = revisions[items[0].module_revision_id or 0]
        titles = {each["id"]: each["title"] for each in revision.sections}
        place = list(titles).index(section) if section in titles else -1
        title = f"{revision.title}: {titles[section]}" if section in titles else revision.title
        text = section_texts(revision.source, revision.sections).get(section, "") if section else revision.summary
        paragraphs = {
            each.id: _paragraph_of(each, revisions[each.module_revision_id or 0][1])[1]
            for each in items
            if each.paragraph
        }
        found.append((place, FeedbackGroup(slug, section, "", title, text, tuple(items), paragraphs)))
    return [group for _, group in sorted(found, key=lambda each: each[0])]


def _of_questions(rows: Sequence[CourseFeedback]) -> list[FeedbackGroup]:
    used = {row.question_revision_id for row in rows}
    revisions = {
        revision.id: (slug, revision.body)
        for slug, revision in session.execute(
            select(Question.slug, QuestionRevision).join(Question).where(QuestionRevision.id.in_(used))
        )
    }
    groups: dict[str, list[CourseFeedback]] = defaultdict(list)
    for row in rows:
        if row.question_revision_id is not None:
            groups[revisions[row.question_revision_id][0]].append(row)
    found = []
    for slug, items in groups.items():
        _, body = revisions[items[0].question_revision_id or 0]
        found.append(FeedbackGroup("", "", slug, body["stem"], _options(body), tuple(items)))
    return found


def _options(body: Mapping[str, Any]) -> str:
    parts = body.get("options") or body.get("statements") or ()
    return "\n\n".join(f"{'✓' if part.get('correct') or part.get('true') else '–'} {part['text']}" for part in parts)
