"""Questions corrected after use, on a real database: recorded once, attempts graded again, awards dated to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from lms.assessment import operations as attempts
from lms.assessment.api import load_results
from lms.assessment.correcting import operations
from lms.assessment.events import attempts_regraded
from lms.assessment.models import Attempt, OpenedBy, QuestionCorrection, Regrade
from lms.assessment.rules.corrections import CorrectionKind
from lms.catalogue.api import PublishedCourse
from lms.certification.models import Award
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid, NotThere
from tests.factories.courses import key_of, multiple, published, single
from tests.factories.people import person, sectors

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
BANK = [single("q-red", red_line=True), *(single(f"q-{n}") for n in range(3)), multiple("q-many", red_line=True)]
REASON = "The focal point is told first."


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    with app.app_context(), unit_of_work():
        sectors()
        return published(tmp_path, bank=BANK, **{"pass": {"mark": 80, "draw": 5, "tries": 9, "pause": "PT24H"}})


def take(course: PublishedCourse, name: str, at: datetime = NOW, **others: Any) -> int:
    """Lets somebody take the quiz, all right but for some responses, by "q_slug"."""
    who = session.scalar(select(Attempt.person_id).where(Attempt.seed == name)) or person(name).id
    actor = Actor(account_id=1000 + who, person_id=who)
    with clock.using(clock.FixedClock(at)):
        attempt = attempts.start_attempt(actor, course, seed=name, opened_by=OpenedBy.ORGANISATION)
        given = {
            number: others.get(question.slug.replace("-", "_"), key_of(question.body, question.kind))
            for number, question in attempts.load_questions(attempt).items()
        }
        return attempts.submit_attempt(actor, attempt, given).id


def correct(
    course: PublishedCourse, slug: str, kind: str = "rekey", key: Any = None, at: datetime = LATER
) -> QuestionCorrection:
    with clock.using(clock.FixedClock(at)):
        return operations.correct_question(SYSTEM, course.edition_id, slug, CorrectionKind(kind), key, reason=REASON)


@contextmanager
def writing(app: Flask) -> Iterator[None]:
    with app.app_context(), unit_of_work():
        yield


def work(app: Flask, at: datetime = LATER) -> None:
    """Lets the worker do what is due."""
    with app.app_context(), clock.using(clock.FixedClock(at)):
        while outbox.sweep():
            pass


def results(app: Flask) -> dict[int, tuple[int | None, bool | None]]:
    with app.app_context():
        found = load_results(session.scalars(select(Attempt)).all())
        return {number: (each.score, each.passed) for number, each in found.items()}


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_who_passes_now_has_an_award_dated_to_the_attempt(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        late = take(course, "Amina", q_0="b", q_1="b")
        right = take(course, "Bilal")
    assert results(app) == {late: (60, False), right: (100, True)}
    assert count(app, Award) == 1
    with writing(app):
        correct(course, "q-0", key=["b"])
    assert results(app)[late] == (60, False), "the job has not run"
    work(app)
    assert results(app) == {late: (80, True), right: (100, True)}
    with app.app_context():
        award = session.scalars(select(Award).where(Award.attempt_id == late)).one()
        assert (award.earned_on, award.score, award.how) == (NOW.date(), 80, "quiz")
        stored = session.get_one(Attempt, late)
        assert (stored.score, stored.passed) == (60, False), "attempts are facts"
        # Bilal keeps what he had.
        rows = {row.attempt_id: (row.score, row.passed) for row in session.scalars(select(Regrade))}
        assert rows == {late: (80, True), right: (80, True)}


def test_a_correction_twice_and_a_job_twice_change_nothing(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        take(course, "Amina", q_0="b", q_1="b")
        first = correct(course, "q-0", key=["b"]).id
        assert correct(course, "q-0", key=["b"]).id == first
    work(app)
    before = [count(app, table) for table in (Regrade, Award, QuestionCorrection, outbox.OutboxRow)]
    assert before == [1, 1, 1, 2]
    for run in (1, 2, 3):
        with writing(app):
            operations.regrade_batch(first, run, 0)
    work(app, LATER + timedelta(hours=1))
    assert [count(app, table) for table in (Regrade, Award, QuestionCorrection, outbox.OutboxRow)] == before


def test_many_attempts_in_batches_and_a_worker_killed_between(
    app: Flask, course: PublishedCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "BATCH", 2)
    with writing(app):
        numbers = [take(course, f"Person {n}", q_0="b", q_1="b") for n in range(5)]
        correct(course, "q-0", key=["b"])

    def killed(_sender: object, *, attempts: set[int], **_more: object) -> None:
        if numbers[2] in attempts:
            raise KeyboardInterrupt

    with attempts_regraded.connected_to(killed), pytest.raises(KeyboardInterrupt):
        work(app)
    assert [count(app, Regrade), count(app, Award)] == [2, 2], "the batch that was killed left nothing"
    work(app, LATER + timedelta(hours=1))
    assert [count(app, Regrade), count(app, Award)] == [5, 5]
    assert set(results(app).values()) == {(80, True)}


def test_who_submitted_by_the_old_key_meanwhile_is_found_by_the_second_run(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        known = take(course, "Amina", q_0="b", q_1="b")
        correct(course, "q-0", key=["b"])
    work(app)
    with writing(app):
        # A transaction that had begun before, and is committed after the job.
        attempt = session.get_one(Attempt, known)
        columns = {column.key: getattr(attempt, column.key) for column in Attempt.__table__.columns}
        late = Attempt(**columns | {"id": None, "person_id": person("Bilal").id})
        session.add(late)
        session.flush()
        number = late.id
    work(app)
    assert results(app)[number] == (60, False)
    work(app, LATER + operations.SECOND_RUN_AFTER)
    assert results(app)[number] == (80, True)


@pytest.mark.parametrize("first_job_first", [True, False])
def test_the_last_of_two_corrections_counts_in_whatever_order_their_jobs_run(
    app: Flask, course: PublishedCourse, *, first_job_first: bool
) -> None:
    with writing(app):
        number = take(course, "Amina", q_0="b", q_1="b", q_2="b")
        first = correct(course, "q-0", key=["c"]).id
        second = correct(course, "q-0", key=["b"]).id
        other = correct(course, "q-1", "full_marks").id
    for correction in (first, second, other) if first_job_first else (other, second, first):
        with writing(app):
            operations.regrade_batch(correction, 1, 0)
    assert results(app) == {number: (80, True)}
    assert [count(app, Regrade), count(app, Award)] == [1, 1]


def test_a_result_is_never_lowered(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        number = take(course, "Amina", q_1="b")
        correct(course, "q-0", key=["b"])
    work(app)
    assert results(app) == {number: (80, True)}
    with app.app_context():
        assert [(row.score, row.passed) for row in session.scalars(select(Regrade))] == [(60, False)]
    with writing(app):
        correct(course, "q-0", "full_marks", at=LATER + timedelta(days=1))
    work(app, LATER + timedelta(days=1))
    assert results(app) == {number: (80, True)} and count(app, Award) == 1
    with app.app_context():
        rows = session.scalars(select(Regrade).order_by(Regrade.id)).all()
        assert [(row.score, row.passed) for row in rows] == [(60, False), (80, True)]


def test_what_a_correction_gave_the_next_one_does_not_take(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        number, poor = take(course, "Amina", q_0="b", q_1="b"), take(course, "Bilal", q_1="b", q_2="b")
        correct(course, "q-0", key=["b"])
    work(app)
    assert results(app) == {number: (80, True), poor: (60, False)}
    with writing(app):
        correct(course, "q-0", key=["c"], at=LATER + timedelta(days=1))
    work(app, LATER + timedelta(days=1))
    assert results(app) == {number: (80, True), poor: (60, False)}
    with app.app_context():
        rows = session.scalars(select(Regrade).order_by(Regrade.id)).all()
        assert [(row.attempt_id, row.score) for row in rows] == [(number, 80), (poor, 40), (number, 60)]


def test_a_job_that_finds_a_later_correction_names_that_one(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        number = take(course, "Amina", q_0="b", q_1="b")
        first = correct(course, "q-0", key=["b"]).id
        operations.regrade_batch(first, 1, 0)
        second = correct(course, "q-1", "full_marks").id
        # The second run of the first, before the first run of the second.
        operations.regrade_batch(first, 2, 0)
        operations.regrade_batch(second, 1, 0)
        rows = session.scalars(select(Regrade).order_by(Regrade.id)).all()
        assert [(row.correction_id, row.score) for row in rows] == [(first, 80), (second, 100)]
    assert results(app) == {number: (100, True)}


def test_a_pass_by_correction_ends_the_count_of_failures(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        for hour in range(9):
            take(course, "Amina", NOW + timedelta(minutes=hour), q_0="b", q_1="b")
        correct(course, "q-0", key=["b"], at=NOW + timedelta(minutes=10))
    work(app, NOW + timedelta(minutes=10))
    with writing(app):
        assert take(course, "Amina", NOW + timedelta(minutes=11))


def test_open_attempts_are_marked_and_new_ones_selected_by_the_correction(app: Flask, course: PublishedCourse) -> None:
    with writing(app):
        who = person("Amina")
        actor = Actor(account_id=1, person_id=who.id)
        attempt = attempts.start_attempt(actor, course, seed="s")
        correct(course, "q-0", "void")
        correct(course, "q-1", "accept", ["a", "c"])
        given = {n: key_of(q.body, q.kind) for n, q in attempts.load_questions(attempt).items()}
        slugs = {q.slug: n for n, q in attempts.load_questions(attempt).items()}
        done = attempts.submit_attempt(
            actor, attempt, given | {slugs["q-0"]: "b", slugs["q-1"]: "c", slugs["q-2"]: "b"}
        )
        # Three of four: the void question does not count.
        assert (done.score, done.passed) == (75, False)
        assert [each["slug"] for each in done.grades or () if each.get("void")] == ["q-0"]
        again = attempts.start_attempt(actor, course, seed="t")
        assert {each["slug"] for each in again.questions} == {"q-red", "q-1", "q-2", "q-many"}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"key": ["z"]}, Invalid), ({"key": None}, Invalid), ({"kind": "accept", "key": []}, Invalid),
        ({"reason": " "}, Invalid), ({"reason": "x" * 501}, Invalid), ({"slug": "q-9"}, NotThere),
    ],
)  # fmt: skip
def test_refused(app: Flask, course: PublishedCourse, wrong: dict[str, Any], error: type[Exception]) -> None:
    given: dict[str, Any] = {"slug": "q-0", "kind": "rekey", "key": ["b"], "reason": REASON} | wrong
    kind, slug, key = CorrectionKind(given.pop("kind")), given.pop("slug"), given.pop("key")
    with pytest.raises(error), writing(app):
        operations.correct_question(SYSTEM, course.edition_id, slug, kind, key, **given)
    assert count(app, QuestionCorrection) == 0


@pytest.mark.parametrize(
    "change",
    [
        update(QuestionCorrection).values(reason="x"), delete(QuestionCorrection), update(Regrade).values(score=1),
        delete(Regrade),
    ],
    ids=str,
)  # fmt: skip
def test_the_database_refuses_to_change_or_remove_them(app: Flask, course: PublishedCourse, change: Any) -> None:
    with writing(app):
        take(course, "Amina", q_0="b", q_1="b")
        correct(course, "q-0", key=["b"])
    work(app)
    with pytest.raises(IntegrityError, match="what happened is not"), writing(app):
        session.execute(change.execution_options(synchronize_session=False))
