"""Ten megabytes pasted into a field: refused in words and at once, with nothing stored and nothing lost."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.drafts import operations
from lms.authoring.models import DraftFile
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.courses import make_organisation_with_course
from tests.factories.people import sign_in

DRAFT = "/author/first-course/drafts/1"
MODULE = "modules/first-course/01-first-steps.md"
PASTED = "Ten-megabytes." * 720_000
FIELDS = {
    f"{DRAFT}/files/{MODULE}": "text",
    f"{DRAFT}/check/{MODULE}": "text",
    f"{DRAFT}/insert/note/{MODULE}": "words",
    f"{DRAFT}/import": "text",
    f"{DRAFT}/import/add": "converted",
    f"{DRAFT}/import-questions": "text",
    f"{DRAFT}/questions/q-plain": "stem",
}
"""The fields that text is pasted into, by the address of their form."""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_ten_megabytes_are_refused_in_words_and_nothing_is_lost(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        operations.begin_draft(SYSTEM, "first-course", "A change")
    sign_in(client, "tomas@demo.example")
    for address, field in FIELDS.items():
        # Already encoded: the test client would take long.
        answer = client.post(address, data=f"{field}={PASTED}", content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (413, 422), address
        words = answer.get_data(as_text=True)
        assert ("too large" if answer.status_code == 413 else "at most") in words, address
    # Smaller than a request may be, larger than a module: what was typed is in the form that comes back.
    long = PASTED[:400_000]
    answer = client.post(f"{DRAFT}/files/{MODULE}", data={"text": long, "version": "0"})
    assert answer.status_code == 422 and long[:1000] in answer.get_data(as_text=True)
    with app.app_context(), reading():
        assert session.query(DraftFile).count() == 0
