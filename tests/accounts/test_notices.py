"""People hear of a new password and of a printed code: by e-mail, and at the next sign-in."""

import json
import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts.queries import find_account_by_email
from lms.kernel import clock
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

NEW = "four good words"
MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BANNER = "printed a sign-in code for you on"


@pytest.fixture
def hana(app: Flask) -> FlaskClient:
    """The browser of Hana, who is HR."""
    make_small_organisation(app)
    browser = app.test_client()
    sign_in(browser, "hana@demo.example")
    return browser


def mails(app: Flask) -> list[dict[str, str]]:
    """What waits in the outbox, as address, subject and body."""
    with app.app_context(), reading():
        rows = session.execute(text("SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY id")).scalars()
        return [json.loads(row) if isinstance(row, str) else row for row in rows]


def code_for(app: Flask, hana: FlaskClient, email: str = "amina@demo.example") -> str:
    """Prints a code on the page of a person."""
    with app.app_context(), reading():
        account = find_account_by_email(email)
        assert account is not None
        person_id = account.person_id
    page = hana.post(f"/people/{person_id}/code").get_data(as_text=True)
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert found is not None
    return found[0]


def only_mail(app: Flask, says: str) -> str:
    """The body of the one mail there is, to Amina; it has no link that signs anybody in."""
    (mail,) = mails(app)
    assert mail["to"] == "amina@demo.example"
    assert mail["subject"] == says
    assert "Hello Amina Yusuf," in mail["body"]
    links = re.findall(r"http://localhost(\S+)", mail["body"])
    assert links in (["/reset"], ["/account/password"])
    return " ".join(mail["body"].split())


def test_a_changed_password_is_mailed(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client)
    with clock.using(clock.FixedClock(MOMENT)):
        data = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
        assert client.post("/account/password", data=data).status_code == 302
    body = only_mail(app, "Your password for Every Sector has changed")
    assert "was changed on 22 November 2026, 08:00 UTC" in body
    assert "If it was not you, choose a new password here at once" in body
    assert NEW not in body


def test_a_printed_code_is_mailed(app: Flask, hana: FlaskClient) -> None:
    with clock.using(clock.FixedClock(MOMENT)):
        code = code_for(app, hana)
    body = only_mail(app, "A sign-in code for Every Sector was printed for you")
    assert "On 22 November 2026, 08:00 UTC, HR of Rivers Relief printed a sign-in code for you." in body
    assert "change your password here, which makes the code useless" in body
    assert code not in body


def test_a_used_code_is_mailed(app: Flask, hana: FlaskClient) -> None:
    code = code_for(app, hana)
    assert app.test_client().post(f"/join/{code}", data={"password": NEW, "again": NEW}).status_code == 303
    assert [mail["subject"] for mail in mails(app)] == [
        "A sign-in code for Every Sector was printed for you",
        "Your password for Every Sector has changed",
    ]


def test_an_administrator_who_prints_is_called_one(app: Flask, hana: FlaskClient, client: FlaskClient) -> None:
    sign_in(client, "root@demo.example")
    with app.app_context(), reading():
        tomas = find_account_by_email("tomas@demo.example")
        assert tomas is not None
        account_id = tomas.id
    assert client.post(f"/admin/users/{account_id}/code", data={"password": PASSWORD}).status_code == 200
    (mail,) = mails(app)
    assert "an administrator printed a sign-in code for you" in mail["body"]
    page = app.test_client()
    sign_in(page, "tomas@demo.example")
    assert f"An administrator {BANNER}" in page.get("/account").get_data(as_text=True)


def test_nobody_without_e_mail_is_mailed(app: Flask, hana: FlaskClient) -> None:
    code_for(app, hana)
    with app.app_context(), unit_of_work():
        account = find_account_by_email("amina@demo.example")
        assert account is not None
        account.email = account.person.email = None
        session.execute(text("DELETE FROM outbox"))
        person_id = account.person_id
    assert hana.post(f"/people/{person_id}/code").status_code == 200
    assert mails(app) == []


def test_the_old_password_works_until_the_code_is_used_and_the_next_sign_in_says_so(
    app: Flask, client: FlaskClient, hana: FlaskClient
) -> None:
    sign_in(client, "W-1")
    with clock.using(clock.FixedClock(MOMENT)):
        code = code_for(app, hana)
    assert client.get("/account").status_code == 200
    assert BANNER not in client.get("/account").get_data(as_text=True)
    other = app.test_client()
    sign_in(other, "W-1")
    page = other.get("/account").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert f"HR of Rivers Relief {BANNER} 22 November 2026, 08:00 UTC." in page
    assert "change your password under “Your account”: that makes the code useless" in page
    again = app.test_client()
    sign_in(again, "W-1")
    assert BANNER not in again.get("/account").get_data(as_text=True)
    with clock.using(clock.FixedClock(MOMENT)):
        assert app.test_client().post(f"/join/{code}", data={"password": NEW, "again": NEW}).status_code == 303
    assert app.test_client().post("/login", data={"email": "W-1", "password": PASSWORD}).status_code == 200
    last = app.test_client()
    sign_in(last, "W-1", NEW)
    assert BANNER not in last.get("/account").get_data(as_text=True)
