"""Adding people: whole or not at all, once however often it is sent, every name as it was written."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts.models import Account
from lms.accounts.queries import find_account_where
from lms.kernel.actor import SYSTEM
from lms.kernel.db import session, unit_of_work
from lms.kernel.text import normalise
from lms.people import operations, queries
from lms.people.merging.rules import is_similar_name
from tests.factories import people as make
from tests.factories.people import make_small_organisation, sign_in

DATA = {
    "name": "Deborah Okello", "staff_number": "D-1001", "email": "", "station": "1", "sector": "wash",
    "role": "Driver", "contract": "volunteer", "from_on": "2026-11-21", "through_on": "",
}  # fmt: skip


@pytest.fixture
def hana(app: Flask, client: FlaskClient) -> FlaskClient:
    """Hana signed in."""
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    return client


def count(app: Flask, table: str) -> int:
    with app.app_context():
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_person_without_email_is_added_with_everything(app: Flask, hana: FlaskClient) -> None:
    page = hana.get("/people/new").get_data(as_text=True)
    assert "North River, Aravia" in page
    data = DATA | {"also_sectors": ["health", "wash"], "works_with_children": "y", "through_on": "2027-01-31"}
    added = hana.post("/people/new", data=data, follow_redirects=True).get_data(as_text=True)
    assert "Deborah Okello has been added." in added
    assert "Print a sign-in code" in added
    with app.app_context():
        employment = queries.find_employment_by_number(1, "d-1001")
        assert employment is not None
        (placement,) = queries.list_placements_of([employment.id])
        stored = (placement.sector, placement.also_sectors, placement.role, placement.contract)
        assert stored == ("wash", ["health"], "driver", "volunteer")
        assert placement.works_with_children
        assert (placement.from_on.isoformat(), str(placement.through_on)) == ("2026-11-21", "2027-01-31")
        account = find_account_where(Account.person_id == employment.person_id)
        assert account is not None
        assert (account.email, account.password, account.active) == (None, None, True)
        actions = session.execute(text("SELECT action FROM audit_entry ORDER BY id DESC LIMIT 4")).scalars().all()
        assert set(actions) == {"people.record_person", "people.employ", "people.place", "accounts.open"}


def test_sending_twice_adds_once(app: Flask, hana: FlaskClient) -> None:
    first = hana.post("/people/new", data=DATA)
    second = hana.post("/people/new", data=DATA | {"staff_number": " d-1001 ", "name": "Deborah  Okello"})
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert (count(app, "person"), count(app, "account"), count(app, "placement")) == (6, 6, 6)
    assert "is already recorded. Nothing was added twice." in hana.get(second.headers["Location"]).get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    "name",
    [
        "عبد الرحمن صالح",
        "Seán O'Brien-Núñez",
        "“Quoted” & <b>Bold</b>",
        "می\u200cخواهم",
        "名前",
        "x" * 200,
        "ع" * 200,
        "Robert'); DROP TABLE person;--",
    ],
)
def test_names_survive(app: Flask, hana: FlaskClient, name: str) -> None:
    email = "deborah@demo.example"
    added = hana.post("/people/new", data=DATA | {"name": name, "email": email.upper()})
    assert added.status_code == 303
    with app.app_context():
        employment = queries.find_employment_by_number(1, "D-1001")
        assert employment is not None
        assert (employment.person.name, employment.person.email) == (name, email)
    page = hana.get(added.headers["Location"]).get_data(as_text=True)
    assert "<b>Bold</b>" not in page
    assert str(normalise(name))[:5].replace("“", "“") in page.replace("&#39;", "'")
    assert hana.get("/people", query_string={"q": name[:40]}).status_code == 200


REFUSED = (
    ({"name": ""}, "Write the name."),
    ({"name": " \t "}, "Write the name."),
    ({"name": "x" * 201}, "at most 200 characters"),
    ({"staff_number": ""}, "Write the staff number."),
    ({"staff_number": "x" * 41}, "at most 40 characters"),
    ({"staff_number": "w-1"}, "Somebody else in this organisation has this staff number."),
    ({"email": "not an address"}, "This is not a full e-mail address"),
    ({"email": "AMINA@demo.example"}, "An account already signs in with this e-mail."),
    ({"station": "999"}, "This is not one of the options"),
    ({"station": "x"}, "Choose the duty station."),
    ({"sector": "magic"}, "This is not one of the options"),
    ({"also_sectors": ["magic"]}, "This is not one of the options."),
    ({"contract": "slave"}, "This is not one of the options"),
    ({"role": ""}, "Write what this person does."),
    ({"role": "x" * 61}, "at most 60 characters"),
    ({"from_on": ""}, "Choose the first day."),
    ({"from_on": "31/12/2026"}, "Choose the first day."),
    ({"from_on": "0202-01-01"}, "Check the year of this day."),
    ({"through_on": "2026-11-20"}, "The last day is before the first day."),
)


def test_what_is_refused_says_why_and_loses_nothing(app: Flask, hana: FlaskClient, subtests: pytest.Subtests) -> None:
    for changes, says in REFUSED:
        with subtests.test(changes=changes):
            data = DATA | {"through_on": "2028-01-01"} | changes
            response = hana.post("/people/new", data=data)
            page = response.get_data(as_text=True)
            assert response.status_code == 422
            assert says in page
            assert "Please check this" in page
            for typed in ("Deborah Okello", "D-1001", "2026-11-21", "2028-01-01"):
                if typed in data.values():
                    assert typed in page
    assert (count(app, "person"), count(app, "account"), count(app, "placement")) == (5, 5, 5)


def test_the_same_number_in_another_organisation_is_free(app: Flask, hana: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        other = make.organisation("hill-health")
        make.people.record_employment(SYSTEM, make.person("Somebody"), other.id, "D-1001")
    assert hana.post("/people/new", data=DATA).status_code == 303


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_without_stations_the_page_says_what_comes_first(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        make.account(make.person("Halima", "halima@demo.example"), make.Role.HR, at=make.organisation())
    sign_in(client, "halima@demo.example")
    assert "No duty stations yet" in client.get("/people/new").get_data(as_text=True)


@pytest.mark.parametrize(
    ("one", "other", "similar"),
    [
        ("Amina Yusuf", "YUSUF, Amina", True),
        ("Amina Yusuf", "Amina Yousuf", True),
        ("Amina Yusuf Ali", "Amina Yusuf", True),
        ("Amina", "Amina Yusuf", False),
        ("Amina Yusuf", "Amina Haddad", False),
        ("Zoë Müller", "Zoe Mueller", True),
    ],
)
def test_names_that_may_be_one_persons(one: str, other: str, similar: bool) -> None:
    assert is_similar_name(one, other) is similar


def test_people_of_a_similar_name_are_shown_before_somebody_is_added(app: Flask, hana: FlaskClient) -> None:
    data = DATA | {"name": "Amina Yousuf", "staff_number": "D-7"}
    asked = hana.post("/people/new", data=data)
    assert asked.status_code == 422
    seen = asked.get_data(as_text=True)
    assert "Recorded under the same or a similar name" in seen
    assert "Amina Yusuf" in seen
    assert "W-1" in seen
    assert "Tomas" not in seen
    assert 'value="Amina Yousuf"' in seen, "what was typed is kept"
    assert hana.post("/people/new", data=data | {"is_new": "y"}).status_code == 303
    assert hana.post("/people/new", data=data).status_code == 303, "the number says who is meant"
    with app.app_context():
        assert queries.find_employment_by_number(1, "D-7") is not None


def test_nobody_is_placed_at_the_first_station_of_the_alphabet_unasked(app: Flask, hana: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        last = make.station("zebra-camp", name="Zebra camp")
        make.station("abbey-camp", name="Abbey camp")
        amina = queries.find_employment_by_number(1, "W-1")
        assert amina is not None
        make.placed(amina, last, "health", from_on=date(2025, 3, 1), through_on=date(2025, 4, 1), contract="daily")
        for each in queries.list_placements_of([amina.id]):
            if each.through_on is None:
                operations.withdraw_placement(SYSTEM, each, amina)
        address, chosen = f"/people/{amina.person_id}/placement/new/{amina.id}", last.id
    form = hana.get(address).get_data(as_text=True)
    for value in (str(chosen), "health", "daily"):
        assert f'<option selected value="{value}">' in form
    new = hana.get("/people/new").get_data(as_text=True)
    assert '<option selected value="1">' not in new
    refused = hana.post("/people/new", data=DATA | {"station": "0", "sector": ""})
    assert refused.status_code == 422
    for words in ("Choose the duty station.", "Choose the main sector."):
        assert words in refused.get_data(as_text=True)
