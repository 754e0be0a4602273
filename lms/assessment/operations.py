"""What happens to attempts: one starts, its answers are saved, it is submitted and marked once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from lms.assessment import queries, rules
from lms.assessment.errors import AttemptsExhausted, NothingToExamine
from lms.assessment.events import attempts_changed
from lms.assessment.models import Answer, Attempt
from lms.assessment.papers import AskedQuestion, ReviewedQuestion, ask, review
from lms.audit.api import record
from lms.catalogue.api import BankQuestion, PublishedCourse, bank, load_course_revision
from lms.kernel import clock, rng
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import NotAllowed


def start(
    actor: Actor,
    course: PublishedCourse,
    *,
    sector: str | None = None,
    language: str = "en",
    seed: str | None = None,
) -> Attempt:
    """Starts an attempt of the actor's own, or returns the one that is open in the same edition.

    ``sector`` is whom the draw is for: the learner's own or, where a course is per sector, the one examined. The
    draw is frozen here; ``seed`` makes it repeatable. Raises ``AttemptsExhausted`` during a pause and
    ``NothingToExamine`` where no question fits.
    """
    if actor.person_id is None:
        raise NotAllowed
    queries.lock_person(actor.person_id)
    examined = sector if course.per_sector else None
    past = [a for a in queries.list_attempts(actor.person_id, course.course_id) if a.sector == examined]
    for attempt in past:
        if attempt.submitted_at is None and attempt.edition_id == course.edition_id:
            return attempt
    allowed = may_try(course, past)
    if allowed.from_when is not None:
        raise AttemptsExhausted(allowed.from_when)
    attempt = _new_attempt(actor.person_id, course, examined, language)
    attempt.seed = seed or f"{rng.randbelow(1 << 128):032x}"
    attempt.draw = select_questions(course, sector, language, _just_seen(past), attempt.seed)
    session.add(attempt)
    session.flush()
    record(actor, "assessment.start", "attempt", attempt.id)
    attempts_changed.send(None, attempts={attempt.id})
    return attempt


def save_answers(attempt: Attempt, responses: Mapping[int, Any]) -> bool:
    """Keeps what was chosen so far, by question revision; a response that is nothing takes the saved one away.

    Returns whether it was kept: a submitted attempt stays as it is. Unknown questions and options are left out.
    """
    stored = queries.lock_attempt(attempt.id)
    if stored.submitted_at is not None:
        return False
    _keep(stored, _cleaned(stored, questions_of(stored), responses))
    session.flush()
    return True


def submit(
    actor: Actor,
    attempt: Attempt,
    responses: Mapping[int, Any] | None = None,
    client_at: datetime | None = None,
) -> Attempt:
    """Submits and marks an attempt, once: whoever comes second finds the same outcome and changes nothing.

    ``responses`` are saved first. ``client_at`` is what the learner's clock said; a clock that is ahead is set back
    to the server's moment and flagged. It is marked by what was drawn, whatever was published since.
    """
    stored = queries.lock_attempt(attempt.id)
    if stored.submitted_at is not None:
        return stored
    questions = questions_of(stored)
    _keep(stored, _cleaned(stored, questions, responses or {}))
    session.flush()
    moment = clock.now()
    given = queries.saved_responses(stored.id)
    stored.marks, outcome = grade(stored.draw, questions, given, _course_of(stored).pass_mark)
    stored.score, stored.red_lines_right, stored.passed = (
        outcome.score,
        outcome.red_lines_right,
        outcome.passed,
    )
    stored.client_ahead = client_at is not None and client_at > moment
    stored.client_at = moment if stored.client_ahead else client_at
    stored.submitted_at = moment
    session.flush()
    record(actor, "assessment.submit", "attempt", stored.id)
    attempts_changed.send(None, attempts={stored.id})
    return stored


def may_try(course: PublishedCourse, past: Iterable[Attempt]) -> rules.MayTry:
    """Says whether another attempt may start now, after those of one sector of a course."""
    tries = [
        rules.Try(attempt.started_at, attempt.submitted_at, bool(attempt.passed))
        for attempt in past
        if attempt.submitted_at is not None
    ]
    return rules.may_try(tries, course.tries, course.pause, clock.now())


def questions_of(attempt: Attempt) -> dict[int, BankQuestion]:
    """Returns the questions of an attempt's bank by their revision, as they were when it started."""
    questions = bank(attempt.course_revision_id, attempt.language)
    return {question.question_revision_id: question for question in questions}


def sheet_of(attempt: Attempt) -> list[AskedQuestion]:
    """Returns the questions of an attempt with what was saved, and without a trace of the keys."""
    return ask(attempt.draw, questions_of(attempt), queries.saved_responses(attempt.id))


def review_of(attempt: Attempt) -> list[ReviewedQuestion]:
    """Returns the questions of a submitted attempt with answers, keys and feedback; nothing of an open one."""
    return review(attempt.draw, questions_of(attempt), attempt.marks) if attempt.marks is not None else []


def _course_of(attempt: Attempt) -> PublishedCourse:
    course = load_course_revision(attempt.course_revision_id, attempt.language)
    if course is None:
        # The database keeps revisions for ever; without one nothing could be marked.
        raise LookupError(f"course revision {attempt.course_revision_id} is gone")
    return course


def _new_attempt(person_id: int, course: PublishedCourse, examined: str | None, language: str) -> Attempt:
    return Attempt(
        person_id=person_id,
        course_id=course.course_id,
        edition_id=course.edition_id,
        course_revision_id=course.revision_id,
        sector=examined,
        language=language,
        started_at=clock.now(),
    )


def select_questions(
    course: PublishedCourse, sector: str | None, language: str, seen: Iterable[str], seed: str
) -> list[dict[str, Any]]:
    """Selects the questions of an attempt, as `Attempt.draw` stores them; the same arguments select the same ones.

    ``seen`` are the slugs of the questions of the attempt before. Raises ``NothingToExamine``.
    """
    questions = rules.eligible(bank(course.revision_id, language), sector, per_sector=course.per_sector)
    drawn = rules.draw(questions, size=course.draw, sector=sector, seen=seen, seed=seed)
    if not drawn:
        raise NothingToExamine
    return [{"question": d.question_revision_id, "slug": d.slug, "order": list(d.order)} for d in drawn]


def grade(
    draw: Iterable[Mapping[str, Any]],
    questions: Mapping[int, BankQuestion],
    responses: Mapping[int, Any],
    pass_mark: int,
) -> tuple[list[dict[str, Any]], rules.Outcome]:
    """Grades responses to a draw: the marks, as `Attempt.marks` stores them, and the outcome.

    ``questions`` and ``responses`` are by question revision, ``pass_mark`` is in percent.
    """
    marked = [_mark(questions[drawn["question"]], responses) for drawn in draw]
    outcome = rules.outcome([(points, mark["red_line"]) for points, mark in marked], pass_mark)
    return [mark for _, mark in marked], outcome


def _just_seen(past: Iterable[Attempt]) -> set[str]:
    """Returns the slugs of the questions of the latest attempt."""
    latest = max(past, key=lambda attempt: attempt.id, default=None)
    return {drawn["slug"] for drawn in latest.draw} if latest else set()


def _cleaned(
    attempt: Attempt, questions: Mapping[int, BankQuestion], responses: Mapping[int, Any]
) -> dict[int, Any]:
    asked = [questions[drawn["question"]] for drawn in attempt.draw]
    return {
        question.question_revision_id: rules.clean(
            question.kind, question.body, responses[question.question_revision_id]
        )
        for question in asked
        if question.question_revision_id in responses
    }


def _keep(attempt: Attempt, responses: Mapping[int, Any]) -> None:
    stored = {answer.question_revision_id: answer for answer in queries.list_answers(attempt.id)}
    for question_id, response in responses.items():
        answer = stored.get(question_id)
        if response is None:
            if answer is not None:
                session.delete(answer)
        elif answer is None:
            session.add(_new_answer(attempt.id, question_id, response))
        elif answer.response != response:
            answer.response, answer.saved_at = response, clock.now()


def _new_answer(attempt_id: int, question_id: int, response: Any) -> Answer:
    return Answer(
        attempt_id=attempt_id, question_revision_id=question_id, response=response, saved_at=clock.now()
    )


def _mark(question: BankQuestion, given: Mapping[int, Any]) -> tuple[Fraction, dict[str, Any]]:
    response = given.get(question.question_revision_id)
    points = rules.mark(question.kind, question.body, response)
    return points, {
        "question": question.question_revision_id,
        "slug": question.slug,
        # Four decimals for statistics; the score is added up from exact fractions.
        "points": round(float(points), 4),
        "red_line": question.red_line,
        "response": response,
    }
