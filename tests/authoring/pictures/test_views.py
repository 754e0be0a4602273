"""The page that adds pictures to a draft."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from lms.authoring.drafts import operations
from lms.catalogue.api import read_published_files
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, unit_of_work
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

DRAFT = "/author/first-course/drafts/1"
PAGE = f"{DRAFT}/pictures"
MODULE = "modules/first-course/01-first-steps.md"


@pytest.fixture
def tomas(client: FlaskClient, app: Flask, tmp_path: Path) -> FlaskClient:
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        operations.begin_draft(SYSTEM, "first-course", "A picture")
    sign_in(client, "tomas@demo.example")
    return client


def png(colour: str = "red") -> BytesIO:
    data = BytesIO()
    Image.new("RGB", (300, 200), colour).save(data, "PNG")
    data.seek(0)
    return data


def add(client: FlaskClient, file: BytesIO, alt: str = "Two roads", **more: str) -> str:
    form = form_on(client.get(PAGE), PAGE)
    response = client.post(PAGE, data=form.values | {"alt": alt, "file": (file, "../../x.png")} | more)
    return response.location or response.get_data(as_text=True)


def places_of(client: FlaskClient) -> list[str]:
    """Returns the sections that the form offers."""
    return re.findall(r'<option value="(\d+:[^"]+)"', client.get(PAGE).text)


def test_a_picture_is_added_shown_and_published(app: Flask, tomas: FlaskClient) -> None:
    place = next(place for place in places_of(tomas) if place.endswith(f":{MODULE}"))
    assert add(tomas, png(), place=place, description="One leads to the school.") == PAGE
    # Sent twice, it is there once.
    assert add(tomas, png()) == PAGE
    assert "two-roads-2" not in tomas.get(PAGE).get_data(as_text=True)
    assert add(tomas, png("blue")) == PAGE
    assert "two-roads-2.png" in words_of(tomas, PAGE)
    shown = tomas.get(f"{PAGE}/two-roads.png")
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert f"{PAGE}/two-roads.png" in tomas.get(f"{DRAFT}/page/{MODULE}").get_data(as_text=True)
    send(tomas, form_on(tomas.get(f"{DRAFT}/review"), f"{DRAFT}/publish"), reason="A picture.")
    with app.app_context(), reading():
        assert "modules/first-course/img/two-roads.png" in read_published_files()
    page = tomas.get("/courses/first-course/first-steps").get_data(as_text=True)
    assert 'alt="Two roads"' in page
    assert "One leads to the school." in page


def test_bad_input_is_refused_and_nothing_typed_is_lost(tomas: FlaskClient) -> None:
    page = add(tomas, BytesIO(b"<svg onload=alert(1)>"), alt="What I typed")
    assert "What I typed" in page
    assert "is not SVG" in page or "not allowed" in page
    assert "Say what the picture shows" in add(tomas, png(), alt="")
    assert tomas.get(f"{PAGE}/..%2fcourse.yml").status_code == 404
    assert tomas.get(f"{PAGE}/nothing.png").status_code == 404


def test_larger_files_than_elsewhere_are_read(tomas: FlaskClient) -> None:
    assert "not a picture" in add(tomas, BytesIO(b"x" * 5_000_000))
    form = form_on(tomas.get(PAGE), PAGE)
    assert tomas.post(PAGE, data=form.values | {"file": (BytesIO(b"x" * 14_000_000), "a.png")}).status_code == 413
