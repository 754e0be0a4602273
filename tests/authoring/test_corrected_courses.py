"""After a question was corrected: what its file may say within the edition, and how its figures are marked."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.assessment import operations as attempts
from lms.assessment.api import CorrectionKind, correct_question, load_corrections
from lms.assessment.models import Attempt, OpenedBy, QuestionCorrection
from lms.catalogue.api import PublishedCourse, publish, published_course
from lms.catalogue.source.problems import Severity
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session, unit_of_work
from tests.authoring.test_views import PAGE, page, submit
from tests.factories.courses import make_organisation_with_course, multiple, single, statements, write_course
from tests.factories.people import person, sign_in


def bank(plain: str = "a", other: str = "a", **changes: Any) -> list[dict[str, Any]]:
    """Writes six questions, two of them with the option given as the right one."""
    found = [
        single("q-red-one", red_line=True),
        single("q-red-two", "two", red_line=True),
        single("q-plain", **changes),
        single("q-other", "two"),
        multiple("q-many"),
        statements("q-said"),
    ]
    for question, right in zip(found[2:4], (plain, other), strict=True):
        for option in question["options"]:
            option["correct"] = option["id"] == right
    return found


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    return make_organisation_with_course(app, tmp_path, bank=bank())


def correct(app: Flask, course: PublishedCourse, slug: str, kind: str, key: Any = None) -> None:
    with app.app_context(), unit_of_work():
        correct_question(SYSTEM, course.edition_id, slug, CorrectionKind(kind), key, reason="It was wrong.")


def publish_bank(app: Flask, folder: Path, questions: list[dict[str, Any]]) -> list[str]:
    """Publishes the course with other questions; returns why it was refused."""
    with app.app_context(), unit_of_work():
        write_course(folder, bank=questions)
        done = publish(folder / "modules", folder / "quizzes", SYSTEM)
        return [each.message for each in done.problems if each.severity == Severity.ERROR]


def score(app: Flask, who: int, response: str) -> int | None:
    """Returns what somebody scores who answers `q-plain` so and nothing else."""
    with app.app_context(), unit_of_work():
        course = published_course("first-course")
        assert course is not None
        actor = Actor(account_id=1, person_id=person(f"Person {who}").id)
        attempt = attempts.start_attempt(actor, course, opened_by=OpenedBy.ORGANISATION)
        known = {question.slug: number for number, question in attempts.load_questions(attempt).items()}
        return attempts.submit_attempt(actor, attempt, {known["q-plain"]: response}).score


def test_a_file_follows_a_correction_within_the_edition(app: Flask, tmp_path: Path, course: PublishedCourse) -> None:
    assert publish_bank(app, tmp_path, bank("b")) == ["the right answers change (q-plain)"]
    correct(app, course, "q-plain", "rekey", ["b"])
    # The file need not follow: what is corrected stays so, whatever else is published.
    assert publish_bank(app, tmp_path, bank(stem="Other words?")) == []
    assert score(app, 1, "b") == 16 and score(app, 2, "a") == 0
    for wrong in (bank("c"), bank("b", "b")):
        assert len(publish_bank(app, tmp_path, wrong)) == 1
    assert publish_bank(app, tmp_path, bank("b")) == []
    assert score(app, 3, "b") == 16 and score(app, 4, "a") == 0
    assert publish_bank(app, tmp_path, bank("a")) == ["the right answers change (q-plain)"]
    # Corrected once more, all versions of the edition are.
    correct(app, course, "q-plain", "rekey", ["c"])
    assert publish_bank(app, tmp_path, bank("b", stem="Again other words?")) == []
    assert score(app, 5, "c") == 16 and score(app, 6, "b") == 0
    with app.app_context():
        last = session.scalars(select(QuestionCorrection).order_by(QuestionCorrection.id.desc())).first()
        assert last is not None and len(last.replaced) == 2


@pytest.mark.parametrize("kind", ["void", "full_marks"])
def test_a_question_that_asks_nothing_may_be_rewritten(
    app: Flask, tmp_path: Path, course: PublishedCourse, kind: str
) -> None:
    before = score(app, 1, "c")
    correct(app, course, "q-plain", kind)
    assert publish_bank(app, tmp_path, bank("b", stem="Rewritten?")) == []
    assert score(app, 2, "b") == 16, "it counts again"
    # Another key of what was rewritten changes nothing of what was before.
    correct(app, course, "q-plain", "rekey", ["c"])
    assert score(app, 3, "c") == 16
    with app.app_context():
        kinds = {str(each.kind) for each in load_corrections(course.edition_id)[3].values()}
        assert kinds == {kind, "rekey"}
        while outbox.sweep():
            pass
        assert session.get_one(Attempt, 1).score == before == 0


def test_figures_are_marked_by_the_correction(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    """Half of the people chose b: by the first key half are right, by the second key the others."""
    submit(app, course, range(40))
    submit(app, course, range(40, 60), tries=2)
    sign_in(client, "tomas@demo.example")
    assert "A. Right of q-plain (right)" in page(client, PAGE) and "Corrected on" not in page(client, PAGE)
    correct(app, course, "q-plain", "rekey", ["b"])
    shown = page(client, PAGE)
    assert "B. Wrong of q-plain (right)" in shown and "A. Right of q-plain (right)" not in shown
    assert "All answers are marked by what is right now, earlier ones too." in shown
    correct(app, course, "q-plain", "accept", ["b"])
    shown = page(client, PAGE)
    assert "B. Wrong of q-plain (right)" in shown and "A. Right of q-plain (right)" in shown
    assert "Stem of q-plain? q-plain · English 60 100 %" in shown
    assert "Mean 100 %" in shown
    correct(app, course, "q-plain", "void")
    shown = page(client, PAGE)
    assert "it counts for nobody. Correct this question" in shown and "of q-plain Top" not in shown
