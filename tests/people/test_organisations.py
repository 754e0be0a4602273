"""Organisations and stations: an administrator's, without their people."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.kernel.db import session
from lms.people import queries
from tests.factories.people import make_small_organisation, sign_in

NEW = {"name": "Hill Health", "initials": "HH", "slug": "hill-health", "time_zone": "Africa/Nairobi"}


@pytest.fixture
def root(app: Flask, client: FlaskClient) -> FlaskClient:
    """Root signed in."""
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    return client


def test_an_organisation_is_added_listed_and_changed(app: Flask, root: FlaskClient) -> None:
    assert root.get("/admin/organisations/new").status_code == 200
    added = root.post("/admin/organisations/new", data=NEW, follow_redirects=True).get_data(as_text=True)
    assert "Hill Health has been added." in added
    assert "Rivers Relief" in added
    assert "Amina" not in added
    with app.app_context():
        hills = queries.find_organisation_by_slug("hill-health")
        assert hills is not None
        path = f"/admin/organisations/{hills.id}"
        assert not hills.shares_coverage and not hills.quiz_without_modules
    assert 'value="Hill Health"' in root.get(path).get_data(as_text=True)
    changed = NEW | {"shares_coverage": "y", "quiz_without_modules": "y", "reason": "Agreement of 20 November"}
    assert root.post(path, data=changed | {"reason": ""}).status_code == 422
    assert root.post(path, data=changed).status_code == 303
    with app.app_context():
        hills = queries.find_organisation_by_slug("hill-health")
        assert hills is not None
        assert hills.shares_coverage and hills.quiz_without_modules
        entry = session.execute(
            text("SELECT reason FROM audit_entry WHERE action = 'people.change_organisation'")
        ).scalar_one()
        assert entry == "Agreement of 20 November"


REFUSED = (
    ("organisations", {"slug": "rivers-relief"}, "Another organisation has this short name."),
    ("organisations", {"slug": "Hill Health"}, "Use lower-case letters a to z"),
    ("organisations", {"slug": "../etc"}, "Use lower-case letters a to z"),
    ("organisations", {"time_zone": "Nowhere/Else"}, "This is not a time zone we know."),
    ("organisations", {"time_zone": "../../etc/passwd"}, "This is not a time zone we know."),
    ("organisations", {"name": ""}, "Write the name."),
    ("organisations", {"initials": "TOOLONG"}, "at most 6 characters"),
    ("stations", {"slug": "north-river", "country": "Aravia"}, "Another station has this short name."),
    ("stations", {"country": ""}, "Write the country."),
)


def test_what_is_refused_says_why(root: FlaskClient, subtests: pytest.Subtests) -> None:
    for what, changes, says in REFUSED:
        with subtests.test(what=what, changes=changes):
            response = root.post(f"/admin/{what}/new", data=NEW | changes)
            assert response.status_code == 422
            assert says in response.get_data(as_text=True)


def test_a_station_is_added_and_listed(app: Flask, root: FlaskClient) -> None:
    data = {"name": "South Hill", "country": "Aravia", "slug": "south-hill", "time_zone": "UTC"}
    added = root.post("/admin/stations/new", data=data, follow_redirects=True).get_data(as_text=True)
    assert "South Hill has been added." in added
    with app.app_context():
        assert queries.find_station("south-hill") is not None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_organisation_that_is_not_there(root: FlaskClient) -> None:
    for number in ("99", str(2**63), str(2**70)):
        assert root.get(f"/admin/organisations/{number}").status_code == 404
