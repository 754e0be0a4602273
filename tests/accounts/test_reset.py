"""A new password by mail: over a real SMTP server, once, for the one who asked, and for nobody else to see."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.accounts import operations, queries
from lms.accounts.codes.operations import print_codes
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.config import Settings
from lms.kernel.db import db, reading, session, unit_of_work
from lms.kernel.outbox import OutboxRow
from lms.people.api import correct_person
from lms.people.models import Person
from tests.accounts.test_sign_in import Hashing
from tests.factories.application import make_settings
from tests.factories.mail_server import mails, text_of
from tests.factories.people import PASSWORD, make_small_organisation, sign_in
from tests.people.two_organisations import make_two_organisations

NEW = "four good words"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: Controller) -> Settings:
    return make_settings(
        tmp_path, database_url, mail_server="127.0.0.1", mail_port=sink.port, public_address="https://training.example/"
    )


def ask(client: FlaskClient, email: str, **headers: str) -> str:
    response = client.post("/reset", data={"email": email}, headers=headers)
    assert response.status_code == 200
    return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", response.get_data(as_text=True)).replace(email, "E")


def sent_mails(app: Flask, sink: Controller) -> list[EmailMessage]:
    with app.app_context():
        outbox.sweep()
    return mails(sink)


def test_a_mail_arrives_and_its_link_works_once(app: Flask, client: FlaskClient, sink: Controller) -> None:
    make_small_organisation(app)
    signed_in = app.test_client()
    sign_in(signed_in)
    ask(client, "Amina@demo.example", Host="evil.example")
    (mail,) = sent_mails(app, sink)
    text = text_of(mail)
    assert mail["To"] == "amina@demo.example"
    assert mail["Subject"] == "Choose a new password for Every Sector"
    assert mail.get_content_type() == "text/plain"
    assert "Hello Amina Yusuf," in text
    assert "evil.example" not in text
    found = re.search(r"^https://training\.example(/reset/\S+)$", text, re.MULTILINE)
    assert found is not None
    assert text.count("http") == 1
    link = found[1]
    assert client.get(link).status_code == 200
    weak = client.post(link, data={"password": "amina yusuf", "password_confirm": "amina yusuf"})
    assert "People who know your name" in weak.get_data(as_text=True)
    response = client.post(link, data={"password": NEW, "password_confirm": NEW}, follow_redirects=True)
    assert "Your new password has been saved. Sign in with it now." in response.get_data(as_text=True)
    assert signed_in.get("/account").status_code == 302
    for again in (client.get(link), client.post(link, data={"password": NEW, "password_confirm": NEW})):
        assert again.headers["Location"].endswith("/reset")
    assert client.post("/login", data={"email": "W-1", "password": PASSWORD}).status_code == 200
    sign_in(client, "W-1", NEW)


def test_the_answer_is_the_same_for_everybody(app: Flask, client: FlaskClient, sink: Controller) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        tomas = queries.find_account_by_email("tomas@demo.example")
        assert tomas is not None
        operations.close_account(SYSTEM, tomas, reason="left")
    known = ask(client, "amina@demo.example")
    assert "we have sent a link to it" in known
    for other in ("nobody@demo.example", "tomas@demo.example", "no address", "W-1"):
        assert ask(client, other) == known
    assert "we have sent a link to it" in ask(client, "x\x00@demo.example")
    assert [mail["To"] for mail in sent_mails(app, sink)] == ["amina@demo.example"]


def test_the_request_does_the_same_for_everybody(
    app: Flask, client: FlaskClient, sink: Controller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        tomas = queries.find_account_by_email("tomas@demo.example")
        assert tomas is not None
        operations.close_account(SYSTEM, tomas, reason="left")
    ask(client, "amina@demo.example")  # the first request also compiles and caches
    hashing, did = Hashing(monkeypatch), []
    for email in ("amina@demo.example", "nobody@demo.example", "tomas@demo.example", "W-1"):
        with noted_statements(app) as statements:
            ask(client, email)
        did.append((hashing.count, statements))
    assert did[0][0] == 0
    assert did[0][1]
    assert all(each == did[0] for each in did)
    # Only the worker looks up whose it is, and keeps the e-mails of nobody.
    sent_mails(app, sink)
    with app.app_context(), reading():
        rows = session.execute(select(OutboxRow.payload, OutboxRow.done_at).where(OutboxRow.kind == "reset")).all()
    assert len(rows) == 5
    assert all(row.payload == {} and row.done_at for row in rows)
    assert {mail["To"] for mail in mails(sink)} == {"amina@demo.example"}
    assert "demo.example" not in caplog.text


@contextmanager
def noted_statements(app: Flask) -> Iterator[list[str]]:
    """Yields the statements that the application runs meanwhile."""
    found: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_a_reset_spends_printed_codes(app: Flask, client: FlaskClient, sink: Controller) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        amina = queries.find_account_by_email("amina@demo.example")
        assert amina is not None
        code = print_codes(SYSTEM, [amina.id])[0]
    ask(client, "amina@demo.example")
    found = re.search(r"/reset/\S+", sent_mails(app, sink)[0].get_content())
    assert found is not None
    client.post(found[0], data={"password": NEW, "password_confirm": NEW})
    assert client.get(f"/join/{code}").status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_broken_link_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    page = client.get("/reset/nothing-we-made", follow_redirects=True).get_data(as_text=True)
    assert "This link has already been used or is incomplete. Request a new one here." in page


def test_every_account_of_an_email_gets_its_own_link(app: Flask, client: FlaskClient, sink: Controller) -> None:
    places = make_two_organisations(app)
    with app.app_context(), unit_of_work():
        of_hills = Actor(account_id=1, scopes={Role.HR: frozenset({places.hills})})
        person = session.get_one(Person, places.basma)
        correct_person(of_hills, person, {"email": "amina@demo.example"}, organisation_id=places.hills, reason="New")
    ask(client, "amina@demo.example")
    texts = sorted(map(text_of, sent_mails(app, sink)))
    assert ["Hello Amina Yusuf" in texts[0], "Hello Basma Idris" in texts[1], len(texts)] == [True, True, 2]
    assert "This link is for the one of Rivers Relief." in texts[0]
    assert "This link is for the one of Hill Health." in texts[1]
