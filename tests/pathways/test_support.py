"""The page for staff who need support themselves: for everybody, and it leaves no trace."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs

from lms.app import create_app
from lms.audit.models import AuditEntry
from lms.kernel.db import session, unit_of_work
from lms.people.queries import find_station
from tests.factories import people
from tests.factories.application import make_settings
from tests.factories.pathways import CONTACTS, pathway
from tests.factories.people import make_small_organisation, sign_in

DEAD = "postgresql://nobody@127.0.0.1:1/nothing"
HEALTH = {"kind": "health", "name": "Health post", "phone": "0912 333 333"}


def staff_care(phone: str) -> dict[str, str]:
    return {"kind": "staff-care", "name": "Counsellor for staff", "phone": phone}


@pytest.fixture(autouse=True)
def stations(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        pathway(people.station("south-lake").id, contacts=[*CONTACTS, staff_care("0912 444 444")])


def publish(app: Flask, *contacts: dict[str, str]) -> None:
    with app.app_context(), unit_of_work():
        here = find_station("north-river")
        assert here is not None
        pathway(here.id, contacts=[*CONTACTS, *contacts])


def page(client: FlaskClient) -> str:
    answer = client.get("/support")
    assert answer.status_code == 200
    # Whatever cannot be shown: who helps besides, and what to do with thoughts of ending one's life.
    assert "HR: ask" in answer.text and "nearest health post" in answer.text
    assert 'id="now"' in answer.text
    assert "<form" not in answer.text[answer.text.index("<main") : answer.text.index("</main")]
    assert "0912444444" not in answer.text
    return answer.text


def test_the_contact_of_the_own_station(app: Flask, client: FlaskClient) -> None:
    publish(app, staff_care("0912 222 222"), HEALTH)
    sign_in(client)
    said = page(client)
    # Health care is named twice: after sexual violence, and beside thoughts of ending one's life.
    health = "tel:0912333333"
    places = [said.index(words) for words in ("tel:0912222222", "within 72 hours", health, 'id="now"', "tel:116")]
    assert [*places, said.rindex(health)] == sorted({*places, said.rindex(health)})
    assert "No contact for staff care" not in said
    # What is for a child stays where it is for a child.
    assert "Focal point, Rivers Relief" not in said


def test_without_a_contact_and_without_a_station(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    assert "No contact for staff care is listed for you" in page(client)
    publish(app)
    said = page(client)
    assert "No contact for staff care is listed for you" in said and 'href="tel:116"' in said
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    client.post("/logout")
    sign_in(client, "noor@demo.example")
    assert "No contact for staff care is listed for you" in page(client)


def test_signed_out_and_while_the_database_is_away(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    publish(app, staff_care("0912 222 222"))
    said = page(client)
    assert "/login?next=/support" in said and "tel:" not in said
    headers = client.get("/support").headers
    assert "Set-Cookie" not in headers
    # A page that may not be stored could not be shown without a network.
    assert "no-store" not in headers["Cache-Control"]
    sign_in(client)
    cookie = client.get_cookie("every_sector")
    assert cookie is not None
    away = create_app(make_settings(tmp_path, DEAD)).test_client()
    away.set_cookie("every_sector", cookie.value)
    assert "cannot be shown right now" in page(away)


def test_opening_it_leaves_no_trace(app: Flask, client: FlaskClient) -> None:
    sign_in(client)

    def entries() -> int:
        with app.app_context():
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    before = entries()
    with capture_logs() as lines:
        page(client)
        client.get("/help-now")
    assert [line["route"] for line in lines] == ["/help-now"]
    assert entries() == before
    assert "does not record that you opened this page" in page(client)


def test_links_lead_to_it(client: FlaskClient) -> None:
    assert 'href="/support"' in client.get("/help-now").text
    sign_in(client)
    said = client.get("/help-now").text
    assert said.index("What you must not do") < said.index('href="/support"')
    assert 'href="/support"' in client.get("/my").text
