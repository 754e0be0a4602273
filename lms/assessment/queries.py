"""Every SELECT of attempts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, case, cast, exists, func, or_, select

from lms.assessment.models import Answer, Attempt, QuestionCorrection, Regrade
from lms.assessment.rules.corrections import (
    Correction,
    CorrectionKind,
    Corrections,
    key_digest,
    key_of,
    with_correction,
)
from lms.catalogue.models import CourseRevision, CourseRevisionQuestion, Question, QuestionRevision
from lms.kernel.batches import execute_in_batches
from lms.kernel.db import has_one_writer, locked, session
from lms.kernel.transaction_memo import clear_memo, load_once
from lms.people.models import Person

# Each quiz runs them several times, so they are built once.
_PERSON = locked(select(Person.id).where(Person.id == bindparam("person")))
_ATTEMPT = select(Attempt).where(Attempt.id == bindparam("attempt"))
_ATTEMPTS = (
    select(Attempt)
    .where(Attempt.person_id == bindparam("person"), Attempt.course_id == bindparam("course"))
    .order_by(Attempt.id)
)
_ANSWERS = select(Answer).where(Answer.attempt_id == bindparam("attempt"))
_CORRECTIONS = (
    select(QuestionCorrection)
    .where(QuestionCorrection.edition_id == bindparam("edition"))
    .order_by(QuestionCorrection.id)
)


def lock_person(person_id: int) -> None:
    """Locks a person: one transaction at a time starts attempts or switches editions for them."""
    session.execute(_PERSON, {"person": person_id})


def find_attempt(attempt_id: int) -> Attempt | None:
    """Finds an attempt; the caller decides who may see it."""
    return session.scalar(_ATTEMPT, {"attempt": attempt_id})


def lock_attempt(attempt_id: int) -> Attempt:
    """Locks an attempt and returns it as it is stored now."""
    if has_one_writer() and (attempt := session.get(Attempt, attempt_id)) is not None:
        return attempt
    # What was read before the lock may have been changed by the transaction that had it.
    clear_memo()
    statement = locked(_ATTEMPT).execution_options(populate_existing=True)
    return session.scalars(statement, {"attempt": attempt_id}).one()


def list_attempts(person_id: int, course_id: int) -> Sequence[Attempt]:
    """Returns a person's attempts of a course in all its editions and sectors, the oldest first."""
    return session.scalars(_ATTEMPTS, {"person": person_id, "course": course_id}).all()


def list_passed(attempt_ids: Collection[int]) -> Sequence[Attempt]:
    """Returns those of some attempts that were passed."""
    # Called right after attempts changed, while they are in the session: then no statement is needed.
    return [attempt for attempt in load_attempts(attempt_ids) if attempt.passed]


def list_answers(attempt_id: int) -> Sequence[Answer]:
    """Returns the saved responses of an attempt; one query in a transaction."""
    saved = {"attempt": attempt_id}
    return load_once(("answers", attempt_id), (Answer,), lambda: session.scalars(_ANSWERS, saved).all())


def load_corrections(edition_id: int) -> Corrections:
    """Returns the corrections of an edition that count, the last of each key; one query in a transaction."""

    def load() -> Corrections:
        found: Corrections = {}
        for row in session.scalars(_CORRECTIONS, {"edition": edition_id}):
            found = with_correction(found, read_correction(row))
        return found

    return load_once(("corrections", edition_id), (QuestionCorrection,), load)


def read_correction(row: QuestionCorrection) -> Correction:
    """Returns a correction as the rules read it; its id is 0 while it is not recorded."""
    kind, replaced = CorrectionKind(row.kind), frozenset(row.replaced)
    return Correction(row.id or 0, row.question_id, kind, row.key, replaced, row.recorded_at)


def find_question_of(edition_id: int, slug: str) -> Question | None:
    """Finds a question that an edition has."""
    used = _revisions_of(edition_id).where(Question.slug == slug).with_only_columns(Question.id)
    return session.scalar(select(Question).where(Question.id.in_(used)))


def load_revision_for_form(edition_id: int, slug: str) -> QuestionRevision | None:
    """Returns the newest version of a question in an edition, one in the course's own language before others."""
    question = find_question_of(edition_id, slug)
    revisions = list_question_revisions(edition_id, question.id) if question else ()
    return max(revisions, key=lambda row: (row.language == "en", row.id), default=None)


def find_current_key(edition_id: int, row: QuestionRevision) -> Any:
    """Returns the key of a version of a question as it is corrected now."""
    by_key = load_corrections(edition_id).get(row.question_id, {})
    correction = by_key.get(key_digest(row.kind, row.body))
    return key_of(row.kind, row.body) if correction is None or correction.key is None else correction.key


def find_question(question_id: int) -> Question:
    """Returns a question."""
    return session.get_one(Question, question_id)


def list_question_revisions(edition_id: int, question_id: int) -> Sequence[QuestionRevision]:
    """Returns the versions of a question in an edition, in all languages, the oldest first."""
    used = _revisions_of(edition_id).where(Question.id == question_id).with_only_columns(QuestionRevision.id)
    return session.scalars(
        select(QuestionRevision).where(QuestionRevision.id.in_(used)).order_by(QuestionRevision.id)
    ).all()


def _revisions_of(edition_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(QuestionRevision.id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .join(CourseRevisionQuestion, CourseRevisionQuestion.question_revision_id == QuestionRevision.id)
        .join(CourseRevision, CourseRevision.id == CourseRevisionQuestion.course_revision_id)
        .where(CourseRevision.edition_id == edition_id)
    )


def list_submitted(edition_id: int, slug: str, *, after: int = 0, limit: int | None = None) -> Sequence[Attempt]:
    """Returns submitted attempts of an edition that may have a question, by id, from the one after an id on."""
    # The question's slug stands in the grades between quotation marks; whoever reads them looks again.
    has_question = cast(Attempt.grades, Text).contains(f'"{slug}"', autoescape=True)
    statement = select(Attempt).where(
        Attempt.edition_id == edition_id, Attempt.submitted_at.is_not(None), Attempt.id > after, has_question
    )
    return session.scalars(statement.order_by(Attempt.id).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of an attempt: the best that it or a regrade had, so that no correction takes anything away.

    ``score`` is in percent, None while it is open; so is ``passed``.
    """

    started_at: datetime
    submitted_at: datetime | None
    score: int | None
    passed: bool | None


def load_results(attempts: Collection[Attempt]) -> dict[int, AttemptResult]:
    """Returns the results of some attempts by their ids; no query where none was failed."""
    failed = [attempt.id for attempt in attempts if attempt.passed is False]
    regrades: defaultdict[int, list[Regrade]] = defaultdict(list)
    for (row,) in execute_in_batches(select(Regrade), Regrade.attempt_id, failed):
        regrades[row.attempt_id].append(row)
    return {attempt.id: _result(attempt, regrades[attempt.id]) for attempt in attempts}


def _result(attempt: Attempt, regrades: Sequence[Regrade]) -> AttemptResult:
    score = max([*(row.score for row in regrades), attempt.score or 0]) if regrades else attempt.score
    passed = any(row.passed for row in regrades) or attempt.passed
    return AttemptResult(attempt.started_at, attempt.submitted_at, score, passed)


def has_passed(attempt: Any = Attempt) -> ColumnElement[bool]:
    """Returns the column that `load_results` calls ``passed``, of the table of attempts or an alias of it."""
    regraded = exists().where(Regrade.attempt_id == attempt.id, Regrade.passed)
    return or_(attempt.passed, regraded)


def best_score(attempt: Any = Attempt) -> ColumnElement[int | None]:
    """Returns the column that `load_results` calls ``score`` likewise."""
    regraded = select(func.max(Regrade.score)).where(Regrade.attempt_id == attempt.id).scalar_subquery()
    return case((regraded > attempt.score, regraded), else_=attempt.score)


def load_last_regrades(attempt_ids: Iterable[int]) -> dict[int, Regrade]:
    """Returns the last regrade of each attempt that has one, by attempt."""
    rows = execute_in_batches(select(Regrade).order_by(Regrade.id), Regrade.attempt_id, attempt_ids)
    return {row.attempt_id: row for (row,) in rows}


def load_attempts(attempt_ids: Collection[int]) -> Sequence[Attempt]:
    """Returns some attempts in the order of their ids."""
    found = (session.get(Attempt, attempt_id) for attempt_id in sorted(attempt_ids))
    return [attempt for attempt in found if attempt is not None]
