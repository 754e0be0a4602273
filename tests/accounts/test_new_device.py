"""People hear of a sign-in on a device that did not know them, by e-mail."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from lms.accounts.codes.operations import print_codes
from lms.accounts.queries import find_account_by_email
from lms.audit.models import AuditEntry
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM
from lms.kernel.config import Settings
from lms.kernel.db import db, reading, session, unit_of_work
from lms.people.models import DutyStation
from tests.factories.application import make_settings
from tests.factories.mail_server import mails, text_of
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

NOW = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
EMAIL, NUMBER = "amina@demo.example", "W-1"
NEW = {"password": "four good words", "again": "four good words"}
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: Controller) -> Settings:
    return make_settings(tmp_path, database_url, mail_server="127.0.0.1", mail_port=sink.port)


@pytest.fixture
def moment(app: Flask) -> Iterator[clock.FixedClock]:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        session.execute(update(DutyStation).values(time_zone="Africa/Nairobi"))
    with clock.using(clock.FixedClock(NOW)) as fixed:
        yield fixed


def told(app: Flask, sink: Controller) -> int:
    """How many mails arrived about a new device, ever."""
    with app.app_context():
        outbox.sweep()
        outbox.sweep()
        with reading():
            waiting = select(outbox.OutboxRow.id).where(outbox.OutboxRow.done_at.is_(None))
            assert session.scalars(waiting).all() == []
    return sum("new device" in mail["Subject"] for mail in mails(sink))


def test_who_hears_of_which_sign_in(app: Flask, sink: Controller, moment: clock.FixedClock) -> None:
    first, second, third = (app.test_client() for _ in range(3))
    # Each: the device, what is typed, after how many hours, and how many mails there are then.
    steps: list[tuple[FlaskClient, str, int, int]] = [
        (first, EMAIL, 0, 0),  # nobody hears of their very first sign-in
        (first, EMAIL, 1, 0),
        (first, NUMBER, 1, 0),  # known, whatever is typed
        (second, NUMBER, 2, 1),
        (second, EMAIL, 2, 1),
        (third, EMAIL, 2, 1),  # one a day
        (app.test_client(), EMAIL, 26, 2),
        (first, "tomas@demo.example", 27, 2),  # his first, on her device
        (second, "tomas@demo.example", 28, 3),
    ]
    for number, (browser, typed, hours, count) in enumerate(steps):
        moment.move_to(NOW + timedelta(hours=hours))
        answer = browser.post("/login", data={"email": typed, "password": PASSWORD})
        assert answer.headers["Location"] == "/my"
        assert told(app, sink) == count, number
        browser.post("/logout")
    mail = mails(sink)[0]
    assert mail["To"] == EMAIL
    assert mail["Subject"] == "A new device signed in to Every Sector"
    words = " ".join(text_of(mail).split())
    assert "On 23 November 2026, 03:30 (East Africa Time) somebody signed in to your account of Every Sector" in words
    assert "choose a new password here at once" in words
    assert "http://localhost/reset" in words
    assert "127.0.0.1" not in words


def without_email(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        account = find_account_by_email(EMAIL)
        assert account is not None
        account.email = account.person.email = None


def demonstration(app: Flask) -> None:
    app.config["DEMONSTRATION"] = True


def without_server(app: Flask) -> None:
    app.config["MAIL_SERVER"] = ""


@pytest.mark.parametrize("change", [without_email, demonstration, without_server])
def test_who_hears_of_none(
    app: Flask, sink: Controller, moment: clock.FixedClock, change: Callable[[Flask], None]
) -> None:
    sign_in(app.test_client(), NUMBER)
    change(app)
    moment.move_to(NOW + timedelta(hours=1))
    sign_in(app.test_client(), NUMBER)
    assert told(app, sink) == 0


def test_the_device_on_which_somebody_joined_is_known(
    app: Flask, client: FlaskClient, sink: Controller, moment: clock.FixedClock
) -> None:
    with app.app_context(), unit_of_work():
        account = find_account_by_email(EMAIL)
        assert account is not None
        (code,) = print_codes(SYSTEM, [account.id])
    assert client.post(f"/join/{code}", data=NEW).status_code == 303
    client.post("/logout")
    moment.move_to(NOW + timedelta(hours=1))
    sign_in(client, NUMBER, NEW["password"])
    assert told(app, sink) == 0
    sign_in(app.test_client(), NUMBER, NEW["password"])
    assert told(app, sink) == 1


def test_signing_in_costs_one_statement_more_on_a_new_device(app: Flask, moment: clock.FixedClock) -> None:
    known = app.test_client()
    sign_in(known)
    counts = []
    for browser in (known, app.test_client()):
        browser.post("/logout")
        statements: list[str] = []

        def note(
            _connection: object, _cursor: object, statement: str, *_rest: object, to: list[str] = statements
        ) -> None:
            to.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        sign_in(browser)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts[1] == counts[0] + 1
    with app.app_context(), reading():
        assert len(session.scalars(select(AuditEntry.id).where(AuditEntry.action == "accounts.sign_in")).all()) == 3
