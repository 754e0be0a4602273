"""The first page, the administrator's index, and the probes."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.app import create_app
from lms.home.views import VERSION
from lms.kernel import clock, mail, outbox
from lms.kernel.db import session, unit_of_work
from tests.factories.application import make_settings
from tests.factories.courses import published
from tests.factories.people import make_small_organisation, sign_in

SIGN_INS = (
    "amina@demo.example",
    "tomas@demo.example",
    "hana@demo.example",
    "karim@demo.example",
    "root@demo.example",
    "D-1001",
)


def admin(client: FlaskClient) -> str:
    page = client.get("/admin")
    assert page.status_code == 200
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_first_page_says_what_this_is_and_where_to_go(client: FlaskClient) -> None:
    page = client.get("/").text
    for address in ("/login", "/join", "/verify", "/help-now"):
        assert f'href="{address}"' in page
    assert "learn-safely-2026" not in page
    assert not any(name in page for name in SIGN_INS)


def test_the_demonstration_lists_its_sign_ins(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    app.config["DEMONSTRATION"] = True
    page = client.get("/").text
    assert "learn-safely-2026" in page
    assert all(name in page for name in SIGN_INS)


def test_those_who_are_signed_in_are_led_to_their_training(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client)
    assert client.get("/").headers["Location"] == "/my"


@pytest.mark.parametrize("who", ["amina", "tomas", "hana", "karim"])
def test_only_administrators_see_the_index(app: Flask, client: FlaskClient, who: str) -> None:
    make_small_organisation(app)
    sign_in(client, f"{who}@demo.example")
    assert client.get("/admin").status_code == 403


def test_an_empty_installation_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "root@demo.example")
    page = admin(client)
    assert "flask content publish" in page
    assert "never" in page
    assert "Set LMS_MAIL_SERVER" in page
    assert "Nothing is waiting" in page
    assert f"version {VERSION}" in page
    assert 'href="/admin/users"' in page and 'href="/admin/organisations"' in page


def test_counts_and_the_outbox(app: Flask, client: FlaskClient, tmp_path: Path, fixed_clock: clock.FixedClock) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        published(tmp_path / "files")
        for number in range(3):
            mail.queue("somebody@demo.example", "Subject", "Body", key=f"mail:{number}")
    with app.app_context():
        # Nobody is there to take the mails: the first is tried and says so, and the others wait with it.
        outbox.sweep()
        with unit_of_work():
            row = session.query(outbox.OutboxRow).order_by(outbox.OutboxRow.id.desc()).first()
            assert row is not None
            row.tries = outbox.MOST_TRIES
    sign_in(client, "root@demo.example")
    page = admin(client)
    assert "1 task failed too often" in page
    assert "MailServerMissing" in page
    assert "somebody@demo.example" not in page
    assert "23 Nov 2026, 09:00 UTC" in page
    for term, figure in (
        ("Waiting", 3),
        ("Failed, will be retried", 1),
        ("Failed permanently", 1),
        ("People", 5),
        ("Organisations", 1),
    ):
        assert f"<dt>{term}</dt>\n<dd>{figure}</dd>" in page, term


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_mails_that_wait_for_an_hour_are_an_alarm(
    app: Flask, client: FlaskClient, fixed_clock: clock.FixedClock
) -> None:
    make_small_organisation(app)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"mail_server": "localhost"})
    with app.app_context(), unit_of_work():
        mail.queue("somebody@demo.example", "Subject", "Body")
    sign_in(client, "root@demo.example")
    assert "waited for more than an hour" not in admin(client)
    fixed_clock.move_to(clock.now() + timedelta(minutes=61))
    page = admin(client)
    assert "1 mail has waited for more than an hour" in page
    assert "flask mail test" in page
    assert "somebody@demo" not in page


def test_with_a_mail_server_nothing_is_asked_for(database_url: str, tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path, database_url, mail_server="localhost"))
    app.config.update(WTF_CSRF_ENABLED=False)
    make_small_organisation(app)
    client = app.test_client()
    sign_in(client, "root@demo.example")
    assert "Set LMS_MAIL_SERVER" not in admin(client)


def test_the_probes(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}
    away = create_app(make_settings(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")).test_client()
    assert away.get("/healthz").status_code == 200
    assert away.get("/readyz").status_code == 503


def test_security_txt_says_whom_to_tell_of_a_weakness(app: Flask, client: FlaskClient) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"security_contact": "mailto:security@example.org", "languages": ["en", "ar"]}
    )
    page = client.get("/.well-known/security.txt")
    assert page.content_type == "text/plain; charset=utf-8"
    assert page.text.splitlines() == [
        "Contact: mailto:security@example.org",
        "Expires: 2027-05-22T09:00:00Z",
        "Preferred-Languages: en, ar",
        f"Canonical: {app.extensions['settings'].public_address}/.well-known/security.txt",
    ]
