"""The pages as a browser without script meets them: forms are submitted, links are followed."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from lms.assessment.models import Answer, Attempt
from lms.catalogue.api import PublishedCourse
from lms.kernel import clock
from lms.kernel.db import db, session
from lms.learning.models import Completion, EditionSwitch
from lms.people.models import Person
from tests.factories.attempts import keys, number_of
from tests.factories.courses import single
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, publish_in, start

COURSE = "/courses/first-course"
NBSP = "\N{NO-BREAK SPACE}"


def stored(app: Flask, address: str) -> Attempt:
    with app.app_context():
        attempt = session.get(Attempt, int(address.rsplit("/", 1)[1]))
        assert attempt is not None
        session.expunge(attempt)
        return attempt


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def walker(client: FlaskClient, course: PublishedCourse) -> FlaskClient:
    """Amina's browser, all modules done."""
    sign_in(client)
    complete_all(client, course)
    return client


def test_who_finds_a_page_hard_is_shown_support(
    app: Flask, client: FlaskClient, files: Path, course: PublishedCourse
) -> None:
    publish_in(app, files, edition=2, content_note="Speaks of harm.")
    sign_in(client)
    assert 'Speaks of harm. <a href="/support">' in client.get(COURSE).text
    assert 'hard for you: <a href="/support">' in client.get(f"{COURSE}/first-steps").text


def test_from_course_to_result(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    assert "Start: First steps" in client.get(COURSE).text
    page = client.get(f"{COURSE}/first-steps").text
    assert "In your sector: WASH" in page and "The same situation in eight other sectors" in page
    assert "Done, next: Second steps" in page and "Module 1 of 2" in page
    response = client.post(f"{COURSE}/first-steps/complete")
    assert response.headers["Location"] == f"{COURSE}/second-steps"
    assert "Continue: Second steps" in client.get(COURSE).text
    assert "Done: go to the quiz" in client.get(f"{COURSE}/second-steps").text
    response = client.post(f"{COURSE}/second-steps/complete")
    assert response.headers["Location"] == f"{COURSE}/quiz"
    rules = client.get(f"{COURSE}/quiz").text
    assert "6 questions, all on one page" in rules and "We do not show which ones" in rules and f"80{NBSP}%" in rules
    attempt = start(client, course)
    page = client.get(attempt).text
    assert "<span data-answered>0</span> of 6 answered" in page
    response = client.post(f"{attempt}/submit", data=keys(app, attempt))
    assert response.headers["Location"] == f"{attempt}/result"
    result = client.get(f"{attempt}/result").text
    assert "You have passed" in result and f"100{NBSP}%" in result and "What you know" in result
    assert "Quiz passed" in client.get(COURSE).text and "Quiz passed" in client.get("/courses").text
    done = stored(app, attempt)
    assert done.passed and done.score == 100 and done.red_lines_right


def test_the_module_page_asks_little_and_is_small(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    client.get(f"{COURSE}/first-steps")
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    with clock.using(clock.FixedClock(datetime.now(UTC))):
        client.get(f"{COURSE}/first-steps")
        statements.clear()
        response = client.get(f"{COURSE}/first-steps", headers={"Accept-Encoding": "br"})
    assert response.status_code == 200 and response.headers["Content-Encoding"] == "br"
    assert len(statements) <= 6, statements
    assert len(response.data) < 9_000


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_reading_never_writes(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    with app.app_context():
        engine = db.engine
    written: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    for path in ("/courses", COURSE, f"{COURSE}/first-steps", f"{COURSE}/quiz", attempt):
        assert walker.get(path).status_code == 200
        assert walker.head(path).status_code == 200
    assert written == []
    for path in (f"{COURSE}/first-steps/complete", f"{attempt}/submit", f"{COURSE}/start-again"):
        assert walker.get(path).status_code in {404, 405}


def test_a_check_is_there_without_script(client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    page = client.get(f"{COURSE}/first-steps").text
    assert '<fieldset class="check" id="check-1">\n<legend>What do you do?</legend>' in page
    assert page.index("Tell the focal point") < page.index("Right, it is kind.") < page.index("Ask around")
    assert "<summary>Greet her.</summary>" in page and "Well meant, but harmful" in page
    assert "Here is who to tell." in page and "has no referral pathway yet" in page


def test_a_person_without_a_sector_sees_all_of_them_folded(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    with clock.using(clock.FixedClock(datetime(2025, 6, 1, tzinfo=UTC))):
        # Before Amina's placement began.
        sign_in(client)
        page = client.get(f"{COURSE}/first-steps").text
    assert "In your sector" not in page and "Your sector is not among these examples" in page
    assert "The same situation in 9 sectors" in page


@pytest.mark.parametrize(
    "path", ["/courses/none", f"{COURSE}/none", "/courses/none/quiz", "/attempts/9", "/attempts/9/result"]
)
def test_what_is_not_there(client: FlaskClient, course: PublishedCourse, path: str) -> None:
    sign_in(client)
    assert client.get(path).status_code == 404


def test_posts_to_what_is_not_there(client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    for path in ("/courses/none/quiz", f"{COURSE}/none/complete", "/attempts/9", "/attempts/9/submit"):
        assert client.post(path).status_code == 404


def test_no_courses_yet(app: Flask, client: FlaskClient, files: Path) -> None:
    from tests.factories.people import make_small_organisation  # noqa: PLC0415

    make_small_organisation(app)
    sign_in(client)
    assert "Nothing has been published so far" in client.get("/courses").text


def test_completing_twice_is_once(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    for _ in range(3):
        response = client.post(f"{COURSE}/first-steps/complete", data={"client_at": "2999-01-01T00:00:00Z"})
        assert response.headers["Location"] == f"{COURSE}/second-steps"
    with app.app_context():
        done = session.scalars(select(Completion)).one()
        assert done.client_at == done.recorded_at and done.language == "en"
        assert done.module_revision_id == course.modules[0].module_revision_id
    page = client.get(f"{COURSE}/first-steps").text
    assert "Completed on" in page and "Next: Second steps" in page and "/complete" not in page


@pytest.mark.parametrize(
    "said", ["", "yesterday", "2026-01-01", "2026-01-01T10:00:00", "9" * 1000, "0001-01-01T00:00:00+23:59"]
)
def test_a_clock_that_cannot_be_read_says_nothing(
    app: Flask, client: FlaskClient, course: PublishedCourse, said: str
) -> None:
    sign_in(client)
    assert client.post(f"{COURSE}/first-steps/complete", data={"client_at": said}).status_code == 303
    with app.app_context():
        assert session.scalars(select(Completion)).one().client_at is None


def test_the_quiz_is_closed_until_all_modules_are_done(client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    client.post(f"{COURSE}/first-steps/complete")
    page = client.get(f"{COURSE}/quiz").text
    assert "You still have 1 module to complete" in page and f'href="{COURSE}/second-steps"' in page
    assert f'action="{COURSE}/quiz' not in page and "Start the quiz" not in page
    assert client.post(f"{COURSE}/quiz").status_code == 409


def test_an_open_attempt_is_gone_on_with(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    assert start(walker, course) == attempt
    assert f'href="{attempt}"' in walker.get(COURSE).text
    assert f'href="{attempt}"' in walker.get(f"{COURSE}/quiz").text
    assert count(app, Attempt) == 1


def test_red_lines_and_keys_are_not_in_the_page(walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    page = walker.get(attempt).text
    questions = re.findall(r"<fieldset class=\"question\".*?</fieldset>", page, re.DOTALL)
    assert len(questions) >= 6
    for secret in ("Kind and safe", "It may harm", "Because a", "Indeed.", "correct", "Red line", "late"):
        assert not any(secret in question for question in questions), secret
    # Before the submission there is no result to look at.
    assert walker.get(f"{attempt}/result").headers["Location"] == attempt


def test_answers_are_saved_as_one_goes(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    plain, many, said = (number_of(app, attempt, slug) for slug in ("q-plain", "q-many", "q-said"))
    fetch = {"X-Requested-With": "fetch"}

    def send(**form: Any) -> None:
        response = walker.post(attempt, data={name.replace("_", "-"): v for name, v in form.items()}, headers=fetch)
        assert (response.status_code, response.data) == (204, b"")

    def saved() -> dict[str, Any]:
        slugs = {one["question"]: one["slug"] for one in stored(app, attempt).questions}
        with app.app_context():
            return {slugs[one.question_revision_id]: one.response for one in session.scalars(select(Answer))}

    answers = keys(app, attempt, q_plain="b", q_many=["a", "c"], q_said={"s1": "yes", "s2": "yes"})
    first, second = (name for name in answers if name.startswith(f"q-{said}-"))
    send(**{f"q_{plain}": answers[f"q-{plain}"], "changed": f"q-{plain}"})
    send(**{f"q_{many}": answers[f"q-{many}"]})
    send(**{first: "yes"})
    assert saved()["q-plain"] == "b" and saved()["q-many"] == ["a", "c"] and len(saved()["q-said"]) == 1
    # The second part joins the first; an emptied group of boxes says so; a changed mind is kept.
    right = keys(app, attempt)
    send(**{second: "yes", f"q_{plain}": right[f"q-{plain}"], "changed": f"q-{many}"})
    assert saved() == {"q-plain": "a", "q-said": {"s1": "yes", "s2": "yes"}}
    page = walker.get(attempt).text
    assert "<span data-answered>2</span> of 6 answered" in page
    value = right[f"q-{plain}"][0]
    assert f'value="{value}" id="q-{plain}-{value}" checked' in page
    # An empty form, as a lost connection may send it, takes nothing away.
    assert walker.post(attempt, data={}).headers["Location"] == attempt
    assert len(saved()) == 2


def test_a_gentle_stop_before_submitting_with_open_questions(
    app: Flask, walker: FlaskClient, course: PublishedCourse
) -> None:
    attempt = start(walker, course)
    form = keys(app, attempt)
    left = number_of(app, attempt, "q-other")
    del form[f"q-{left}"]
    response = walker.post(f"{attempt}/submit", data=form)
    assert response.headers["Location"] == f"{attempt}?unanswered=1"
    page = walker.get(response.headers["Location"]).text
    assert "1 question is not answered yet" in page and page.count("Not answered yet") == 1
    assert re.search(r'<a href="#q\d">\d\. Stem of q-other\?</a>', page)
    assert stored(app, attempt).submitted_at is None
    # The answers are kept; the second button submits what is there.
    response = walker.post(f"{attempt}/submit", data={"anyway": "1"})
    assert response.headers["Location"] == f"{attempt}/result"
    done = stored(app, attempt)
    assert (done.score, done.passed) == (83, True)
    assert "Not answered" in walker.get(f"{attempt}/result").text


def test_the_first_button_of_the_form_saves(walker: FlaskClient, course: PublishedCourse) -> None:
    """What the Enter key presses must never submit."""
    page = walker.get(f"{start(walker, course)}?unanswered=1").text
    form = page[page.index("data-autosave") :]
    assert "formaction" not in form[: form.index("</button>")]


def test_submitting_again_after_a_lost_answer(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    walker.post(f"{attempt}/submit", data=keys(app, attempt))
    before = stored(app, attempt)
    for form in ({}, {"anyway": "1"}, dict.fromkeys(keys(app, attempt), "b")):
        response = walker.post(f"{attempt}/submit", data=form)
        assert response.headers["Location"] == f"{attempt}/result"
    assert walker.post(attempt, data=keys(app, attempt)).headers["Location"] == f"{attempt}/result"
    assert walker.get(attempt).headers["Location"] == f"{attempt}/result"
    after = stored(app, attempt)
    assert (after.score, after.submitted_at, after.grades) == (before.score, before.submitted_at, before.grades)


def test_a_result_says_what_to_read_again(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    form = keys(app, attempt, q_red_one="b")
    walker.post(f"{attempt}/submit", data=form)
    page = walker.get(f"{attempt}/result").text
    assert "Not passed yet: a red line" in page and "One red-line question was incorrect" in page
    assert f'href="{COURSE}/first-steps#first-of-first-steps"' in page
    assert "(2 of 3 correct)" in page[page.index("What to read again") : page.index("Try again now")]
    assert "Do the second thing" in page[page.index("What you know") :]
    assert "1 attempt is left" in page and "most of them will be the same" in page
    # The red line may be asked again: what is wrong with the choice is said, the key is not.
    missed = page[page.index('class="card late" id="r') :]
    missed = missed[: missed.index("</section>")]
    assert "Wrong of q-red-one" in missed and "It may harm." in missed and "Right of q-red-one" not in missed
    assert "You see the correct answer once you have passed." in missed


def test_after_two_tries_the_pause(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    moment = datetime.now(UTC)
    with clock.using(clock.FixedClock(moment)) as at:
        for _ in range(2):
            attempt = start(walker, course)
            walker.post(f"{attempt}/submit", data={"anyway": "1"})
        assert "You can try again on" in walker.get(f"{attempt}/result").text
        response = walker.post(f"{COURSE}/quiz")
        assert response.headers["Location"] == f"{COURSE}/quiz"
        page = walker.get(f"{COURSE}/quiz").text
        assert "You have used all your attempts for now" in page and "Start the quiz" not in page
        at.move_to(moment + timedelta(hours=24, minutes=1))  # type: ignore[attr-defined]
        sign_in(walker)
        assert start(walker, course) != attempt


def test_others_attempts_are_not_there(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    for who in ("hana", "root", "tomas"):
        other = app.test_client()
        sign_in(other, f"{who}@demo.example")
        for path in (attempt, f"{attempt}/result"):
            assert other.get(path).status_code == 404
        for path in (attempt, f"{attempt}/submit"):
            assert other.post(path, data=keys(app, attempt)).status_code == 404
    assert stored(app, attempt).submitted_at is None and count(app, Answer) == 0


@pytest.mark.parametrize("word", ["zz", "x" * 100_000, "../../etc", "<script>", "\x00", "a,b"])
def test_hostile_forms(app: Flask, walker: FlaskClient, course: PublishedCourse, word: str) -> None:
    attempt = start(walker, course)
    form: dict[str, Any] = dict.fromkeys(keys(app, attempt), word)
    form |= {"q-999999": word, "q-": word, "q-1-": word, "changed": ["q-x", f"q-{word}"], word: word}
    assert walker.post(attempt, data=form).status_code == 303
    assert count(app, Answer) == 0
    assert walker.post(f"{attempt}/submit", data=form | {"anyway": "1"}).status_code == 303
    assert stored(app, attempt).score == 0
    assert "Not passed yet" in walker.get(f"{attempt}/result").text


def test_a_new_edition_does_not_disturb_who_has_begun(
    app: Flask, client: FlaskClient, course: PublishedCourse, files: Path
) -> None:
    sign_in(client)
    client.post(f"{COURSE}/first-steps/complete")
    publish_in(app, files, edition=2, modules=("first-steps", "second-steps", "third-steps"))
    page = client.get(COURSE).text
    assert "Continue: Second steps" in page and "Third steps" not in page
    assert "A newer edition is available" in page
    assert client.get(f"{COURSE}/third-steps").status_code == 404
    response = client.post(f"{COURSE}/second-steps/complete")
    assert response.headers["Location"] == f"{COURSE}/quiz"
    attempt = start(client, course)
    assert stored(app, attempt).edition_id == course.edition_id
    client.post(f"{attempt}/submit", data=keys(app, attempt))
    assert stored(app, attempt).passed
    # Passed: the next time it is the new edition, with everything to be read, or the quiz at once.
    page = client.get(COURSE).text
    assert "Quiz passed" in page and "Renew: start with First steps" in page and "Third steps" in page
    assert "Take the quiz without the modules" in page


def test_starting_again_on_a_newer_edition(
    app: Flask, client: FlaskClient, course: PublishedCourse, files: Path
) -> None:
    sign_in(client)
    assert client.post(f"{COURSE}/start-again").status_code == 409
    complete_all(client, course)
    old_attempt = start(client, course)
    newer = publish_in(app, files, edition=2, modules=("first-steps", "second-steps", "third-steps"))
    for expected in (303, 409):
        assert client.post(f"{COURSE}/start-again").status_code == expected
    assert count(app, EditionSwitch) == 1
    page = client.get(COURSE).text
    assert "Start: First steps" in page and "Third steps" in page and "A newer edition" not in page
    # The attempt of the old edition is still what it was, and marked by what was drawn.
    client.post(f"{old_attempt}/submit", data=keys(app, old_attempt))
    assert stored(app, old_attempt).passed
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Completion)) == 2
    complete_all(client, newer)
    assert stored(app, start(client, newer)).edition_id == newer.edition_id


def test_a_corrected_word_keeps_completions_of_the_edition(
    app: Flask, client: FlaskClient, course: PublishedCourse, files: Path
) -> None:
    sign_in(client)
    complete_all(client, course)
    attempt = start(client, course)
    revised = publish_in(app, files, extra_words="\nOne more word.\n")
    assert revised.edition_id == course.edition_id and revised.revision_id != course.revision_id
    assert "One more word" in client.get(f"{COURSE}/first-steps").text
    assert start(client, course) == attempt
    assert "Completed on" in client.get(f"{COURSE}/first-steps").text
    client.post(f"{attempt}/submit", data=keys(app, attempt))
    assert stored(app, attempt).passed


def test_a_sector_brief(app: Flask, client: FlaskClient, course: PublishedCourse, files: Path) -> None:
    parts = {"wash-part": "wash", "health-part": "health"}
    brief_bank = [
        single(f"{sector}-{n}", sectors=[sector], red_line=n < 2, refresh={"module": f"{sector}-part"})
        for sector in parts.values()
        for n in range(3)
    ]
    rules = {"mark": 80, "draw": 3, "tries": 2, "pause": "PT24H"}
    brief = publish_in(app, files, "sector-briefs", per_sector=True, modules=tuple(parts), sectors=parts,
                       bank=brief_bank, **{"pass": rules})  # fmt: skip
    sign_in(client)
    page = client.get("/courses/sector-briefs").text
    assert "Start: Wash part" in page and "Health part" not in page
    assert client.post("/courses/sector-briefs/quiz").status_code == 409
    response = client.post("/courses/sector-briefs/wash-part/complete")
    assert response.headers["Location"] == "/courses/sector-briefs/quiz?sector=wash"
    wash = stored(app, start(client, brief))
    assert wash.sector == "wash" and {d["slug"][:4] for d in wash.questions} == {"wash"}
    # Another sector is another course: its own module, quiz and attempt.
    assert client.post("/courses/sector-briefs/quiz?sector=health").status_code == 409
    client.post("/courses/sector-briefs/health-part/complete")
    health = stored(app, start(client, brief, "?sector=health"))
    assert health.sector == "health" and health.id != wash.id
    # A sector the course has no part for is asked about, and opens nothing.
    assert "Choose the sector you work in" in client.get("/courses/sector-briefs/quiz?sector=none").text
    assert client.post("/courses/sector-briefs/quiz?sector=none").status_code == 409


def test_what_somebody_is_told_of_is_theirs(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    complete_all(client, course)
    with app.app_context():
        amina = session.scalars(select(Person).where(Person.email == "amina@demo.example")).one()
        assert set(session.scalars(select(Completion.person_id))) == {amina.id}
    other = app.test_client()
    sign_in(other, "tomas@demo.example")
    assert "Start: First steps" in other.get(COURSE).text


FROM_HERE = {"Origin": "http://localhost"}


def test_blank_fields_of_an_older_tab_change_nothing(app: Flask, walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    right = keys(app, attempt)
    walker.post(attempt, data=right)
    older = {name: "" for name in right if name.count("-") == 2}
    assert older
    walker.post(attempt, data=older)
    walker.post(f"{attempt}/submit", data=older)
    assert stored(app, attempt).score == 100


@pytest.mark.parametrize("what", ["", "/submit"])
def test_answers_sent_while_signed_out_are_saved_at_the_next_sign_in(
    app: Flask, walker: FlaskClient, course: PublishedCourse, what: str
) -> None:
    attempt = start(walker, course)
    right = keys(app, attempt)
    walker.post("/logout")
    refused = walker.post(f"{attempt}{what}", data=right, headers=FROM_HERE)
    assert refused.status_code == 401 and "You are signed out" in refused.text
    name = next(iter(right))
    assert f'name="{name}" value="' in refused.text and count(app, Answer) == 0
    sign_in(walker)
    assert count(app, Answer) == 6 and walker.get_cookie("answers") is None
    assert "The answers that you sent while you were signed out are saved." in walker.get(attempt).text
    # The page that was open all the time works too.
    assert walker.post(f"{attempt}/submit", data=right, headers=FROM_HERE).status_code == 303
    assert stored(app, attempt).score == 100


def test_unsaved_answers_are_for_the_same_person_and_an_hour(
    app: Flask, walker: FlaskClient, course: PublishedCourse
) -> None:
    attempt = start(walker, course)
    right = keys(app, attempt)
    walker.post("/logout")
    walker.post(attempt, data=right, headers=FROM_HERE)
    sign_in(walker, "hana@demo.example")
    assert count(app, Answer) == 0 and walker.get_cookie("answers") is None
    walker.post("/logout")
    # Another site cannot put answers into the browser of somebody who is about to sign in.
    for headers in ({}, {"Origin": "http://evil.example"}):
        walker.post(attempt, data=right, headers=headers)
        assert walker.get_cookie("answers") is None
    walker.post(attempt, data=right, headers=FROM_HERE)
    cookie = walker.get_cookie("answers")
    assert cookie is not None and cookie.max_age == 3600 and cookie.http_only
    walker.set_cookie("answers", f"x{cookie.value}")
    sign_in(walker)
    assert count(app, Answer) == 0


def test_saving_leads_back_to_the_question(walker: FlaskClient, course: PublishedCourse) -> None:
    attempt = start(walker, course)
    page = walker.get(attempt).text
    assert '<button class="link" type="submit" name="at" value="3">' in page
    assert walker.post(attempt, data={"at": "3"}).headers["Location"] == f"{attempt}#q3"
    assert walker.post(attempt, data={"at": "x'"}).headers["Location"] == attempt
