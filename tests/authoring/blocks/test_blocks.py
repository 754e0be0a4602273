"""Blocks written from forms: the validator finds nothing wrong with any, and they are put where they were asked for."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from lms.authoring.blocks.rules import NAMES, has_marks, insert_block, list_sections, write_block, write_picture
from lms.authoring.drafts import operations, queries
from lms.authoring.drafts.check import check_file
from lms.authoring.editor.texts import block_labels
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, unit_of_work
from tests.architecture.permission_world import SVG
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import PageForm, form_on, send
from tests.factories.people import sign_in

pytestmark = pytest.mark.pages

MODULE = "modules/first-course/01-first-steps.md"
PICTURE = "modules/first-course/img/a-road.svg"
DRAFT = "/author/first-course/drafts/1"
SCRIPT = {"Accept": "application/json, text/html;q=0.5"}
LINES = st.lists(st.sampled_from(["## One", "## Two", "text", "", "/// note", "///"]), max_size=8).map("\n".join)


@pytest.fixture
def tomas(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """Tomas with an open draft of a course that has a picture."""
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        operations.begin_draft(SYSTEM, "first-course", "Clearer words")
        operations.save_file(SYSTEM, "first-course", 1, PICTURE, SVG.encode(), version=0)
    sign_in(client, "tomas@demo.example")
    return client


def address(block: str) -> str:
    return f"{DRAFT}/insert/{block}/{MODULE}"


def filled(tomas: FlaskClient, block: str) -> PageForm:
    form = form_on(tomas.get(address(block)), address(block))
    for name in form.values.keys() - {"csrf_token", "version", "after", "picture"}:
        form.values[name] = f"Words of {name.replace('_', ' ')}."
    form.values["right_1"] = "y"
    return form


def saved(app: Flask) -> str:
    with app.app_context(), reading():
        draft = queries.load_draft("first-course", 1)
        return queries.read_file(queries.find_file(draft, MODULE)).decode()


def errors(app: Flask) -> list[str]:
    with app.app_context(), reading():
        draft = queries.load_draft("first-course", 1)
        data = queries.read_file(queries.find_file(draft, MODULE))
        return [str(problem) for problem in check_file(draft, MODULE, data) if problem.is_error]


@pytest.mark.parametrize("block", NAMES)
def test_a_block_from_its_form_has_no_errors(app: Flask, tomas: FlaskClient, block: str) -> None:
    before = saved(app)
    form = filled(tomas, block)
    response = send(tomas, form)
    assert response.status_code == 303, response.text
    assert errors(app) == []
    text = saved(app)
    assert text.startswith(before.rstrip())
    assert all(text.count(value) >= 1 for name, value in form.values.items() if value.startswith("Words of"))


def test_every_block_has_a_name_in_the_menu(app: Flask) -> None:
    with app.test_request_context():
        assert tuple(sorted(NAMES)) == tuple(sorted(block_labels()))


def test_a_script_is_given_the_block_and_nothing_is_saved(app: Flask, tomas: FlaskClient) -> None:
    before = saved(app)
    answer = tomas.post(address("caution"), data={"words": "Act now.\r\nAt once."}, headers=SCRIPT)
    assert answer.json == {"block": "/// caution\nAct now.\nAt once.\n///\n"}
    refused = tomas.post(address("caution"), data={"words": ""}, headers=SCRIPT)
    assert refused.status_code == 422
    assert refused.mimetype == "text/html"
    assert saved(app) == before


@pytest.mark.parametrize("words", ["///", "One\n  /// note\nTwo"])
def test_marks_in_a_text_are_refused(app: Flask, tomas: FlaskClient, words: str) -> None:
    before = saved(app)
    form = filled(tomas, "note")
    page = send(tomas, form, words=words)
    assert page.status_code == 422
    assert "Three slashes begin and end blocks." in page.text
    assert form_on(page, address("note")).values["words"] == words
    assert saved(app) == before


def test_a_block_goes_into_the_section_that_was_chosen(app: Flask, tomas: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        data = f"{saved(app)}\n## Another section\n\nIts text.\n".encode()
        operations.save_file(SYSTEM, "first-course", 1, MODULE, data, version=0)
    sections = list_sections(saved(app))
    send(tomas, filled(tomas, "do"), after=str(sections[0][0]))
    text = saved(app)
    assert text.index(f"## {sections[0][1]}") < text.index("/// do") < text.index(f"## {sections[1][1]}")


def test_a_block_for_an_older_version_is_not_put_in_twice(app: Flask, tomas: FlaskClient) -> None:
    form = filled(tomas, "do")
    send(tomas, form)
    page = send(tomas, form)
    assert page.status_code == 422
    assert "Somebody else has saved this file" in page.text
    assert saved(app).count("/// do") == 1


def test_there_is_no_block_of_another_name_or_in_a_bank(tomas: FlaskClient) -> None:
    assert tomas.get(address("html")).status_code == 404
    assert tomas.get(f"{DRAFT}/insert/note/quizzes/first-course.yml").status_code == 404


def test_a_heading_in_code_is_no_section_and_brackets_of_a_picture_are_marked() -> None:
    text = "---\r\ntitle: A\r\n---\r\n## One\r\n\r\n```\r\n## no heading\r\n```\r\n\r\n## Two ##\r\n\r\nMore.\r\n"
    assert list_sections(text) == [(4, "One"), (10, "Two")]
    picture = write_picture("a.png", "A [road]\nforks", "It forks.")
    assert insert_block(text, picture, 4) == text.replace(
        "```\r\n\r\n## Two",
        "```\r\n\r\n![A \\[road\\] forks](img/a.png)\r\n\r\n/// description\r\nIt forks.\r\n///\r\n\r\n## Two",
    )


@given(LINES, st.integers(0, 9))
def test_inserting_leaves_every_line_of_the_text(text: str, section: int) -> None:
    lines = [line for line in text.splitlines() if line]
    inserted = [line for line in insert_block(text, write_block("do", "Inserted."), section).splitlines() if line]
    place = inserted.index("/// do")
    assert inserted[:place] + inserted[place + 3 :] == lines


@given(st.text(st.sampled_from("/ \na")))
def test_no_text_ends_its_block(text: str) -> None:
    written = write_block("note", text)
    ends = [line for line in written.splitlines()[1:-1] if line.strip().startswith("///")]
    assert has_marks(text) or ends == []
