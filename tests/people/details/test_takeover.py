"""A former employer, or one of two, does not become somebody by correcting their e-mail."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.people.merging.operations import merge_people
from lms.people.models import Person, Placement
from lms.people.operations import end_placement
from lms.people.queries import list_placements_of
from tests.factories import people as make
from tests.factories.people import sign_in
from tests.people.details.test_details import DATA
from tests.people.two_organisations import Places, make_two_organisations

ADMINISTRATOR = "An administrator changes their e-mail."


@pytest.fixture
def at(app: Flask, client: FlaskClient) -> Places:
    """Two organisations, with Hana of Rivers Relief signed in."""
    places = make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    return places


def end(employment_id: int) -> None:
    """Ends what somebody does under an employment, months ago."""
    (placement,) = list_placements_of([employment_id])
    job = session.get_one(make.Employment, placement.employment_id)
    end_placement(SYSTEM, session.get_one(Placement, placement.id), job, make.date(2026, 6, 30))


def test_an_employer_of_a_merged_record_is_an_employer(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        end(at.amina_employment)
        of_both = Actor(account_id=1, scopes={Role.HR: frozenset({at.rivers, at.hills})})
        merge_people(of_both, surviving_id=at.basma, merged_id=at.amina, reason="The same person.")
    # Her record at Rivers Relief has ended; under the other one she works for Hill Health.
    assert client.post(f"/people/{at.amina}/correct", data=DATA | {"email": "hana+1@demo.example"}).status_code == 403
    with app.app_context():
        assert session.get_one(Person, at.amina).email == "amina@demo.example"


def test_one_of_two_employers_changes_no_email(app: Flask, client: FlaskClient, at: Places) -> None:
    data = DATA | {"name": "Bilal Qasim", "given_name": "", "family_name": "", "email": "hana+1@demo.example"}
    refused = client.post(f"/people/{at.both}/correct", data=data)
    assert refused.status_code == 422 and ADMINISTRATOR in refused.get_data(as_text=True)
    # The name one of them may correct.
    assert (
        client.post(f"/people/{at.both}/correct", data=data | {"email": "", "name": "Bilal Kasim"}).status_code == 303
    )
    client.post("/logout")
    sign_in(client, "root@demo.example")
    assert client.post(f"/people/{at.both}/correct", data=data).status_code == 303


def test_the_email_of_a_leaver_is_removed_but_not_replaced(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        end(at.amina_employment)
    refused = client.post(f"/people/{at.amina}/correct", data=DATA | {"email": "hana+1@demo.example"})
    assert refused.status_code == 422 and ADMINISTRATOR in refused.get_data(as_text=True)
    assert client.post(f"/people/{at.amina}/correct", data=DATA | {"email": ""}).status_code == 303


def test_codes_of_many_are_printed_for_nobody_who_works_for_others(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        own = make.person("Amal Amin")
        job = make.employed(own, session.get_one(make.Organisation, at.rivers), "W-30")
        make.placed(job, session.get_one(make.DutyStation, at.north), "wash")
        make.account(own).password = None
        own_id = own.id
    assert "W-30" in client.get("/people/codes").get_data(as_text=True)
    with app.app_context(), unit_of_work():
        of_both = Actor(account_id=1, scopes={Role.HR: frozenset({at.rivers, at.hills})})
        merge_people(of_both, surviving_id=at.basma, merged_id=own_id, reason="The same person.")
    assert "W-30" not in client.get("/people/codes").get_data(as_text=True)
