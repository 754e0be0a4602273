"""The pages: who downloads what, and importing into a draft from the upload to the bank's text."""

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.drafts import queries
from lms.authoring.drafts.operations import save_file
from lms.authoring.exchange.questions import from_published
from lms.authoring.exchange.read import read_questions
from lms.catalogue.api import PublishedCourse, bank as find_bank
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, unit_of_work
from tests.authoring.exchange.banks import comparable
from tests.factories.courses import make_organisation_with_course, questions
from tests.factories.pages import form_on, read_page, send
from tests.factories.people import sign_in

COURSE = "/author/first-course"
BANK = "quizzes/first-course.yml"
GIFT = (
    "::Tap::Who goes <b>first</b>? {=The next in line#Right. ~The eldest#No. ~%50%Nobody}\n\n"
    "// [id:q-plain]\nA second one? {=a ~b}\n\nHow many? {#3}\n"
)


def story() -> dict[str, Any]:
    """A story, which no other system has."""
    options = [{"id": word, "text": word, "correct": word == "a", "feedback": "Why."} for word in "ab"]
    start = {"stem": "It begins.", "options": options}
    body = {"id": "q-story", "type": "branching", "objective": "one", "stem": "S", "nodes": {"start": start}}
    return body | {"refresh": {"module": "first-steps"}}


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    return make_organisation_with_course(app, tmp_path, bank=[*questions(), story()])


@pytest.fixture
def draft(course: PublishedCourse, client: FlaskClient) -> str:
    """Has Tomas begin a draft; returns its address."""
    sign_in(client, "tomas@demo.example")
    return str(send(client, form_on(client.get(COURSE), COURSE), title="More questions").location)


def bank_of(app: Flask, draft: str) -> list[dict[str, Any]]:
    """The questions in a draft's bank."""
    with app.app_context(), reading():
        data = queries.read_file(queries.find_file(queries.load_draft("first-course", int(draft[-1])), BANK))
        return list(read_yaml(BANK, data.decode()).value["questions"])


def test_downloads(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client, "tomas@demo.example")
    assert f"{COURSE}/questions" in read_page(client.get(COURSE))[1]
    page = client.get(f"{COURSE}/questions")
    words = page.get_data(as_text=True)
    assert words.count("1 question is left out: ") == 3 and words.count("stories (branching)") == 3
    assert words.count("q-story") == 3
    with app.app_context(), reading():
        bank = [each for each in from_published(find_bank(course.revision_id)) if each["type"] != "branching"]
    for name, media_type, ending in (
        ("xml", "application/xml", ".xml"),
        ("gift", "text/plain; charset=utf-8", ".txt"),
        ("qti.zip", "application/zip", ".qti.zip"),
    ):
        address = f"{COURSE}/questions.{name}"
        assert address in read_page(page)[1]
        response = client.get(address)
        assert response.headers["Content-Type"] == media_type
        assert response.headers["Content-Disposition"] == f"attachment; filename=first-course-questions{ending}"
        if name == "qti.zip":
            with zipfile.ZipFile(BytesIO(response.data)) as package:
                assert len(package.namelist()) == len(bank) + 2
            continue
        found = read_questions("back", response.data).questions
        assert [comparable(each.question or {}) for each in found] == [comparable(each) for each in bank]
    for address in ("questions", "questions.xml", "questions.gift", "questions.qti.zip"):
        assert client.get(f"/author/no-course/{address}").status_code == 404


def test_a_file_is_shown_and_the_chosen_questions_are_added(app: Flask, client: FlaskClient, draft: str) -> None:
    address = f"{draft}/import-questions"
    for page in (draft, f"{draft}/questions"):
        assert address in read_page(client.get(page))[1]
    form = form_on(client.get(address), address)
    form.values["file"] = (BytesIO(GIFT.encode("utf-16")), "words.gift")  # type: ignore[assignment]
    shown = send(client, form)
    words = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", shown.get_data(as_text=True)))
    for expected in (
        "3 questions were found, in GIFT. 2 of them can be added.",
        "Line 1 · multichoice becomes single · tap",
        "The next in line (right) Right.",
        "formatting, such as bold words",
        "An answer gives a part of the mark",
        "Still needed: an objective, the feedback of 1 answer, a source, where to read again.",
        "The id “q-plain” is in use or cannot be one here; it is now “q-plain-2”.",
        "It cannot be added: its answer is typed",
    ):
        assert expected in words
    assert len(bank_of(app, draft)) == 7, "nothing is added yet"
    chosen = re.findall(r'name="chosen" value="(\d)" id="chosen-\d" checked', shown.get_data(as_text=True))
    assert chosen == ["1", "2"]
    added = send(client, form_on(shown, f"{draft}/import-questions/add"), chosen="2")
    assert added.location == f"{draft}/questions?only=changed"
    *before, new = bank_of(app, draft)
    assert len(before) == 7
    assert new["id"] == "q-plain-2" and new["options"][0] == {"id": "a", "text": "a", "correct": True}
    editor = client.get(added.location).get_data(as_text=True)
    assert "1 question was added at the end of the bank" in editor and "objective" in editor


def test_a_second_click_adds_nothing_and_loses_nothing(app: Flask, client: FlaskClient, draft: str) -> None:
    address = f"{draft}/import-questions"
    shown = send(client, form_on(client.get(address), address), text=GIFT)
    form = form_on(shown, f"{draft}/import-questions/add")
    assert send(client, form, chosen="1").status_code == 303
    again = send(client, form, chosen="1")
    assert again.status_code == 422 and "perhaps by your own first click" in again.get_data(as_text=True)
    assert [each["id"] for each in bank_of(app, draft)[7:]] == ["tap"]
    third = form_on(again, f"{draft}/import-questions/add")
    assert third.values["text"].split() == GIFT.split() and third.values["version"] == "1"
    assert send(client, third).status_code == 303
    assert [each["id"] for each in bank_of(app, draft)[7:]] == ["tap", "tap-2"]


def test_what_is_wrong_is_said_and_nothing_is_lost(app: Flask, client: FlaskClient, draft: str) -> None:
    address = f"{draft}/import-questions"
    form = form_on(client.get(address), address)
    for text, reason in (
        ("", "Choose a file, or paste its text."),
        ("Dear all, see you.", "no question was recognised"),
        ("<!DOCTYPE quiz><quiz/>", "declares a document type"),
        ("A? {=a ~b}\n\n" * 1001, "more than 1000 questions"),
    ):
        response = send(client, form, text=text)
        assert response.status_code == 422 and reason in response.get_data(as_text=True)
        assert form_on(response, address).values["text"].split() == text.split()
    shown = send(client, form, text=GIFT)
    chosen = form_on(shown, f"{draft}/import-questions/add")
    del chosen.values["chosen"]
    response = send(client, chosen)
    assert response.status_code == 422 and "Choose at least one question." in response.get_data(as_text=True)
    assert form_on(response, f"{draft}/import-questions/add").values["text"].split() == GIFT.split()
    assert len(bank_of(app, draft)) == 7
    assert client.get("/author/first-course/drafts/9/import-questions").status_code == 404


def test_a_hostile_text_is_shown_as_text(client: FlaskClient, draft: str) -> None:
    address = f"{draft}/import-questions"
    text = "::</textarea><script>x::[plain]<script>alert(1)</script>{=<img src=x> ~</textarea>#<b>}"
    page = send(client, form_on(client.get(address), address), text=text).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page and "<img src=x>" not in page and "<script>x" not in page


@pytest.mark.parametrize("data", [b"questions: [", b"questions: []\n", None])
def test_a_draft_whose_bank_is_broken_empty_or_removed(
    app: Flask, client: FlaskClient, draft: str, data: bytes | None
) -> None:
    address = f"{draft}/import-questions"
    with app.app_context(), unit_of_work():
        save_file(SYSTEM, "first-course", int(draft[-1]), BANK, data, version=0)
    form = form_on(send(client, form_on(client.get(address), address), text=GIFT), f"{address}/add")
    response = send(client, form, chosen="2")
    if data == b"questions: [":
        assert response.status_code == 422
        assert "This question bank cannot be read" in response.get_data(as_text=True)
        return
    assert response.status_code == 303
    assert [each["id"] for each in bank_of(app, draft)] == ["q-plain-2"], "a published id is never given again"
