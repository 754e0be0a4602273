"""Who was given a file with names is in the trail; that a page was looked at is not."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.kernel.db import reading, session
from tests.factories.people import make_small_organisation, sign_in


def downloads(app: Flask) -> list[tuple[int, str]]:
    """Account and file of each download in the trail."""
    with app.app_context(), reading():
        rows = session.execute(
            text("SELECT account_id, subject_id, detail FROM audit_entry WHERE action = 'audit.download' ORDER BY id")
        ).all()
    details = [json.loads(row.detail) if isinstance(row.detail, str) else row.detail for row in rows]
    assert all(row.subject_id is None and set(detail) == {"file"} for row, detail in zip(rows, details, strict=True))
    return [(row.account_id, detail["file"]) for row, detail in zip(rows, details, strict=True)]


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/people.csv", "people.people_csv"),
        ("/exemptions.csv", "compliance.exemptions_csv"),
        ("/compliance/people.csv", "compliance.people_csv"),
        ("/compliance/people.xlsx", "compliance.people_xlsx"),
        ("/compliance/matrix.csv", "compliance.matrix_csv"),
        ("/compliance/changes.csv", "compliance.changes_csv"),
    ],
)
def test_a_download_is_in_the_trail(app: Flask, client: FlaskClient, address: str, file: str) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    response = client.get(address)
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    assert downloads(app) == [(3, file)]


def test_a_checked_list_is_in_the_trail(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    response = client.post("/compliance/lookup.csv", data={"text": "W-1"})
    assert response.status_code == 200
    assert downloads(app) == [(3, "compliance.clearance_csv")]


def test_pages_and_refused_files_are_not(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    for address, status in (("/people", 200), ("/compliance/people.csv?as_of=nonsense", 422)):
        assert client.get(address).status_code == status
    learner = app.test_client()
    sign_in(learner)
    assert learner.get("/people.csv").status_code == 403
    assert downloads(app) == []
