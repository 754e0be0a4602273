"""The history of a course names who published what and why, and leads back to an older text."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.drafts import operations
from lms.catalogue.api import read_published_files
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, unit_of_work
from tests.factories.courses import make_organisation_with_course, published
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

MODULE = "modules/first-course/01-first-steps.md"
NEW = "modules/first-course/img/hill.svg"
HILL = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1"/>'
COURSE = "/author/first-course"


@pytest.fixture
def original(app: Flask, client: FlaskClient, tmp_path: Path) -> bytes:
    """The text before Tomas has changed it on a page, and added a picture."""
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        published(tmp_path, "other-course")
    before = (tmp_path / MODULE).read_bytes()
    with app.app_context(), unit_of_work():
        draft = operations.begin_draft(SYSTEM, "first-course", "Clearer")
        operations.save_file(SYSTEM, "first-course", draft.id, MODULE, before + b"\n\nOf a draft.\n", version=0)
        operations.save_file(SYSTEM, "first-course", draft.id, NEW, HILL, version=0)
    sign_in(client, "tomas@demo.example")
    page = f"{COURSE}/drafts/1"
    send(client, form_on(client.get(f"{page}/review"), f"{page}/publish"), reason="Learners asked.")
    return before


@pytest.mark.usefixtures("original")
def test_the_history_names_who_published_what_and_why(client: FlaskClient) -> None:
    assert "Publication 3 · " in words_of(client, COURSE)
    assert "Learners asked." in words_of(client, COURSE)
    page = words_of(client, f"{COURSE}/publications/3")
    assert "Learners asked." in page and "From the authors' pages." in page
    assert "added: Of a draft." in page and "hill.svg added" in page
    assert "the system" not in page
    assert "stored for the first time" in words_of(client, f"{COURSE}/publications/1")
    # The second one changed nothing of this course.
    for number in (2, 4):
        assert client.get(f"{COURSE}/publications/{number}").status_code == 404


def test_an_older_text_is_published_again_as_a_draft(app: Flask, client: FlaskClient, original: bytes) -> None:
    old = f"{COURSE}/publications/1"
    response = send(client, form_on(client.get(old), f"{old}/restore"))
    assert response.location == f"{COURSE}/drafts/2/review"
    assert "removed: Of a draft." in words_of(client, response.location)
    send(client, form_on(client.get(f"{COURSE}/drafts/2/review"), f"{COURSE}/drafts/2/publish"), reason="It was wrong.")
    with app.app_context(), reading():
        files = read_published_files()
    assert files[MODULE] == original
    assert NEW not in files
    # Both texts are the same now: there is nothing to bring back.
    again = send(client, form_on(client.get(old), f"{old}/restore"))
    assert again.location == old
    assert "there is nothing to bring back" in words_of(client, old)
