"""Quizzes on paper: printed for some people, entered twice, graded and awarded as those taken online."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count as count_up
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from lms.assessment.api import CorrectionKind, correct_question, load_copy_form
from lms.assessment.models import Attempt, OpenedBy, PaperEntry, PaperQuiz, QuizCopy
from lms.assessment.operations import load_questions
from lms.audit.models import AuditEntry
from lms.authoring.statistics.queries import list_editions
from lms.catalogue.api import PublishedCourse
from lms.certification.models import Award
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from tests.assessment.test_trial import right_response
from tests.factories import people
from tests.factories.attempts import fields_of
from tests.factories.courses import questions, single
from tests.factories.people import sign_in
from tests.learning.conftest import complete_all, publish_in, start
from tests.learning.test_stories import story

MONDAY, TUESDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 9)
KINDS = {"single", "multiple", "statements", "ordering", "matching", "branching"}
TOKENS = count_up()
PRINTED = (
    "Mark one.", "Mark all that apply.", "First of q-said. True False", "Write the letter of the match",
    "Number the items in order", "Step 1: It begins.", "(go on with step ", "(end of the story)",
)  # fmt: skip
ADDRESS = "http://localhost/paper/copies/"


@pytest.fixture(autouse=True)
def time() -> Iterator[FixedClock]:
    with clock.using(FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))) as fixed:
        assert isinstance(fixed, FixedClock)
        yield fixed


@pytest.fixture
def course(app: Flask, files: Path) -> PublishedCourse:
    """The small organisation, and a course whose quiz asks nine questions of all six kinds."""
    people.make_small_organisation(app)
    ordering = single("q-order", type="ordering")
    ordering["options"] = [{"id": w, "text": f"First {w}", "feedback": "Because."} for w in ("look", "listen", "link")]
    matching = single("q-match", type="matching")
    del matching["options"]
    matching["pairs"] = [{"id": n, "left": f"left {n}", "right": f"right {n}", "feedback": "Because."} for n in "12"]
    bank = [*questions(), ordering, matching, story()]
    return publish_in(app, files, bank=bank, **{"pass": {"mark": 80, "draw": 9, "tries": 2, "pause": "PT24H"}})


@pytest.fixture
def hana(app: Flask, course: PublishedCourse) -> FlaskClient:
    return browser(app, "hana")


def browser(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, f"{who}@demo.example")
    return client


def words(client: FlaskClient, address: str) -> str:
    body = client.get(address).text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body.replace("\xa0", " ")).split())


def send(client: FlaskClient, course: PublishedCourse, numbers: str, **more: Any) -> Any:
    form = {"organisation": 1, "course": course.course_id, "sector": "", "language": "en", "station": ""}
    return client.post("/paper/new", data=form | {"numbers": numbers, "token": str(next(TOKENS))} | more)


def printed(app: Flask, client: FlaskClient, course: PublishedCourse, numbers: str = "W-1") -> list[str]:
    """Prints for some people and returns the codes of their copies, in the order of their ids."""
    answer = send(client, course, numbers)
    assert answer.status_code == 303, answer.text
    with app.app_context():
        quiz = int(answer.headers["Location"].rpartition("/")[2])
        return list(session.scalars(select(QuizCopy.code).filter_by(quiz_id=quiz).order_by(QuizCopy.id)))


def typed(app: Flask, code: str, number: int, on: date = MONDAY, **others: Any) -> dict[str, Any]:
    """Returns the form of an entry that answers everything right; ``others`` are other responses, by "q_slug"."""
    form: dict[str, Any] = {"number": number, "written_on": on.isoformat()}
    with app.app_context():
        copy = session.scalars(select(QuizCopy).filter_by(code=code)).one()
        quiz = session.get_one(PaperQuiz, copy.quiz_id)
        bank = load_questions(quiz)
        for question in load_copy_form(copy, quiz):
            asked = bank[question.question_revision_id]
            response = others.get(asked.slug.replace("-", "_"), right_response(asked))
            if response is not None:
                form |= fields_of(question, response)
    return form


def enter(client: FlaskClient, code: str, form: dict[str, Any], act: str = "enter") -> Any:
    return client.post(f"/paper/copies/{code}/{act}", data=form)


def count(app: Flask, model: type[Any]) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(model)) or 0


def last(app: Flask, model: type[Any]) -> Any:
    with app.app_context():
        found = session.query(model).order_by(model.id.desc()).first()
        session.expunge_all()
        return found


def test_everybody_has_a_copy_with_a_code_and_the_keys_are_apart(
    app: Flask, hana: FlaskClient, course: PublishedCourse
) -> None:
    codes = printed(app, hana, course, "W-1\tAmina\nW-2; Tomas\n w-2 \n")
    pdf = hana.get("/paper/1.pdf")
    assert pdf.data == hana.get("/paper/1.pdf").data
    document = pypdfium2.PdfDocument(pdf.data)
    found = [zxingcpp.read_barcodes(page.render(scale=3).to_pil()) for page in document]
    assert [each.text for page in found for each in page] == [ADDRESS + code for code in codes]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages]
    for name, number, code in (("Amina Yusuf", "W-1", codes[0]), ("Tomas Silva", "W-2", codes[1])):
        shown = f"{code[:5]}-{code[5:]}"
        own = [page for page in pages if f"{shown} · " in page]
        assert name in own[0] and f"Staff number: {number}" in own[0] and "Wrong" in "".join(own)
        # A loose page has the code, not the name.
        assert not any(name in page for page in pages if page is not own[0])
        text = " ".join("\n".join(own).split())
        for said in PRINTED:
            assert said in text, said
    assert hana.get("/paper/1/keys.pdf").status_code == 403
    one = hana.get(f"/paper/1.pdf?copy={codes[1]}").data
    assert "Amina" not in "".join(page.extract_text() for page in PdfReader(io.BytesIO(one)).pages)
    keys_pdf = browser(app, "tomas").get("/paper/1/keys.pdf").data
    told = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(keys_pdf)).pages)
    assert "Amina" not in told and "for trainers only" in told
    with app.app_context():
        for copy in session.scalars(select(QuizCopy)):
            bank, right = load_questions(session.get_one(PaperQuiz, 1)), []
            for number, one_question in enumerate(copy.questions, start=1):
                question = bank[one_question["question"]]
                if question.kind in {"single", "multiple"}:
                    ids = {each["id"] for each in question.body["options"] if each["correct"]}
                    letters = [letter for letter, id_ in zip("ABCD", one_question["order"], strict=False) if id_ in ids]
                    right.append(f"{number}. {' '.join(letters)}")
            text = " ".join(told.split(f"{copy.code[:5]}-{copy.code[5:]}")[1].split())
            assert len(right) == 5 and all(each in text for each in right), (right, text)


def test_two_equal_entries_give_the_award_of_the_day_on_the_paper(
    app: Flask, hana: FlaskClient, course: PublishedCourse, time: FixedClock
) -> None:
    (code,) = printed(app, hana, course)
    time.move_to(datetime(2026, 3, 9, 9, tzinfo=UTC))
    tomas = browser(app, "tomas")
    # What the QR code holds leads a signed-in trainer to the copy.
    assert "Enter the answers" in words(tomas, f"/paper/copies/{code}")
    form = typed(app, code, 1, TUESDAY)
    for _ in range(2):
        assert enter(tomas, code, form).status_code == 303
    assert count(app, PaperEntry) == 1 and count(app, Attempt) == 0
    second = tomas.get(f"/paper/copies/{code}/enter").text
    assert "Second entry" in second and "checked" not in second and "selected" not in second
    for _ in range(2):
        assert enter(tomas, code, form | {"number": 2}).status_code == 303
    attempt, award = last(app, Attempt), last(app, Award)
    assert count(app, Attempt) == count(app, Award) == 1
    assert (attempt.opened_by, attempt.written_on, attempt.score) == (OpenedBy.PAPER, TUESDAY, 100)
    assert (award.earned_on, award.attempt_id, award.organisation_id) == (TUESDAY, attempt.id, 1)
    assert (award.how, award.printed["how"]) == ("quiz", "Course quiz on paper")
    page = words(tomas, f"/paper/copies/{code}")
    assert "Passed, 100 %" in page and page.count("Tomas Silva") == 2 and "3 March 2026" in page
    amina = browser(app, "amina")
    for address in (f"/certificates/{award.serial}", f"/verify/{award.serial}"):
        assert "Course quiz on paper" in words(amina, address), address
    certificate = PdfReader(io.BytesIO(amina.get(f"/certificates/{award.serial}.pdf").data)).pages[0].extract_text()
    assert "Course quiz on paper" in " ".join(certificate.split())
    assert "You have passed" in words(amina, f"/attempts/{attempt.id}/result")
    assert "3 March 2026, on paper" in words(amina, "/my/record")
    history = words(hana, "/people/1").partition("Passed the quiz on paper, 100 %")
    assert history[1] and re.findall(r"[0-9]+ Mar 2026", history[0])[-1] == "3 Mar 2026"
    with app.app_context():
        trail = select(AuditEntry.action, AuditEntry.subject_id, AuditEntry.organisation_id).order_by(AuditEntry.id)
        rows = session.execute(trail).all()
    assert [tuple(row) for row in rows if row.action.startswith("assessment.")] == [
        ("assessment.print_quiz", 1, 1), ("assessment.enter_copy", 1, 1), ("assessment.enter_copy", 1, 1),
        ("assessment.grade_copy", attempt.id, 1),
    ]  # fmt: skip


def test_what_differs_is_resolved_by_the_paper(app: Flask, hana: FlaskClient, course: PublishedCourse) -> None:
    (code,) = printed(app, hana, course)
    first = typed(app, code, 1, q_red_one="a", q_plain="b", q_said={"s1": "yes"})
    second = typed(app, code, 2, q_red_one="c", q_plain="b", q_said=None)
    enter(hana, code, first)
    assert enter(hana, code, second).status_code == 303
    assert count(app, Attempt) == 0 and "The entries differ" in words(hana, f"/paper/copies/{code}")
    page = hana.get(f"/paper/copies/{code}/resolve").text
    assert page.count('<fieldset class="question"') == 2
    assert "checked" not in page and "Stem of q-plain" not in page
    shown = words(hana, f"/paper/copies/{code}/resolve")
    assert re.search(r"First entry: [ABC]\. Second entry: [ABC]\.", shown)
    assert re.search(r"First entry: ([12] True, [12] –|[12] –, [12] True)\. Second entry: 1 –, 2 –\.", shown)
    # Without a day nothing is graded, and nothing that was typed is lost.
    resolved = {name: value for name, value in first.items() if name not in {"number", "written_on"}}
    refused = enter(hana, code, resolved, "resolve")
    assert refused.status_code == 422 and refused.text.count("checked") == 2
    for _ in range(2):
        assert enter(hana, code, resolved | {"written_on": MONDAY.isoformat()}, "resolve").status_code == 303
    attempt = last(app, Attempt)
    by_slug = {each["slug"]: each["response"] for each in attempt.grades}
    assert (by_slug["q-red-one"], by_slug["q-plain"], by_slug["q-said"]) == ("a", "b", {"s1": "yes"})
    assert (count(app, PaperEntry), count(app, Attempt), attempt.passed, attempt.score) == (3, 1, True, 83)


def test_a_day_typed_differently_is_a_difference(app: Flask, hana: FlaskClient, course: PublishedCourse) -> None:
    (code,) = printed(app, hana, course)
    with clock.using(FixedClock(datetime(2026, 3, 9, 9, tzinfo=UTC))):
        sign_in(hana, "hana@demo.example")
        enter(hana, code, typed(app, code, 1, MONDAY))
        enter(hana, code, typed(app, code, 2, TUESDAY))
        shown = words(hana, f"/paper/copies/{code}/resolve")
        assert "First entry: 2 March 2026. Second entry: 3 March 2026." in shown
        enter(hana, code, {"written_on": TUESDAY.isoformat()}, "resolve")
    assert (last(app, Attempt).score, last(app, Award).earned_on) == (100, TUESDAY)


def test_what_cannot_be_entered_stays_on_the_page(
    app: Flask, hana: FlaskClient, course: PublishedCourse, time: FixedClock
) -> None:
    (code,) = printed(app, hana, course)
    for on, why in ((date(2026, 3, 1), "did not exist on this day"), (TUESDAY, "in the future")):
        refused = enter(hana, code, typed(app, code, 1, on))
        assert refused.status_code == 422 and why in refused.text and refused.text.count("checked") >= 8
    enter(hana, code, typed(app, code, 1))
    # Somebody else had opened the first entry too.
    tomas = browser(app, "tomas")
    late = enter(tomas, code, typed(app, code, 1, q_plain="b"))
    assert late.status_code == 422 and "entered since you opened this page" in late.text
    assert 'name="number" type="hidden" value="2"' in late.text and count(app, PaperEntry) == 1
    enter(tomas, code, typed(app, code, 2, q_plain="b"))
    third = enter(hana, code, typed(app, code, 2))
    assert third.status_code == 422 and "Open the copy again" in third.text
    # Lost, before the differences were resolved.
    assert hana.post(f"/paper/copies/{code}/withdraw", data={"reason": ""}).status_code == 422
    for _ in range(2):
        assert hana.post(f"/paper/copies/{code}/withdraw", data={"reason": "Lost."}).status_code == 303
    gone = enter(hana, code, typed(app, code, 1) | {"q-1": "9"}, "resolve")
    assert gone.status_code == 422 and "was withdrawn" in gone.text and count(app, Attempt) == 0
    (new,) = printed(app, hana, course, "w-1")
    assert new != code and enter(hana, new, typed(app, new, 1)).status_code == 303
    enter(hana, new, typed(app, new, 2))
    assert last(app, Attempt).passed
    assert hana.post(f"/paper/copies/{new}/withdraw", data={"reason": "Lost."}).status_code == 409
    assert hana.get("/paper/1.pdf").status_code == 404, "no copy is left to print"


def test_tries_and_pauses_are_those_of_quizzes_online(
    app: Flask, hana: FlaskClient, course: PublishedCourse, time: FixedClock
) -> None:
    amina = browser(app, "amina")
    complete_all(amina, course)
    (code,) = printed(app, hana, course)
    enter(hana, code, typed(app, code, 1, q_plain="b", q_other="b"))
    enter(hana, code, typed(app, code, 2, q_plain="b", q_other="b"))
    assert last(app, Attempt).passed is False and count(app, Award) == 0
    assert "Not passed, 77 %" in words(hana, f"/paper/copies/{code}")
    assert "1 attempt is left" in words(amina, "/courses/first-course/quiz")
    (second,) = printed(app, hana, course)
    address = start(amina, course)
    assert amina.post(f"{address}/submit", data={"anyway": "1"}).status_code == 303
    refused = enter(hana, second, typed(app, second, 1))
    assert refused.status_code == 422 and "enter it after 3 March 2026, 09:00" in refused.text.replace("\xa0", " ")
    hana.post(f"/paper/copies/{second}/withdraw", data={"reason": "In a pause."})
    assert "the next one is possible from 3 March 2026" in send(hana, course, "W-1").text.replace("\xa0", " ")
    time.move_to(datetime(2026, 3, 3, 9, tzinfo=UTC))
    sign_in(hana, "hana@demo.example")
    assert printed(app, hana, course)


def test_a_corrected_question_passes_a_paper_with_the_day_on_it(
    app: Flask, hana: FlaskClient, course: PublishedCourse, time: FixedClock
) -> None:
    (code,) = printed(app, hana, course)
    time.move_to(datetime(2026, 3, 9, 9, tzinfo=UTC))
    sign_in(hana, "hana@demo.example")
    for number in (1, 2):
        enter(hana, code, typed(app, code, number, TUESDAY, q_plain="c", q_other="b"))
    assert count(app, Award) == 0
    with app.app_context():
        time.move_to(datetime(2026, 3, 9, 10, tzinfo=UTC))
        with unit_of_work():
            correct_question(SYSTEM, course.edition_id, "q-plain", CorrectionKind.REKEY, ["c"], reason="A test.")
        while outbox.sweep():
            pass
    award = last(app, Award)
    assert (award.earned_on, award.printed["how"], award.score) == (TUESDAY, "Course quiz on paper", 88)
    time.move_to(datetime(2026, 4, 1, 9, tzinfo=UTC))
    with app.app_context():
        assert [(each.people, each.passed) for each in list_editions(course.course_id)] == [(1, 1)]


def test_who_gets_no_copy_is_named_and_the_others_are_printed(
    app: Flask, hana: FlaskClient, course: PublishedCourse
) -> None:
    (code,) = printed(app, hana, course, "W-2")
    numbers = "W-1\nW-2\nW-3\nW-77"
    answer = send(hana, course, numbers)
    assert answer.status_code == 422 and count(app, QuizCopy) == 1
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    for said in (
        "W-77 : nobody of this organisation",
        f"W-2 : has an open copy already: {code[:5]}-{code[5:]}",
        "W-3 : that is you",
        "3 people get no copy",
    ):
        assert said in text, said
    assert numbers.splitlines() == re.search(r"<textarea[^>]*>\s*([^<]*)<", answer.text)[1].split()
    for _ in range(2):
        assert send(hana, course, numbers, leave_out="y", token="same").headers["Location"] == "/paper/2"
    assert count(app, QuizCopy) == 2
    for bad, field in (({"numbers": ""}, "numbers"), ({"language": "fr"}, "language"), ({"station": "99"}, "station")):
        refused = send(hana, course, **({"numbers": "W-4"} | bad))
        assert refused.status_code == 422 and f'href="#{field}"' in refused.text, field
    assert send(hana, course, "W-77", leave_out="y").status_code == 422
    # Everybody at a station, by HR alone.
    assert send(hana, course, "", station="1", leave_out="y").status_code == 303
    assert count(app, QuizCopy) == 4
    assert send(browser(app, "tomas"), course, "", station="1").status_code == 422


def test_a_quiz_is_its_organisations_and_nobody_enters_their_own(
    app: Flask, hana: FlaskClient, course: PublishedCourse
) -> None:
    with app.app_context(), unit_of_work():
        there, far = people.organisation("hill-aid", initials="HA"), people.station("south-hill")
        for name, role in (("hugo", Role.HR), ("tara", Role.TRAINER)):
            who = people.person(name.title(), f"{name}@demo.example")
            people.placed(people.employed(who, there, f"H-{name}"), far)
            people.account(who, role, at=there)
    (code,) = printed(app, hana, course, "W-2")
    addresses = ["/paper/1", "/paper/1.pdf", f"/paper/copies?code={code}"]
    addresses += [f"/paper/copies/{code}{act}" for act in ("", "/enter", "/resolve", "/withdraw")]
    for name in ("hugo", "tara"):
        other = browser(app, name)
        assert {other.get(address).status_code for address in addresses} == {404}
        assert enter(other, code, typed(app, code, 1)).status_code == 404
        assert "No quiz has been printed yet" in words(other, "/paper")
        assert send(other, course, "W-1").status_code == 422
    assert {browser(app, "amina").get(address).status_code for address in addresses} == {403}
    assert "2 March 2026" in words(hana, "/paper") or "2 Mar 2026" in words(hana, "/paper")
    assert hana.get(f"/paper/copies?code={code[:5].lower()}-{code[5:]}").headers["Location"].endswith(code)
    assert hana.get("/paper/copies?code=").status_code == 404
    own = enter(browser(app, "tomas"), code, typed(app, code, 1))
    assert own.status_code == 422 and "This is your own quiz" in own.text
