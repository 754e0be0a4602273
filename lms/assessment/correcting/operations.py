"""Records that a question was corrected, and grades attempts again, some at a time; attempts stay as they are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from lms.assessment import queries
from lms.assessment.events import attempts_regraded, correction_applied
from lms.assessment.models import Attempt, QuestionCorrection, Regrade
from lms.assessment.operations import load_questions
from lms.assessment.rules.corrections import (
    WITHOUT_KEY,
    Correction,
    CorrectionKind,
    Corrections,
    is_key,
    key_digest,
    score_again,
)
from lms.assessment.rules.grading import QuizScore
from lms.audit.api import record
from lms.catalogue.api import load_course_revision
from lms.kernel import clock, outbox, records
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import lock_key, session
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise

JOB = "assessment.regrade"
LOCK = 0x45_53_51_43
"""The key of the advisory lock: one transaction at a time corrects a question or grades attempts again."""

BATCH = 100
"""How many attempts one transaction grades again."""
LONGEST_REASON = 500
SECOND_RUN_AFTER = timedelta(minutes=10)
"""When all attempts are looked at once more."""


@dataclass(frozen=True, slots=True)
class RegradedAttempt:
    """What a correction makes of an attempt: the result it has now, and the one under the corrections."""

    attempt: Attempt
    score_before: int
    passed_before: bool
    corrected: QuizScore

    @property
    def passes_now(self) -> bool:
        """Returns whether it passes only under the corrections."""
        return self.corrected.passed and not self.passed_before

    @property
    def fails_now(self) -> bool:
        """Returns whether it has passed and would not under the corrections."""
        return self.passed_before and not self.corrected.passed


def correct_question(
    actor: Actor, edition_id: int, slug: str, kind: CorrectionKind, key: Any, *, reason: str
) -> QuestionCorrection:
    """Records a correction of a question in an edition, from now on and for all attempts until now.

    The same correction twice is one. The attempts are graded again by a job. Raises ``NotThere`` for a question that
    the edition does not have, and ``Invalid`` for a key that does not fit it and for a missing reason.
    """
    reason = normalise(reason)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("Give a reason, in at most %(most)s characters.", most=LONGEST_REASON), field="reason")
    # Numbers of corrections are then in the order in which they become known.
    lock_key(LOCK)
    question = require_found(queries.find_question_of(edition_id, slug))
    correction = draft_correction(edition_id, question.id, kind, key)
    present = queries.load_corrections(edition_id).get(question.id, {})
    same = {present[each].id for each in correction.replaced if each in present and _is_same(present[each], correction)}
    if len(same) == 1 and present.keys() >= set(correction.replaced):
        return session.get_one(QuestionCorrection, same.pop())
    correction.reason = reason
    records.add(actor, correction)
    record(actor, "assessment.correct_question", "question", question.id, reason=reason, kind=str(kind))
    put_batch(correction.id, run=1)
    # Whoever submitted meanwhile may have been marked by the key of before.
    put_batch(correction.id, run=2, not_before=clock.now() + SECOND_RUN_AFTER)
    return correction


def _is_same(correction: Correction, draft: QuestionCorrection) -> bool:
    return (str(correction.kind), correction.key) == (draft.kind, draft.key) and correction.replaced == set(
        draft.replaced
    )


def draft_correction(edition_id: int, question_id: int, kind: CorrectionKind, key: Any) -> QuestionCorrection:
    """Returns a correction that is not recorded. Raises ``Invalid`` for a key that does not fit the question.

    It replaces the key of the question as it is now, and those that it had before in this edition; but a version that
    is void, or right for everybody, and was rewritten since, stays so whatever the key of the new one is.
    """
    revisions = queries.list_question_revisions(edition_id, question_id)
    newest = {row.language: row for row in revisions}
    key = None if kind in WITHOUT_KEY else key
    if kind not in WITHOUT_KEY and not all(is_key(row.kind, row.body, key) for row in newest.values()):
        raise Invalid(_("Say what is right: every part of the question needs an answer."), field="key")
    present = queries.load_corrections(edition_id).get(question_id, {})
    replaced = {key_digest(row.kind, row.body) for row in newest.values()}
    for row in revisions:
        digest = key_digest(row.kind, row.body)
        stays_so = digest in present and present[digest].kind in WITHOUT_KEY
        if kind in WITHOUT_KEY or (not stays_so and is_key(row.kind, row.body, key)):
            replaced.add(digest)
    return QuestionCorrection(
        edition_id=edition_id,
        question_id=question_id,
        kind=str(kind),
        key=key,
        replaced=sorted(replaced),
        recorded_at=clock.now(),
    )


def regrade(attempts: Sequence[Attempt], question_id: int, corrections: Corrections) -> list[RegradedAttempt]:
    """Returns what corrections make of those of some attempts that have a question; writes nothing."""
    results = queries.load_results(attempts)
    found = []
    for attempt in attempts:
        questions = load_questions(attempt)
        grades = attempt.grades or []
        if any(questions[each["question"]].question_id == question_id for each in grades):
            pass_mark = load_course_revision(attempt.course_revision_id, attempt.language).pass_mark
            result = results[attempt.id]
            corrected = score_again(grades, questions, corrections, pass_mark)
            found.append(RegradedAttempt(attempt, result.score or 0, bool(result.passed), corrected))
    return found


def regrade_batch(correction_id: int, run: int, after: int) -> None:
    """Grades the next attempts again that have a corrected question, and has the others follow in another transaction.

    Doing it twice has no further effect: a regrade is recorded only where the result has changed since the last one.
    Who passes now gets their award through the event.
    """
    lock_key(LOCK)
    correction = session.get_one(QuestionCorrection, correction_id)
    question = queries.find_question(correction.question_id)
    attempts = queries.list_submitted(correction.edition_id, question.slug, after=after, limit=BATCH)
    if len(attempts) == BATCH:
        put_batch(correction_id, run=run, after=attempts[-1].id)
    corrections = queries.load_corrections(correction.edition_id)
    regraded = regrade(attempts, correction.question_id, corrections)
    last = queries.load_last_regrades([each.attempt.id for each in regraded])
    changed = [each for each in regraded if _differs(each, last.get(each.attempt.id))]
    newest = max(each.id for by_key in corrections.values() for each in by_key.values())
    records.add_all(
        SYSTEM,
        [Regrade(attempt_id=each.attempt.id, correction_id=newest, **asdict(each.corrected)) for each in changed],
    )
    passing = [each.attempt for each in changed if each.passes_now]
    if passing:
        attempts_regraded.send(
            None, attempts={each.id for each in passing}, persons={each.person_id for each in passing}
        )
    if len(attempts) < BATCH:
        correction_applied.send(None, correction=correction_id, run=run)


def _differs(regraded: RegradedAttempt, last: Regrade | None) -> bool:
    before: Attempt | Regrade = regraded.attempt if last is None else last
    score = regraded.corrected
    return (before.score, before.red_lines_right, before.passed) != (score.score, score.red_lines_right, score.passed)


def put_batch(correction_id: int, *, run: int, after: int = 0, not_before: datetime | None = None) -> None:
    """Has the next attempts graded again, those with a greater id than ``after``; there are two runs."""
    payload = {"correction": correction_id, "run": run, "after": after}
    outbox.put(JOB, f"{JOB}:{correction_id}:{run}:{after}", payload, not_before=not_before)
