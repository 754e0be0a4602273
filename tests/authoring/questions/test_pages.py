"""The pages of questions: listed, added, written in forms without script, tried, moved, copied and removed."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from lms.assessment.models import Answer, Attempt
from lms.authoring.drafts import operations as drafts, queries
from lms.authoring.questions.bank_file import read_bank
from lms.catalogue.api import publish
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.courses import published, questions, single, write_course
from tests.factories.pages import PageForm, form_on, read_page, send, words_of
from tests.factories.people import make_small_organisation, sign_in

BANK = "quizzes/first-course.yml"
COURSE = "/author/first-course"
LIST = f"{COURSE}/drafts/1/questions"


def story() -> dict[str, Any]:
    options = [
        {"id": "a", "text": "Listen", "correct": True, "feedback": "Kind.", "next": "then"},
        {"id": "b", "text": "Question her", "feedback": "It harms."},
    ]
    then = {"stem": "She speaks.", "options": [{**options[0], "next": None}, options[1]]}
    del then["options"][0]["next"]
    question = single("q-story", type="branching") | {"nodes": {"start": {"stem": "She waits.", "options": options}}}
    question["nodes"]["then"] = then
    del question["options"]
    return question


def in_order() -> dict[str, Any]:
    steps = [{"id": word, "text": f"Step {word}", "feedback": "So it is."} for word in "abc"]
    return single("q-steps", type="ordering") | {"options": steps}


def pairs() -> dict[str, Any]:
    question = single("q-pairs", type="matching")
    del question["options"]
    return question | {"pairs": [{"left": f"Left {n}", "right": f"Right {n}", "feedback": "So."} for n in "12"]}


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        bank = [*questions(), story(), in_order(), pairs()]
        write_course(tmp_path, bank=bank)
        # As people write it: each question on lines of its own.
        plain = json.loads(json.dumps({"course": "first-course", "questions": bank}))
        text = yaml.safe_dump(plain, sort_keys=False, width=1000)
        (tmp_path / BANK).write_text(text)
        publish(tmp_path / "modules", tmp_path / "quizzes", SYSTEM)
        drafts.begin_draft(SYSTEM, "first-course", "Clearer words")
    return tmp_path


@pytest.fixture
def tomas(client: FlaskClient, folder: Path) -> FlaskClient:
    sign_in(client, "tomas@demo.example")
    return client


def bank_text(app: Flask) -> str:
    with app.app_context(), reading():
        return queries.read_draft(queries.load_draft("first-course", 1))[BANK].decode()


def bank_of(app: Flask) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in read_yaml(BANK, bank_text(app)).value["questions"]}


def write_bank(app: Flask, text: str) -> None:
    with app.app_context(), unit_of_work():
        version = queries.find_file(queries.load_draft("first-course", 1), BANK).version
        drafts.save_file(SYSTEM, "first-course", 1, BANK, text.encode(), version=version)


def open_form(client: FlaskClient, question: str) -> PageForm:
    address = f"{LIST}/{question}"
    return form_on(client.get(address), address)


@pytest.mark.parametrize("question", ["q-plain", "q-many", "q-said", "q-story", "q-steps", "q-pairs"])
def test_a_form_that_is_saved_as_it_was_opened_changes_nothing(app: Flask, tomas: FlaskClient, question: str) -> None:
    before = bank_text(app)
    assert send(tomas, open_form(tomas, question)).location == f"{LIST}/{question}"
    assert bank_text(app) == before
    with app.app_context(), reading():
        assert queries.find_file(queries.load_draft("first-course", 1), BANK).version == 0


CHANGES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "q-plain": (
        {"options-1-text": "Wrong: kind, but harmful.", "objective": "two", "source_title": "A source",
         "source_year": "2019", "refresh": "second-steps#first-of-second-steps", "stem": "What\r\nfirst?"},
        {"objective": "two", "source": {"title": "A source", "year": 2019}, "stem": "What first?",
         "refresh": {"module": "second-steps", "section": "first-of-second-steps"}},
    ),
    "q-said": ({"statements-0-true": "no"}, {}),
    "q-story": ({"nodes-1-stem": "She is silent."}, {}),
    "q-steps": ({"options-0-place": "3", "options-2-place": "1"}, {}),
    "q-pairs": ({"pairs-1-right": "Another"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("question", CHANGES)
def test_what_is_changed_in_a_form_is_in_the_file(app: Flask, tomas: FlaskClient, question: str) -> None:
    typed, expected = CHANGES[question]
    before = bank_of(app)
    form = open_form(tomas, question)
    assert send(tomas, form, **typed).status_code == 303
    after = bank_of(app)
    assert {name: value for name, value in after.items() if name != question} == {
        name: value for name, value in before.items() if name != question
    }
    changed = after[question]
    assert changed == changed | expected
    match question:
        case "q-plain":
            assert changed["options"][1] == before[question]["options"][1] | {"text": "Wrong: kind, but harmful."}
        case "q-said":
            assert [each["true"] for each in changed["statements"]] == ["no", "no"]
        case "q-story":
            assert changed["nodes"]["then"]["stem"] == "She is silent."
        case "q-steps":
            assert [each["id"] for each in changed["options"]] == ["c", "b", "a"]
        case "q-pairs":
            assert [each["right"] for each in changed["pairs"]] == ["Right 1", "Another"]
    assert "changed" in words_of(tomas, LIST)


def test_a_row_is_added_without_script_and_one_left_empty_is_left_out(app: Flask, tomas: FlaskClient) -> None:
    address = f"{LIST}/q-plain"
    page = send(tomas, extended(open_form(tomas, "q-plain"), "options"), stem="Typed before.")
    assert page.status_code == 200
    assert bank_of(app)["q-plain"]["stem"] == "Stem of q-plain?"
    form = form_on(page, address)
    assert form.values["stem"] == "Typed before."
    form.values |= {"options-3-text": "A fourth.", "options-3-feedback": "No.", "options-1-text": ""}
    form.values["options-1-feedback"] = ""
    send(tomas, form)
    assert [each["id"] for each in bank_of(app)["q-plain"]["options"]] == ["a", "c", "d"]
    for kind, question in (("nodes", "q-story"), ("nodes-0-options", "q-story"), ("pairs", "q-pairs")):
        page = send(tomas, extended(open_form(tomas, question), kind))
        names = form_on(page, f"{LIST}/{question}").values
        assert {"nodes": "nodes-2-name", "nodes-0-options": "nodes-0-options-2-text", "pairs": "pairs-2-left"}[
            kind
        ] in names


def extended(form: PageForm, rows: str) -> PageForm:
    """Presses the button that shows the page again with one more row."""
    form.values["add"] = rows
    return form


def test_nothing_typed_is_lost_where_it_is_too_long(app: Flask, tomas: FlaskClient) -> None:
    before = bank_text(app)
    page = send(tomas, open_form(tomas, "q-plain"), **{"stem": "x" * 1300, "options-0-text": "Typed."})
    assert page.status_code == 422
    form = form_on(page, f"{LIST}/q-plain")
    assert (form.values["stem"], form.values["options-0-text"]) == ("x" * 1300, "Typed.")
    assert bank_text(app) == before


def test_two_authors_at_two_questions_do_not_disturb_each_other(app: Flask, tomas: FlaskClient) -> None:
    first, second = open_form(tomas, "q-plain"), open_form(tomas, "q-other")
    assert send(tomas, first, stem="First?").status_code == 303
    assert send(tomas, second, stem="Second?").status_code == 303
    assert [bank_of(app)[name]["stem"] for name in ("q-plain", "q-other")] == ["First?", "Second?"]


def test_two_authors_at_one_question_see_both_texts(app: Flask, tomas: FlaskClient) -> None:
    mine, theirs = open_form(tomas, "q-plain"), open_form(tomas, "q-plain")
    send(tomas, theirs, stem="Theirs?")
    assert send(tomas, theirs, stem="Theirs?").status_code == 303, "sent twice"
    page = send(tomas, mine, stem="Mine?")
    assert page.status_code == 409
    assert "Theirs?" in page.get_data(as_text=True)
    assert bank_of(app)["q-plain"]["stem"] == "Theirs?"
    form = form_on(page, f"{LIST}/q-plain")
    assert form.values["stem"] == "Mine?"
    assert send(tomas, form).status_code == 303
    assert bank_of(app)["q-plain"]["stem"] == "Mine?"


@pytest.mark.parametrize("kind", ["single", "multiple", "ordering", "matching", "statements", "branching"])
def test_a_new_question_can_be_tried_and_its_only_problem_is_that_its_text_is_a_templates(
    app: Flask, tomas: FlaskClient, kind: str
) -> None:
    form = form_on(tomas.get(LIST), f"{LIST}/new")
    assert form.values["question_id"] == "q-10"
    address = send(tomas, form, kind=kind).location
    assert address == f"{LIST}/q-10"
    assert list(bank_of(app))[-1] == "q-10"
    problems = tomas.get(address).text.partition('id="problems"')[2].partition("</section>")[0]
    assert problems.count("<li") == problems.count("this is still the text of a template") >= 3
    assert "new" in words_of(tomas, f"{LIST}?only=changed")
    tried = f"{address}/try"
    page = send(tomas, form_on(tomas.get(tried), tried))
    assert "Not answered" in page.get_data(as_text=True)
    again = send(tomas, form, kind=kind)
    assert again.status_code == 422
    assert "had a question of this name" in again.get_data(as_text=True)
    assert "lower-case" in send(tomas, form, question_id="../x").get_data(as_text=True)


def test_the_name_of_a_question_that_is_gone_is_not_given_again(app: Flask, tomas: FlaskClient, folder: Path) -> None:
    with app.app_context(), unit_of_work():
        published(folder, edition=2, bank=[question for question in questions() if question["id"] != "q-plain"])
    page = send(tomas, form_on(tomas.get(LIST), f"{LIST}/new"), question_id="q-plain")
    assert page.status_code == 422


def test_a_question_is_tried_and_marked_as_in_a_quiz_and_nothing_is_recorded(app: Flask, tomas: FlaskClient) -> None:
    address = f"{LIST}/q-plain/try"
    page = tomas.get(address)
    assert "Kind and safe." not in page.get_data(as_text=True), "no key before the answer"
    body = page.get_data(as_text=True)
    for text, verdict in (("Right of q-plain", "Correct"), ("Wrong of q-plain", "Incorrect")):
        value = body.split(f">{text}<")[0].rpartition('for="q-1-')[2].partition('"')[0]
        form = form_on(page, address)
        form.values["q-1"] = value
        result = send(tomas, form).get_data(as_text=True)
        assert f">{verdict}<" in result.replace("\n", "") or verdict in result
        assert ("You chose correctly:" in result) == (verdict == "Correct")
        assert "Who has it wrong reads again:" in result
    with app.app_context(), reading():
        assert session.query(Attempt).count() + session.query(Answer).count() == 0


def test_a_question_with_problems_shows_them_and_is_not_tried(app: Flask, tomas: FlaskClient) -> None:
    send(tomas, open_form(tomas, "q-plain"), **{"options-1-feedback": ""})
    for address in (LIST, f"{LIST}?only=problems", f"{LIST}/q-plain", f"{LIST}/q-plain/try"):
        assert "“feedback” is missing" in words_of(tomas, address)
    assert "q-other" not in words_of(tomas, f"{LIST}?only=problems")
    assert "before its problems are corrected" in words_of(tomas, f"{LIST}/q-plain/try")


def acts(client: FlaskClient, question: str) -> PageForm:
    address = f"{LIST}/{question}/copy"
    return form_on(client.get(LIST), address)


def test_questions_are_copied_moved_and_removed_and_sent_twice_it_happens_once(app: Flask, tomas: FlaskClient) -> None:
    names = list(bank_of(app))
    copy = acts(tomas, "q-plain")
    for _again in range(2):
        assert send(tomas, copy).location == f"{LIST}/q-plain-2"
    names.insert(names.index("q-plain") + 1, "q-plain-2")
    assert list(bank_of(app)) == names
    assert bank_of(app)["q-plain-2"] == bank_of(app)["q-plain"] | {"id": "q-plain-2"}
    move = acts(tomas, "q-red-one")
    move.action = f"{LIST}/q-red-one/move"
    move.values["to"] = "1"
    for _again in range(2):
        assert send(tomas, move).location == f"{LIST}#q-red-one"
    assert list(bank_of(app)) == [names[1], names[0], *names[2:]]
    remove, stale = acts(tomas, "q-plain-2"), acts(tomas, "q-other")
    remove.action, stale.action = f"{LIST}/q-plain-2/remove", f"{LIST}/q-other/remove"
    for _again in range(2):
        assert send(tomas, remove).location == LIST
    assert "q-plain-2" not in bank_of(app)
    send(tomas, open_form(tomas, "q-other"), stem="Meanwhile?")
    assert send(tomas, stale).status_code == 409
    assert "q-other" in bank_of(app)


def test_the_list_shows_some_and_says_so_where_there_are_none(tomas: FlaskClient) -> None:
    assert "9 of 9 questions" in words_of(tomas, LIST)
    for query, count in (("q=RED", 2), ("kind=single", 4), ("objective=two", 3), ("only=red_line", 2), ("page=x", 9)):
        assert f"{count} of 9 questions" in words_of(tomas, f"{LIST}?{query}")
    assert "No question is like this" in words_of(tomas, f"{LIST}?q=nowhere")
    assert "No question is like this" in words_of(tomas, f"{LIST}?sector=wash")
    assert "Questions (9)" in words_of(tomas, f"{COURSE}/drafts/1")


@pytest.mark.parametrize("text", ["questions: [", "questions: yes\n", "course: x\nquestions: &a []\n"])
def test_a_bank_that_cannot_be_read_leads_to_its_text(app: Flask, tomas: FlaskClient, text: str) -> None:
    write_bank(app, text)
    if "&a" not in text:
        assert "Open the bank as text" in words_of(tomas, LIST)
        assert tomas.get(f"{LIST}/q-plain").status_code == 422
    else:
        assert "No questions yet" in words_of(tomas, LIST)


def test_what_no_form_can_show_is_changed_as_text(app: Flask, tomas: FlaskClient) -> None:
    write_bank(app, bank_text(app).replace("type: multiple", "type: essay"))
    assert "unknown type" in words_of(tomas, LIST)
    assert f"files/{BANK}?line=" in tomas.get(f"{LIST}/q-many").location
    question = '{"id": "q", "type": "single", "stem": 7, "options": {"a": 1}}'
    odd = f'{{"course": "first-course", "questions": [{question}, 7, []]}}'
    write_bank(app, odd)
    assert tomas.get(LIST).status_code == 200
    assert tomas.get(f"{LIST}/q").status_code == 302
    write_bank(
        app, odd.replace('{"a": 1}', '[{"id": 1, "text": true, "correct": "x"}], "sectors": ["mars"], "objective": 3')
    )
    form = open_form(tomas, "q")
    assert (form.values["stem"], form.values["options-0-text"], form.values["objective"]) == ("7", "true", "3")


def test_a_question_of_the_statistics_is_changed_in_the_newest_draft_or_a_new_one(
    app: Flask, tomas: FlaskClient
) -> None:
    token = form_on(tomas.get(LIST), f"{LIST}/new").values
    change = PageForm(f"{COURSE}/questions/q-plain/change", "post", {"csrf_token": token.get("csrf_token", "")})
    assert send(tomas, change).location == f"{LIST}/q-plain"
    with app.app_context(), unit_of_work():
        drafts.discard_draft(SYSTEM, "first-course", 1, "Done.")
    assert send(tomas, change).location == f"{COURSE}/drafts/2/questions/q-plain"
    assert send(tomas, change).location == f"{COURSE}/drafts/2/questions/q-plain"
    change.action = f"{COURSE}/questions/nowhere/change"
    assert send(tomas, change).location == f"{COURSE}/drafts/2/questions"
    change.action = "/author/no-course/questions/q-plain/change"
    assert send(tomas, change).status_code == 404


def test_a_closed_draft_is_shown_and_not_changed(app: Flask, tomas: FlaskClient) -> None:
    form = open_form(tomas, "q-plain")
    with app.app_context(), unit_of_work():
        drafts.discard_draft(SYSTEM, "first-course", 1, "Done.")
    assert send(tomas, form, stem="Late?").status_code == 409
    assert "nothing in it can be saved" in words_of(tomas, f"{LIST}/q-plain")
    assert len(read_page(tomas.get(LIST))[0]) < 9
    assert len(read_bank(bank_text(app)).items) == 9
