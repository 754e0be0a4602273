"""People learn by e-mail that they have an account: once, in their language, and only those who work here."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lms.accounts import operations
from lms.accounts.models import Account
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.config import Settings
from lms.kernel.db import session, unit_of_work
from lms.people.api import correct_person
from lms.people.models import Employment, Person, Placement
from tests.factories import people as make
from tests.factories.application import make_settings
from tests.factories.mail_server import mails, text_of
from tests.factories.people import make_small_organisation, sign_in

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NEW = {"password": "four good words", "again": "four good words"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: Controller) -> Settings:
    return make_settings(
        tmp_path, database_url, mail_server="127.0.0.1", mail_port=sink.port,
        public_address="https://training.example", languages=["en", "fr"],
    )  # fmt: skip


@pytest.fixture
def hr(app: Flask) -> FlaskClient:
    """Hana, signed in; Nour and Paul are new, with and without e-mail."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, place = make.people.queries.list_organisations()[0], make.people.queries.list_stations()[0]
        for number, (name, email) in enumerate((("Nour Haddad", "nour@demo.example"), ("Paul Paper", None))):
            who = make.person(name, email)
            who.language = "fr"
            make.placed(make.employed(who, here, f"N-{number}"), place)
            operations.open_account(SYSTEM, who, email=email)
    client = app.test_client()
    sign_in(client, "hana@demo.example")
    return client


def sweep(app: Flask) -> None:
    with app.app_context():
        outbox.sweep()
        outbox.sweep()


def person_id(app: Flask, name: str) -> int:
    with app.app_context():
        return int(session.scalars(select(Person.id).where(Person.name == name)).one())


def links(sink: Controller) -> list[str]:
    return [re.findall(r"https://training\.example(/join/\S+)", text_of(mail))[0] for mail in mails(sink)]


def test_everybody_new_is_invited_once_and_joins_with_the_link(app: Flask, hr: FlaskClient, sink: Controller) -> None:
    page = hr.get("/people/invitations").get_data(as_text=True)
    assert "nour@demo.example" in page
    assert "Paul Paper" not in page
    assert "Amina" not in page, "she has signed in"
    assert "Invite 1 person who was not invited yet" in page
    assert hr.post("/people/invitations", data={"again": "no"}).status_code == 303
    sweep(app)
    hr.post("/people/invitations", data={"again": "no"})
    sweep(app)
    (mail,) = mails(sink)
    assert (mail["To"], mail["Content-Language"]) == ("nour@demo.example", "fr")
    assert "Nour Haddad" in text_of(mail)
    (link,) = links(sink)
    stranger = app.test_client()
    for _ in range(2):
        assert "Welcome, Nour Haddad." in stranger.get(link).get_data(as_text=True)
    assert stranger.post(link, data={"password": "short", "again": "short"}).status_code == 422
    done = stranger.post(link, data=NEW)
    assert (done.status_code, done.headers["Location"]) == (303, "/my")
    assert stranger.get("/account").status_code == 200
    sign_in(app.test_client(), "nour@demo.example", "four good words")
    for again in (stranger.get(link), app.test_client().post(link, data=NEW)):
        assert again.status_code == 410
        assert "This link has been used" in again.get_data(as_text=True)
        assert 'href="/login"' in again.get_data(as_text=True)
    with app.app_context():
        found = session.execute(
            text("SELECT action FROM audit_entry WHERE action LIKE '%invit%' ORDER BY id")
        ).scalars()
        assert list(found) == ["accounts.invite", "accounts.use_invitation"]
        assert link.removeprefix("/join/") not in str(session.execute(text("SELECT * FROM outbox")).all())


def test_a_link_expires_and_another_is_sent(app: Flask, hr: FlaskClient, sink: Controller) -> None:
    address = f"/people/{person_id(app, 'Nour Haddad')}/invitation"
    with clock.using(clock.FixedClock(MOMENT)) as now:
        sign_in(hr, "hana@demo.example")
        assert hr.post(address).status_code == 303
        sweep(app)
        now.move_to(MOMENT + timedelta(days=13, hours=23))  # type: ignore[attr-defined]
        assert app.test_client().get(links(sink)[0]).status_code == 200
        now.move_to(MOMENT + timedelta(days=14))  # type: ignore[attr-defined]
        over = app.test_client().get(links(sink)[0])
        assert (over.status_code, "Send me a new link" in over.get_data(as_text=True)) == (410, True)
        sign_in(hr, "hana@demo.example")
        assert re.search("22.Nov", hr.get("/people/invitations").get_data(as_text=True))
        hr.post(address)
        sweep(app)
        first, second = links(sink)
        assert app.test_client().post(second, data=NEW).status_code == 303
        assert "This link has been used" in app.test_client().get(first).get_data(as_text=True)


def test_who_may_be_invited(app: Flask, hr: FlaskClient, sink: Controller) -> None:
    for name, status in (("Tomas Silva", 403), ("Amina Yusuf", 422), ("Paul Paper", 422)):
        assert hr.post(f"/people/{person_id(app, name)}/invitation").status_code == status, name
    with app.app_context(), unit_of_work():
        elsewhere = make.organisation("hill-health")
        who = make.person("Stranger", "stranger@demo.example")
        make.placed(make.employed(who, elsewhere, "H-1"), make.people.queries.list_stations()[0])
        operations.open_account(SYSTEM, who, email="stranger@demo.example")
    assert hr.post(f"/people/{person_id(app, 'Stranger')}/invitation").status_code == 404
    assert "stranger" not in hr.get("/people/invitations?q=stranger@demo.example").get_data(as_text=True).replace(
        "q=stranger", ""
    ).replace('value="stranger', "")
    hr.post("/people/invitations")
    sweep(app)
    assert [mail["To"] for mail in mails(sink)] == ["nour@demo.example"]


def leave(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        employment = session.query(Employment).filter_by(person_id=person_id(app, "Nour Haddad")).one()
        placement = session.query(Placement).filter_by(employment_id=employment.id).one()
        make.people.end_placement(SYSTEM, placement, employment, clock.today() - timedelta(days=2), reason="Left")


def nour(app: Flask) -> Account:
    found: Account = session.scalars(select(Account).where(Account.email == "nour@demo.example")).one()
    return found


def close(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        operations.close_account(SYSTEM, nour(app), reason="Left")


def become_trainer(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        operations.grant_role(SYSTEM, nour(app), Role.TRAINER)


def change_email(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        person = session.get_one(Person, nour(app).person_id)
        correct_person(SYSTEM, person, {"email": ""}, organisation_id=None, reason="Wrong")


@pytest.mark.parametrize("change", [leave, close, become_trainer, change_email])
def test_what_a_mail_says_is_judged_when_it_is_sent(app: Flask, hr: FlaskClient, sink: Controller, change) -> None:  # type: ignore[no-untyped-def]
    hr.post("/people/invitations")
    change(app)
    sweep(app)
    assert mails(sink) == []


@pytest.mark.parametrize("change", [close, become_trainer, change_email])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_link_of_before_is_worth_nothing(app: Flask, hr: FlaskClient, sink: Controller, change) -> None:  # type: ignore[no-untyped-def]
    hr.post("/people/invitations")
    sweep(app)
    change(app)
    assert app.test_client().post(links(sink)[0], data=NEW).status_code == 410


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_forged_link_is_an_unknown_code(app: Flask, hr: FlaskClient, sink: Controller) -> None:
    hr.post("/people/invitations")
    sweep(app)
    link = links(sink)[0]
    for forged in (link[:-2] + "xx", link + "x" * 500, "/join/W10.x", "/join/."):
        assert app.test_client().get(forged).status_code == 404, forged


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_first_page_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    page = client.get("/join").get_data(as_text=True)
    for words in (
        "Sign in for the first time",
        "Type the code from your paper",
        "Choose your own password",
        "your training",
    ):
        assert words in page
    assert 'href="/join"' in client.get("/login").get_data(as_text=True)
    assert 'href="/join"' in client.get("/").get_data(as_text=True)
