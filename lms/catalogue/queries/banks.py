"""The question banks of course revisions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.catalogue.models import CourseRevision, CourseRevisionQuestion, Question, QuestionRevision
from lms.catalogue.queries.courses import original_language
from lms.kernel.caching import cached
from lms.kernel.db import session


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


def bank(course_revision_id: int, language: str = "en") -> tuple[BankQuestion, ...]:
    """Returns a course revision's bank in its order, each question in the language where it is translated."""
    return cached(("bank", course_revision_id, language), lambda: _load_bank(course_revision_id, language))


def _load_bank(course_revision_id: int, language: str) -> tuple[BankQuestion, ...]:
    rows = session.execute(
        select(Question.slug, CourseRevision.meta, QuestionRevision)
        .join(CourseRevisionQuestion, CourseRevisionQuestion.question_revision_id == QuestionRevision.id)
        .join(CourseRevision, CourseRevision.id == CourseRevisionQuestion.course_revision_id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .where(CourseRevision.id == course_revision_id)
        .order_by(CourseRevisionQuestion.position)
    )
    found: dict[str, BankQuestion] = {}
    for row in rows:
        revision = row.QuestionRevision
        is_original = revision.language == original_language(row.meta)
        if revision.language == language or (is_original and row.slug not in found):
            found[row.slug] = BankQuestion(
                question_id=revision.question_id,
                question_revision_id=revision.id,
                slug=row.slug,
                language=revision.language,
                kind=revision.kind,
                objective=revision.objective,
                red_line=revision.red_line,
                sectors=tuple(revision.sectors),
                body=revision.body,
            )
    return tuple(found.values())
