"""What changes attempts: one is started, its responses are saved, it is submitted and graded once."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lms.assessment import queries
from lms.assessment.attempt_form import FormQuestion, build_attempt_form
from lms.assessment.attempt_review import ReviewedQuestion, build_review
from lms.assessment.errors import AttemptsExhausted, NoQuestions
from lms.assessment.events import attempts_changed
from lms.assessment.models import Answer, Attempt, OpenedBy, PaperQuiz
from lms.assessment.rules.corrections import Corrections, is_left_out, mark
from lms.assessment.rules.grading import QuizScore, is_answered, normalise_response, score_quiz
from lms.assessment.rules.question_selection import eligible_questions, questions_about, select_questions
from lms.assessment.rules.retakes import retake_allowance
from lms.audit.api import record
from lms.catalogue.api import BankQuestion, PublishedCourse, bank, load_course_revision
from lms.kernel import clock, rng
from lms.kernel.actor import Actor
from lms.kernel.db import session


def start_attempt(
    actor: Actor,
    course: PublishedCourse,
    *,
    sector: str | None = None,
    language: str = "en",
    seed: str | None = None,
    opened_by: OpenedBy = OpenedBy.MODULES,
    about: Collection[str] | None = None,
) -> Attempt:
    """Starts an attempt of the actor's own, or returns the one that is open in the same edition.

    ``sector`` is whom the questions are selected for: the learner's own or, where a course is per sector, the one
    it is taken for. ``about`` are the modules, by slug, that it asks about beside the red lines; None for all. The
    selection is fixed here; ``seed`` makes it repeatable. Raises ``AttemptsExhausted`` during a pause and
    ``NoQuestions`` where no question fits.
    """
    person_id = actor.require_person()
    queries.lock_person(person_id)
    own_sector = sector if course.per_sector else None
    past = [a for a in queries.list_attempts(person_id, course.course_id) if a.sector == own_sector]
    for attempt in past:
        if attempt.submitted_at is None and attempt.edition_id == course.edition_id:
            return attempt
    allowance = retake_allowance(queries.load_results(past).values(), course.tries, course.pause, clock.now())
    if allowance.next_attempt_at is not None:
        raise AttemptsExhausted(allowance.next_attempt_at)
    seed = seed or f"{rng.randbelow(1 << 128):032x}"
    attempt = Attempt(
        person_id=person_id,
        course_id=course.course_id,
        edition_id=course.edition_id,
        course_revision_id=course.revision_id,
        sector=own_sector,
        language=language,
        opened_by=opened_by,
        started_at=clock.now(),
        seed=seed,
        questions=select_attempt_questions(
            course,
            sector,
            language,
            list_slugs(past),
            seed,
            about=about,
            corrections=queries.load_corrections(course.edition_id),
        ),
    )
    session.add(attempt)
    session.flush()
    record(actor, "assessment.start", "attempt", attempt.id)
    attempts_changed.send(None, attempts={attempt.id}, persons={attempt.person_id})
    return attempt


def save_responses(attempt: Attempt, responses: Mapping[int, Any]) -> bool:
    """Saves responses by question revision; an empty response removes the saved one.

    Returns False, and saves nothing, where the attempt is submitted. Unknown questions and options are left out.
    """
    stored = queries.lock_attempt(attempt.id)
    if stored.submitted_at is not None:
        return False
    _save(stored, load_questions(stored), responses)
    session.flush()
    return True


def submit_attempt(
    actor: Actor,
    attempt: Attempt,
    responses: Mapping[int, Any] | None = None,
    client_at: datetime | None = None,
    *,
    accept_unanswered: bool = True,
) -> Attempt:
    """Saves responses, then submits and grades an attempt, once: a second submission changes nothing.

    It is not submitted while a question is unanswered, unless that is accepted. ``client_at`` is the time on the
    learner's device; a clock that is ahead is set back to the server's and flagged. The questions are graded as
    they were selected, whatever was published since, but for those that were corrected.
    """
    stored = queries.lock_attempt(attempt.id)
    if stored.submitted_at is not None:
        return stored
    questions = load_questions(stored)
    given = _save(stored, questions, responses or {})
    selected = [questions[one["question"]] for one in stored.questions]
    if not accept_unanswered and not all(
        is_answered(question.kind, question.body, given.get(question.question_revision_id)) for question in selected
    ):
        session.flush()
        return stored
    set_grades(stored, selected, given)
    moment = clock.now()
    stored.client_ahead = client_at is not None and client_at > moment
    stored.client_at = moment if stored.client_ahead else client_at
    stored.submitted_at = moment
    session.flush()
    record(actor, "assessment.submit", "attempt", stored.id)
    attempts_changed.send(None, attempts={stored.id}, persons={stored.person_id})
    return stored


def set_grades(attempt: Attempt, selected: Iterable[BankQuestion], given: Mapping[int, Any]) -> None:
    """Grades the responses to the questions of an attempt, by question revision, as corrected until now."""
    pass_mark = load_course_revision(attempt.course_revision_id, attempt.language).pass_mark
    corrections = queries.load_corrections(attempt.edition_id)
    attempt.grades, score = grade_attempt(selected, given, pass_mark, corrections)
    attempt.score, attempt.red_lines_right, attempt.passed = score.score, score.red_lines_right, score.passed


def load_questions(attempt: Attempt | PaperQuiz) -> dict[int, BankQuestion]:
    """Returns the questions of the bank of an attempt, or of a quiz on paper, by their revision, as it was then."""
    questions = bank(attempt.course_revision_id, attempt.language)
    return {question.question_revision_id: question for question in questions}


def load_attempt_form(attempt: Attempt) -> list[FormQuestion]:
    """Returns the questions of an attempt with the saved responses, without a trace of the keys."""
    responses = {answer.question_revision_id: answer.response for answer in queries.list_answers(attempt.id)}
    return build_attempt_form(attempt.questions, load_questions(attempt), responses)


def load_review(attempt: Attempt) -> list[ReviewedQuestion]:
    """Returns the questions of a submitted attempt with responses, keys and feedback; of an open one nothing."""
    if attempt.grades is None or attempt.submitted_at is None:
        return []
    corrections = queries.load_corrections(attempt.edition_id)
    return build_review(attempt.questions, load_questions(attempt), attempt.grades, corrections, attempt.submitted_at)


def select_attempt_questions(
    course: PublishedCourse,
    sector: str | None,
    language: str,
    seen: Iterable[str],
    seed: str,
    *,
    about: Collection[str] | None = None,
    corrections: Corrections = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Returns the questions of an attempt as ``Attempt.questions`` stores them; the same arguments give the same.

    ``seen`` are the slugs of the questions of earlier attempts, the oldest first; ``about`` as in ``start_attempt``.
    Questions that are void, or right for everybody, are left out. Raises ``NoQuestions``.
    """
    questions = eligible_questions(bank(course.revision_id, language), sector, per_sector=course.per_sector)
    questions = [question for question in questions if not is_left_out(question, corrections)]
    if about is not None:
        questions = questions_about(questions, about)
    selected = select_questions(questions, size=course.draw, sector=sector, seen=seen, seed=seed)
    if not selected:
        raise NoQuestions
    return [{"question": one.question_revision_id, "slug": one.slug, "order": list(one.order)} for one in selected]


def list_slugs(attempts: Iterable[Attempt]) -> list[str]:
    """Returns the slugs of the questions of attempts, in the order of the attempts."""
    return [one["slug"] for attempt in attempts for one in attempt.questions]


def most_questions_repeat(attempt: Attempt) -> bool:
    """Returns whether most questions of the attempt after this one will have been asked before: the bank is small."""
    course = load_course_revision(attempt.course_revision_id, attempt.language)
    past = [a for a in queries.list_attempts(attempt.person_id, attempt.course_id) if a.sector == attempt.sector]
    questions = eligible_questions(
        bank(course.revision_id, attempt.language), attempt.sector, per_sector=course.per_sector
    )
    new = {question.slug for question in questions}.difference(list_slugs(past))
    size = min(course.draw, len(questions))
    return 2 * min(len(new), size) < size


def only_red_lines(course: PublishedCourse, language: str) -> bool:
    """Returns whether every question of a course is about a red line."""
    return all(question.red_line for question in bank(course.revision_id, language))


def grade_attempt(
    questions: Iterable[BankQuestion],
    responses: Mapping[int, Any],
    pass_mark: int,
    corrections: Corrections = MappingProxyType({}),
) -> tuple[list[dict[str, Any]], QuizScore]:
    """Returns the grades of responses, as ``Attempt.grades`` stores them, and the score of the attempt.

    ``questions`` are those of the attempt in their order, ``responses`` are normalised and by question revision,
    ``pass_mark`` is in percent, ``corrections`` are those of the edition.
    """
    grades, points = [], []
    for question in questions:
        response = responses.get(question.question_revision_id)
        marked = mark(question, response, corrections)
        given: dict[str, Any] = {
            "question": question.question_revision_id,
            "slug": question.slug,
            # Four decimals for statistics; the score is added up from exact fractions.
            "points": round(float(marked.points), 4),
            "red_line": question.red_line,
            "response": response,
        }
        if marked.is_void:
            given["void"] = True
        else:
            points.append((marked.points, question.red_line))
        grades.append(given)
    return grades, score_quiz(points, pass_mark)


def _save(attempt: Attempt, questions: Mapping[int, BankQuestion], responses: Mapping[int, Any]) -> dict[int, Any]:
    """Saves the responses to questions of an attempt; returns all saved ones by question revision."""
    saved = {answer.question_revision_id: answer for answer in queries.list_answers(attempt.id)}
    for question_id in {one["question"] for one in attempt.questions} & set(responses):
        question, answer = questions[question_id], saved.get(question_id)
        response = normalise_response(question.kind, question.body, responses[question_id])
        if response is None:
            if answer is not None:
                session.delete(saved.pop(question_id))
        elif answer is None:
            answer = Answer(attempt_id=attempt.id, question_revision_id=question_id, response=response)
            saved[question_id], answer.saved_at = answer, clock.now()
            session.add(answer)
        elif answer.response != response:
            answer.response, answer.saved_at = response, clock.now()
    return {question_id: answer.response for question_id, answer in saved.items()}
