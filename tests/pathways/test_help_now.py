"""The page for worried people: for everybody, with whatever is broken."""

from pathlib import Path

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.app import create_app
from lms.kernel import db as database
from lms.kernel.config import Settings
from lms.kernel.db import unit_of_work
from lms.pathways import queries
from lms.people.queries import find_station
from tests.factories import people
from tests.factories.application import make_settings
from tests.factories.pathways import CONTACTS, pathway
from tests.factories.people import make_small_organisation, sign_in

DEAD = "postgresql://nobody@127.0.0.1:1/nothing"
RED_LINES = Path(__file__).resolve().parents[2] / "docs" / "handbook" / "author.md"


@pytest.fixture
def north_river(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station = find_station("north-river")
        assert station is not None
        pathway(station.id)


def page(client: FlaskClient) -> str:
    answer = client.get("/help-now")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_opens_for_everybody_and_sends_nothing(client: FlaskClient) -> None:
    answer = client.get("/help-now")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<form" not in said
    assert "Set-Cookie" not in answer.headers
    # A page that may not be stored could not be shown without a network.
    assert "no-store" not in answer.headers["Cache-Control"]
    first = said.index("<main")
    assert "data-quick-exit" in said[first : said.index("Is anyone in danger right now?")]
    assert "Sign in to see your station&#39;s numbers here" in said.replace("'", "&#39;")


def test_the_red_lines_stand_word_for_word(client: FlaskClient) -> None:
    said, manual = page(client), RED_LINES.read_text()
    for line in (
        "Do not investigate or question.",
        "Do not contact the person who may have caused the harm.",
        "Do not take photos or recordings.",
        "Never put names in chats.",
        "Do not make lists of children, and do not label a child.",
        "Never remove or place a child yourself.",
        "Never promise total secrecy.",
        "Do not tell the caregiver automatically.",
    ):
        assert line in said
        assert line in manual


@pytest.mark.usefixtures("north_river")
def test_the_stations_numbers_come_first(client: FlaskClient) -> None:
    sign_in(client)
    said = page(client)
    assert "Who to call: North River" in said
    assert said.index('href="tel:116"') < said.index('href="tel:+211912345678"') < said.index("Act now.")
    assert said.index("Who to call: North River") < said.index("Then, in this order")


@pytest.mark.usefixtures("north_river")
def test_lost_families_and_staff_have_their_own_contacts(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    before = page(client)
    assert "Family tracing and reunification" not in before and "Staff care" not in before
    with app.app_context(), unit_of_work():
        station = find_station("north-river")
        assert station is not None
        tracing = {"kind": "family-tracing", "name": "Red Cross desk", "phone": "0912 111 111"}
        care = {"kind": "staff-care", "name": "Counsellor", "phone": "0912 222 222"}
        pathway(station.id, contacts=[*CONTACTS, care, tracing])
    said = page(client)
    assert said.index("Family tracing and reunification") < said.index("Then, in this order")
    # Support for staff stands where the page speaks of it, and once.
    assert said.count("tel:0912222222") == 1 and said.index("Care for yourself") < said.index("tel:0912222222")
    station_page = client.get("/pathways/north-river").text
    assert station_page.index("Red Cross desk") < station_page.index("Staff care")


def test_a_station_without_a_pathway_and_a_person_without_a_station(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client)
    assert "North River has no pathway yet." in page(client)
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    client.post("/logout")
    sign_in(client, "noor@demo.example")
    assert "Find the contacts of the station where you are" in page(client)


@pytest.mark.usefixtures("north_river")
def test_it_holds_while_the_database_is_away(
    app: Flask, client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    sign_in(client)
    away = create_app(make_settings(tmp_path, DEAD)).test_client()
    # The same key has signed the cookie, so the page would like to know who this is.
    cookie = client.get_cookie("every_sector")
    assert cookie is not None
    away.set_cookie("every_sector", cookie.value)
    said = page(away)
    assert "The contacts of your station cannot be shown right now." in said
    assert "Then, in this order" in said
    assert away.get("/pathways").status_code == 503
    assert away.get("/healthz").status_code == 200
    assert "Then, in this order" in page(create_app(make_settings(tmp_path, DEAD)).test_client())


@pytest.mark.usefixtures("north_river")
def test_it_holds_with_the_tables_gone(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    assert "Who to call" in page(client)
    names = ("pathway_version", "account")
    with app.app_context(), database.db.engine.begin() as connection:
        for name in names:
            connection.execute(text(f"ALTER TABLE {name} RENAME TO {name}_away"))
    try:
        assert "The contacts of your station cannot be shown right now." in page(client)
    finally:
        with app.app_context(), database.db.engine.begin() as connection:
            for name in names:
                connection.execute(text(f"ALTER TABLE {name}_away RENAME TO {name}"))
    assert "Who to call" in page(client)


@pytest.mark.usefixtures("north_river")
@pytest.mark.parametrize(
    ("written", "station_name", "words"),
    [
        (True, "North River", "verified on"),
        (False, "North River", "North River has no referral pathway yet."),
        (False, "", "Your record has no duty station"),
    ],
)
def test_the_card_inside_a_module(app: Flask, written: bool, station_name: str, words: str) -> None:
    with app.test_request_context("/"):
        station = find_station("north-river")
        assert station is not None
        pathway = queries.find_current_pathway(station.id) if written else None
        card = render_template("pathways/_card.html", pathway=pathway, station_name=station_name)
    assert words in card
    assert ('href="tel:116"' in card) == written


@pytest.mark.usefixtures("north_river")
def test_the_card_inside_a_module_is_short_and_says_what_it_has(app: Flask) -> None:
    with app.test_request_context("/"):
        station = find_station("north-river")
        assert station is not None
        current = queries.find_current_pathway(station.id)
        card = render_template("pathways/_card.html", pathway=current, station_name="North River")
    shown, folded = card.split("<details", 1)
    assert 'href="tel:116"' in shown and 'href="tel:+211912345678"' in shown
    assert "Safeguarding line" not in shown and "Safeguarding line" in folded
    # Rules are promised by many modules: they are shown, and so is what the pathway does not have.
    assert "The agreed form lies in the office." in folded
    missing = folded[folded.index("Not in this pathway:") :]
    assert "Health care" in missing and "Police" in missing and "Emergency" not in missing
