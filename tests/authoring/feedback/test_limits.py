"""One account cannot flood the authors; others are not held up, also behind the same address."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.config import Settings
from lms.kernel.db import unit_of_work
from tests.factories.application import make_settings
from tests.factories.courses import published
from tests.factories.people import make_small_organisation, sign_in


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(tmp_path, database_url, rate_limits=True)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_flood_is_stopped(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        course = published(tmp_path / "files")
    form = {"module": course.modules[0].module_revision_id, "kind": "hard", "section": ""}
    sign_in(client)
    # Reading the form is not counted.
    assert {client.get("/feedback").status_code for _ in range(21)} == {200}
    assert [client.post("/feedback", data=form).status_code for _ in range(21)] == [303] * 20 + [429]
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert client.post("/feedback", data=form).status_code == 303
