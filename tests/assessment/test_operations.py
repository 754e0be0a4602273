"""Attempts on a real database: started once, saved, submitted and marked once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.assessment import operations, policy, queries
from lms.assessment.errors import AttemptsExhausted, NoQuestions
from lms.assessment.events import attempts_changed
from lms.assessment.models import Answer, Attempt
from lms.assessment.rules.grading import grade
from lms.catalogue.api import PublishedCourse
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import NotAllowed, NotThere
from tests.factories.courses import key_of, multiple, published, single, statements
from tests.factories.people import person

T = TypeVar("T")
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def learner(name: str = "Amina Yusuf", sector: str | None = "wash") -> Actor:
    who = person(name)
    return Actor(account_id=1000 + who.id, person_id=who.id, name=name, sector=sector)


def right(attempt: Attempt) -> dict[int, Any]:
    questions = operations.load_questions(attempt)
    return {
        number: key_of(question.body, question.kind)
        for number, question in questions.items()
        if number in {drawn["question"] for drawn in attempt.questions}
    }


def saved_responses(attempt_id: int) -> dict[int, Any]:
    return {answer.question_revision_id: answer.response for answer in queries.list_answers(attempt_id)}


@contextmanager
def heard() -> Iterator[list[set[int]]]:
    sets: list[set[int]] = []

    def hear(_sender: object, *, attempts: set[int], **_more: object) -> None:
        sets.append(set(attempts))

    with attempts_changed.connected_to(hear):
        yield sets


def together(app: Flask, act: Callable[[], T], workers: int = 6) -> list[T]:
    """Runs an act in several threads at once, each a transaction of its own."""
    barrier = Barrier(workers)

    def run() -> T:
        with app.app_context():
            barrier.wait()
            with unit_of_work():
                return act()

    with ThreadPoolExecutor(workers) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(workers)]]


def test_start_freezes_a_draw_and_is_idempotent(app_context: Flask, tmp_path: Path) -> None:
    course, actor = published(tmp_path), learner()
    with heard() as sets:
        first = operations.start_attempt(actor, course, sector="wash", seed="s")
        again = operations.start_attempt(actor, course, sector="wash", seed="other")
    assert first.id == again.id and first.seed == "s" and sets == [{first.id}]
    assert len(first.questions) == 6 and first.edition_id == course.edition_id and first.sector is None
    assert all(sorted(drawn["order"]) for drawn in first.questions)
    assert operations.start_attempt(learner("Bilal"), course, sector="wash").id != first.id


def test_two_starts_at_once_are_one_attempt(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), unit_of_work():
        course, actor = published(tmp_path), learner()
    numbers = together(app, lambda: operations.start_attempt(actor, course, sector="wash").id)
    assert len(set(numbers)) == 1


def test_saved_answers_are_merged_cleaned_and_taken_away(app_context: Flask, tmp_path: Path) -> None:
    course, actor = published(tmp_path), learner()
    attempt = operations.start_attempt(actor, course)
    (one, two, *_) = (drawn["question"] for drawn in attempt.questions)
    key = right(attempt)
    assert operations.save_responses(attempt, {one: key[one]})
    assert operations.save_responses(attempt, {two: key[two], 999_999: "a"})
    saved = saved_responses(attempt.id)
    questions = operations.load_questions(attempt)
    assert set(saved) == {one, two}
    assert all(grade(questions[n].kind, questions[n].body, saved[n]) == 1 for n in (one, two))
    assert operations.save_responses(attempt, {one: ["zz", {"x": 1}, "y" * 100_000], two: None})
    assert saved_responses(attempt.id) == {}


@pytest.mark.parametrize(
    "hostile", [None, "x" * 100_000, ["a"] * 1000, {"a": "a"}, {"s1": ["yes"]}, [[["a"]]], 7, True, {"": {}}]
)
def test_hostile_responses_never_crash(app_context: Flask, tmp_path: Path, hostile: Any) -> None:
    attempt = operations.start_attempt(learner(), published(tmp_path))
    everything = {drawn["question"]: hostile for drawn in attempt.questions} | {0: hostile, -1: hostile}
    operations.save_responses(attempt, everything)
    done = operations.submit_attempt(learner("Other"), attempt, everything)
    assert done.submitted_at is not None and done.score is not None and 0 <= done.score <= 100
    assert not done.passed


def test_submit_marks_once(app_context: Flask, tmp_path: Path) -> None:
    course, actor = published(tmp_path), learner()
    attempt = operations.start_attempt(actor, course)
    with clock.using(clock.FixedClock(NOW)) as at, heard() as sets:
        done = operations.submit_attempt(actor, attempt, right(attempt))
        assert (done.score, done.red_lines_right, done.passed, done.submitted_at) == (100, True, True, NOW)
        assert sets == [{attempt.id}]
        at.move_to(NOW + timedelta(hours=1))  # type: ignore[attr-defined]
        again = operations.submit_attempt(actor, attempt, dict.fromkeys(right(attempt), "b"))
        assert (again.score, again.submitted_at) == (100, NOW) and sets == [{attempt.id}]
    assert not operations.save_responses(attempt, dict.fromkeys(right(attempt), "b"))
    assert {mark["points"] for mark in done.grades or ()} == {1.0}
    session.flush()


def test_submits_at_once_give_one_outcome(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), unit_of_work():
        course, actor = published(tmp_path), learner()
        attempt = operations.start_attempt(actor, course)
        number, key = attempt.id, right(attempt)
    answers = iter([key, {}, key, {}, key, {}])

    def submit() -> tuple[Any, ...]:
        found = policy.load_attempt_for(actor, number)
        done = operations.submit_attempt(actor, found, next(answers))
        return done.score, done.passed, done.submitted_at

    with heard() as sets:
        outcomes = together(app, submit)
    assert len(set(outcomes)) == 1 and sets == [{number}]
    with app.app_context():
        stored = session.get(Attempt, number)
        assert stored is not None and (stored.score, stored.passed, stored.submitted_at) == outcomes[0]


def test_saves_at_once_keep_every_answer(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), unit_of_work():
        course, actor = published(tmp_path), learner()
        attempt = operations.start_attempt(actor, course)
        number, key = attempt.id, right(attempt)
    parts = iter([{question: response} for question, response in key.items()])
    together(app, lambda: operations.save_responses(policy.load_attempt_for(actor, number), next(parts)))
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Answer)) == 6


def test_a_red_line_half_right_does_not_pass(app_context: Flask, tmp_path: Path) -> None:
    reds = [single("q-red-one", red_line=True), multiple("q-red-two", red_line=True)]
    bank = [*(single(f"q{n}") for n in range(4)), *reds]
    attempt = operations.start_attempt(learner(), published(tmp_path, bank=bank))
    key = right(attempt)
    red = next(n for n, q in operations.load_questions(attempt).items() if q.slug == "q-red-two")
    done = operations.submit_attempt(learner("Other"), attempt, key | {red: ["a"]})
    assert (done.score, done.red_lines_right, done.passed) == (91, False, False)


@pytest.mark.parametrize(("ahead", "flagged"), [(timedelta(days=3), True), (-timedelta(days=3), False)])
def test_a_clock_that_is_ahead_is_set_back_and_flagged(
    app_context: Flask, tmp_path: Path, ahead: timedelta, flagged: bool
) -> None:
    actor = learner()
    attempt = operations.start_attempt(actor, published(tmp_path))
    with clock.using(clock.FixedClock(NOW)):
        done = operations.submit_attempt(actor, attempt, {}, client_at=NOW + ahead)
    assert (done.client_ahead, done.client_at) == (flagged, NOW if flagged else NOW + ahead)


def test_the_pause_after_two_tries(app_context: Flask, tmp_path: Path) -> None:
    course, actor = published(tmp_path), learner()
    with clock.using(clock.FixedClock(NOW)) as at:
        for _ in range(2):
            operations.submit_attempt(actor, operations.start_attempt(actor, course), {})
        with pytest.raises(AttemptsExhausted) as refused:
            operations.start_attempt(actor, course)
        assert refused.value.next_attempt_at == NOW + timedelta(hours=24)
        at.move_to(NOW + timedelta(hours=24))  # type: ignore[attr-defined]
        assert operations.start_attempt(actor, course).submitted_at is None


def test_the_next_draw_avoids_what_was_just_seen(app_context: Flask, tmp_path: Path) -> None:
    bank = [single(f"q{n}", red_line=n < 6) for n in range(8)]
    rules = {"mark": 80, "draw": 4, "tries": 2, "pause": "PT24H"}
    course, actor = published(tmp_path, bank=bank, **{"pass": rules}), learner()
    first = operations.start_attempt(actor, course)
    operations.submit_attempt(actor, first, {})
    second = operations.start_attempt(actor, course)
    assert not {d["slug"] for d in first.questions} & {d["slug"] for d in second.questions}


def test_an_edition_changed_meanwhile_is_marked_by_what_was_drawn(app_context: Flask, tmp_path: Path) -> None:
    actor = learner()
    attempt = operations.start_attempt(actor, published(tmp_path))
    key = right(attempt)
    turned = [single(f"new-{n}", red_line=True) for n in range(6)]
    newer = published(
        tmp_path, edition=2, bank=turned, **{"pass": {"mark": 100, "draw": 5, "tries": 1, "pause": "P1D"}}
    )
    done = operations.submit_attempt(actor, attempt, key)
    assert done.passed and done.score == 100 and done.edition_id != newer.edition_id
    assert operations.start_attempt(actor, newer).edition_id == newer.edition_id


PARTS = {"first-steps": "wash", "second-steps": "health"}


def brief(folder: Path) -> PublishedCourse:
    """A sector brief: three questions for each of two sectors."""
    bank = [single(f"{sector}-{n}", sectors=[sector], red_line=n < 2) for sector in PARTS.values() for n in range(3)]
    rules = {"mark": 80, "draw": 3, "tries": 2, "pause": "PT24H"}
    return published(folder, per_sector=True, sectors=PARTS, bank=bank, **{"pass": rules})


def test_nothing_to_examine(app_context: Flask, tmp_path: Path) -> None:
    course = brief(tmp_path)
    for sector in ("education", None):
        with pytest.raises(NoQuestions):
            operations.start_attempt(learner(), course, sector=sector)
    with pytest.raises(NotAllowed):
        operations.start_attempt(SYSTEM, course, sector="wash")


def test_per_sector_draws_and_counts_by_sector(app_context: Flask, tmp_path: Path) -> None:
    course, actor = brief(tmp_path), learner()
    for sector in PARTS.values():
        attempt = operations.start_attempt(actor, course, sector=sector)
        assert attempt.sector == sector and len(attempt.questions) == 3
        assert {drawn["slug"].partition("-")[0] for drawn in attempt.questions} == {sector}
    # The pause of one sector is not the other's.
    for _ in range(2):
        operations.submit_attempt(actor, operations.start_attempt(actor, course, sector="wash"), {})
    with pytest.raises(AttemptsExhausted):
        operations.start_attempt(actor, course, sector="wash")
    assert operations.start_attempt(actor, course, sector="health").submitted_at is None


def test_others_attempts_are_not_there(app_context: Flask, tmp_path: Path) -> None:
    course, amina, bilal = published(tmp_path), learner(), learner("Bilal")
    attempt = operations.start_attempt(amina, course)
    session.flush()
    assert policy.load_attempt_for(amina, attempt.id) is attempt
    for actor in (bilal, SYSTEM, Actor()):
        with pytest.raises(NotThere):
            policy.load_attempt_for(actor, attempt.id)
    with pytest.raises(NotThere):
        policy.load_attempt_for(amina, attempt.id + 1)


def test_an_attempt_form_has_no_right_answers(app_context: Flask, tmp_path: Path) -> None:
    ordering = single("q-order", type="ordering")
    ordering["options"] = [{"id": w, "text": w, "feedback": f"Secret {w}."} for w in ("look", "listen", "link")]
    matching = single("q-match", type="matching")
    del matching["options"]
    matching["pairs"] = [{"id": n, "left": f"l{n}", "right": f"r{n}", "feedback": "Secret."} for n in "12"]
    bank = [single("q-one", red_line=True), multiple("q-many", red_line=True), statements("q-said"), ordering, matching]
    actor = learner()
    attempt = operations.start_attempt(actor, published(tmp_path, bank=bank))
    form = operations.load_attempt_form(attempt)
    assert len(form) == 5 and not any(question.answered for question in form)
    said = repr(form)
    for secret in ("Secret", "Because", "Kind and safe", "Indeed", "correct", "red_line", "refresh"):
        assert secret not in said
    assert operations.load_review(attempt) == []
    operations.save_responses(attempt, responses_to(attempt))
    assert all(question.answered for question in operations.load_attempt_form(attempt))
    operations.submit_attempt(actor, attempt)
    reviewed = operations.load_review(attempt)
    assert attempt.score == 100 and all(question.right for question in reviewed)
    assert "Secret" in repr(reviewed) and all(part.right for question in reviewed for part in question.parts)


def responses_to(attempt: Attempt) -> dict[int, Any]:
    responses: dict[int, Any] = {}
    for number, question in operations.load_questions(attempt).items():
        match question.kind:
            case "ordering":
                options = question.body["options"]
                responses[number] = {part["id"]: str(place) for place, part in enumerate(options, start=1)}
            case "matching":
                responses[number] = {pair["id"]: pair["id"] for pair in question.body["pairs"]}
            case kind:
                responses[number] = key_of(question.body, kind)
    return responses
