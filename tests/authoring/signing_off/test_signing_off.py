"""A reviewer signs off exactly the text that is published, and never their own."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.catalogue.api import read_published_files
from lms.kernel import clock
from lms.kernel.db import reading
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

MODULE = "modules/first-course/01-first-steps.md"
COURSE = "/author/first-course"
DRAFT = f"{COURSE}/drafts/1"
REVIEW = f"{DRAFT}/review"
EDIT = f"{DRAFT}/files/{MODULE}"


@pytest.fixture
def tomas(app: Flask, client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """Tomas, who has drafted a change where a sign-off is needed."""
    make_organisation_with_course(app, tmp_path)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"review_required": True})
    sign_in(client, "tomas@demo.example")
    send(client, form_on(client.get(COURSE), COURSE), title="Clearer words")
    edit(client, "Of Tomas.")
    return client


def edit(client: FlaskClient, words: str) -> None:
    form = form_on(client.get(EDIT), EDIT)
    assert send(client, form, text=f"{form.values['text']}\n{words}\n").status_code == 303


def switch(client: FlaskClient, who: str) -> None:
    client.post("/logout")
    sign_in(client, f"{who}@demo.example")


def sign(client: FlaskClient) -> None:
    send(client, form_on(client.get(REVIEW), f"{DRAFT}/sign-off"), note="Read.")


def publish(client: FlaskClient) -> str:
    return send(client, form_on(client.get(REVIEW), f"{DRAFT}/publish"), reason="Why.").location


def test_nothing_is_published_before_somebody_else_has_signed_it_off(app: Flask, tomas: FlaskClient) -> None:
    assert publish(tomas) == REVIEW
    page = words_of(tomas, REVIEW)
    assert "must sign off its present text" in page and "somebody else must sign it off" in page
    assert f"{DRAFT}/sign-off" not in tomas.get(REVIEW).get_data(as_text=True)
    switch(tomas, "root")
    sign(tomas)
    page = words_of(tomas, REVIEW)
    assert "Holds for this text." in page and "Read." in page
    assert publish(tomas) == COURSE
    with app.app_context(), reading():
        assert read_published_files()[MODULE].endswith(b"Of Tomas.\n")


def test_a_later_change_needs_another_sign_off(tomas: FlaskClient) -> None:
    switch(tomas, "root")
    form = form_on(tomas.get(REVIEW), f"{DRAFT}/sign-off")
    switch(tomas, "tomas")
    edit(tomas, "More.")
    switch(tomas, "root")
    # What was read is no longer the text.
    send(tomas, form, csrf_token=form_on(tomas.get(REVIEW), f"{DRAFT}/sign-off").values["csrf_token"])
    page = words_of(tomas, REVIEW)
    assert "has changed since you opened this page" in page and "Nobody has signed off this text yet." in page
    sign(tomas)
    switch(tomas, "tomas")
    edit(tomas, "Still more.")
    assert publish(tomas) == REVIEW
    assert "Holds for an earlier text" in words_of(tomas, REVIEW)


def test_who_has_written_in_the_draft_signs_nothing_off(tomas: FlaskClient) -> None:
    switch(tomas, "root")
    form = form_on(tomas.get(REVIEW), f"{DRAFT}/sign-off")
    switch(tomas, "tomas")
    send(tomas, form, csrf_token=form_on(tomas.get(REVIEW), f"{DRAFT}/publish").values["csrf_token"])
    assert "somebody else must sign it off" in words_of(tomas, REVIEW)
    assert publish(tomas) == REVIEW


def test_without_the_setting_it_is_possible_and_not_needed(app: Flask, tomas: FlaskClient) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"review_required": False})
    assert publish(tomas) == COURSE


def test_learners_see_who_has_signed_off_what_they_read(app: Flask, tomas: FlaskClient) -> None:
    switch(tomas, "root")
    sign(tomas)
    assert "signed off by" not in words_of(tomas, "/courses/first-course")
    publish(tomas)
    switch(tomas, "amina")
    day = f"{clock.today():%-d} {clock.today():%B %Y}"
    assert f"Read and signed off by Root Admin on {day}." in words_of(tomas, "/courses/first-course")
    # The next text was signed off, and changed after that.
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"review_required": False})
    switch(tomas, "tomas")
    draft = send(tomas, form_on(tomas.get(COURSE), COURSE), title="More").location
    edit_in(tomas, draft, "Second.")
    switch(tomas, "root")
    send(tomas, form_on(tomas.get(f"{draft}/review"), f"{draft}/sign-off"), note="Read.")
    switch(tomas, "tomas")
    edit_in(tomas, draft, "Third.")
    send(tomas, form_on(tomas.get(f"{draft}/review"), f"{draft}/publish"), reason="Why.")
    switch(tomas, "amina")
    assert "Third." in words_of(tomas, "/courses/first-course/first-steps")
    assert "signed off by" not in words_of(tomas, "/courses/first-course")


def edit_in(client: FlaskClient, draft: str, words: str) -> None:
    address = f"{draft}/files/{MODULE}"
    form = form_on(client.get(address), address)
    assert send(client, form, text=f"{form.values['text']}\n{words}\n").status_code == 303
