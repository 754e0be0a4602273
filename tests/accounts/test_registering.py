"""People register by themselves only where their organisation opened it, and HR decides; nobody learns who is known."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.operations import grant_role, open_account
from lms.accounts.registering import rules
from lms.accounts.registering.models import RegistrationRequest
from lms.accounts.registering.operations import remove_expired_requests
from lms.audit.models import AuditEntry
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.people.api import list_organisations, list_stations
from lms.people.models import Person, Placement
from tests.factories import people
from tests.factories.application import make_settings
from tests.factories.mail_server import mails, text_of
from tests.factories.people import make_small_organisation, sign_in
from tests.shared import statements_sent

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OPEN = {
    "domains": "@Rivers.example\nrivers.org",
    "stations": "1",
    "sectors": ["wash", "health"],
    "reason": "New staff.",
}
TYPED = {"name": "Nadia Noor", "email": "Nadia@rivers.example", "station": "1", "sector": "wash", "staff_number": ""}
APPROVED = {"role": "Promoter", "from_on": "2026-11-23"}
ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
LIST = "/people/registrations"
LINK = '<a href="/register">My organisation lets me register</a>'


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sink: Controller) -> Settings:
    return make_settings(tmp_path, database_url, mail_server="127.0.0.1", mail_port=sink.port)


@pytest.fixture
def moment(app: Flask) -> Iterator[clock.FixedClock]:
    make_small_organisation(app)
    with clock.using(clock.FixedClock(NOW)) as fixed:
        yield fixed


@pytest.fixture
def hana(app: Flask, moment: clock.FixedClock) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, "hana@demo.example")
    return browser


def arrived(app: Flask, sink: Controller) -> list[tuple[str, str]]:
    """All mails so far, sent: to whom, and what they say in one line."""
    with app.app_context():
        while outbox.sweep():
            pass
    return [(mail["To"], " ".join(text_of(mail).split())) for mail in mails(sink)]


def register(app: Flask, sink: Controller, **changes: str) -> tuple[str, str]:
    """Registers in a browser of its own; returns the last mail after that."""
    sent = app.test_client().post("/register", data=TYPED | changes)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/login")
    return arrived(app, sink)[-1]


def link_in(mail: tuple[str, str]) -> str:
    return re.findall(r"http://localhost(/register/\S+)", mail[1])[0]


def prove(app: Flask, mail: tuple[str, str]) -> None:
    assert "HR of Rivers Relief decides now" in app.test_client().post(link_in(mail), follow_redirects=True).text


def count(app: Flask, model: type) -> int:
    with app.app_context(), reading():
        return len(session.scalars(select(model)).all())


def test_it_is_closed_until_hr_opens_it(app: Flask, client: FlaskClient, hana: FlaskClient) -> None:
    assert client.get("/register").status_code == client.post("/register", data=TYPED).status_code == 404
    assert LINK not in client.get("/login").text
    with app.app_context(), statements_sent() as sent:
        client.get("/login")
    assert not [each for each in sent if "registration_opening" in each], "where nothing is open, no page looks for it"
    assert "Registration is not open" in hana.get(LIST).text
    address = f"{LIST}/open/1"
    for wrong, says in (
        ({"domains": "not a domain!"}, "This is no domain of e-mails: not."),
        ({"stations": []}, "Choose at least one duty station."),
        ({"sectors": []}, "Choose at least one sector."),
        ({"reason": ""}, "Say why, in a few words."),
    ):
        refused = hana.post(address, data=OPEN | wrong)
        assert refused.status_code == 422 and says in refused.text
    assert hana.post(address, data=OPEN).headers["Location"] == LIST
    assert LINK in client.get("/login").text
    page = client.get("/register").text
    assert "Rivers Relief" in page and "@rivers.example" in page and "WASH" not in page and "Wash" in page
    for wrong, says in (
        (
            {"email": "nadia@other.example"},
            "Only e-mails of these organisations can register: @rivers.example, @rivers",
        ),
        ({"sector": "education"}, "This is not one of the options."),
        ({"name": " "}, "Write your name."),
    ):
        refused = client.post("/register", data=TYPED | wrong)
        assert refused.status_code == 422 and says in refused.text
        assert wrong.get("email", TYPED["email"]).lower() in refused.text
    with app.app_context(), unit_of_work():
        other = people.organisation("hill-health")
        hugo = people.account(people.person("Hugo", "hugo@hill.example"))
        grant_role(SYSTEM, hugo, Role.HR, other.id)
    elsewhere = app.test_client()
    sign_in(elsewhere, "hugo@hill.example")
    assert "Another organisation here is open for rivers.example." in elsewhere.post(f"{LIST}/open/2", data=OPEN).text
    assert elsewhere.post(address, data=OPEN).status_code == 404
    assert hana.post(address, data=OPEN | {"domains": " "}).status_code == 303
    assert client.get("/register").status_code == 404
    assert LINK not in client.get("/login").text


def test_a_request_is_proved_approved_and_invited(
    app: Flask, hana: FlaskClient, sink: Controller, moment: clock.FixedClock
) -> None:
    hana.post(f"{LIST}/open/1", data=OPEN)
    before = count(app, Person)
    first = register(app, sink, name="Somebody Else")
    moment.move_to(NOW + timedelta(minutes=1))
    mail = register(app, sink)
    assert mail[0] == "nadia@rivers.example" and mail[1].startswith("Hello, ") and "Nadia" not in mail[1]
    assert app.test_client().get(link_in(first)).status_code == 404, "only the last link works"
    shown = app.test_client().get(link_in(mail))
    assert "Is this you?" in shown.text and "Nadia Noor" in shown.text
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert "Nobody is waiting" in hana.get(LIST).text
    prove(app, mail)
    prove(app, mail)
    to_hr = [each for each in arrived(app, sink) if each[0] == "hana@demo.example"]
    assert len(to_hr) == 1 and "Somebody asks to join Rivers Relief" in to_hr[0][1]
    assert "has not decided yet" in register(app, sink)[1]
    assert "Nadia Noor" in hana.get(LIST).text and count(app, Person) == before
    number = re.findall(r'name="chosen" value="(\d+)"', hana.get(LIST).text)[0]
    chosen = APPROVED | {"chosen": number}
    missing = hana.post(LIST, data=chosen)
    assert missing.status_code == 422 and "Nadia Noor: Write the staff number." in missing.text
    too_long = hana.post(LIST, data=chosen | {f"number-{number}": "7" * 41})
    assert too_long.status_code == 422 and "A staff number has at most 40 characters." in too_long.text
    taken = hana.post(LIST, data=chosen | {f"number-{number}": "w 1"})
    assert taken.status_code == 422 and 'value="w 1"' in taken.text and count(app, Person) == before
    assert hana.post(LIST, data=chosen | {f"number-{number}": "W-77"}).status_code == 303
    assert hana.post(LIST, data=chosen | {f"number-{number}": "W-77"}).status_code == 422
    with app.app_context(), reading():
        placement = session.scalars(select(Placement).order_by(Placement.id.desc())).first()
        assert placement is not None
        assert (placement.sector, placement.role, str(placement.from_on)) == ("wash", "promoter", "2026-11-23")
        assert session.scalars(select(RegistrationRequest)).all() == []
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject == "registration").order_by(AuditEntry.id)
        )
        assert actions.all() == ["accounts.request_to_join", "accounts.approve_registration"]
    to, invitation = arrived(app, sink)[-1]
    joining = re.findall(r"http://localhost(/join/\S+)", invitation)[0]
    assert to == "nadia@rivers.example" and "Welcome, Nadia Noor." in app.test_client().get(joining).text
    known = register(app, sink, email="NADIA@rivers.example")
    assert "You have one already" in known[1] and count(app, RegistrationRequest) == 0


@ONLY_SQLITE
def test_the_page_says_and_does_the_same_for_known_and_unknown(
    app: Flask, client: FlaskClient, hana: FlaskClient, sink: Controller
) -> None:
    hana.post(f"{LIST}/open/1", data=OPEN | {"domains": "demo.example"})
    answers = []
    for email in ("amina@demo.example", "nadia@demo.example"):
        sent = client.post("/register", data=TYPED | {"email": email})
        answers.append((sent.status_code, sent.headers["Location"], client.get("/login").text))
    assert re.sub(r'value="[^"]+"', "", str(answers[0])) == re.sub(r'value="[^"]+"', "", str(answers[1]))
    assert count(app, RegistrationRequest) == 0, "the worker alone looks whose it is"
    told = dict(arrived(app, sink))
    assert "You have one already" in told["amina@demo.example"] and "/register/" in told["nadia@demo.example"]


@ONLY_SQLITE
def test_somebody_recorded_already_is_joined_and_others_are_refused_with_the_reason(
    app: Flask, hana: FlaskClient, sink: Controller, moment: clock.FixedClock
) -> None:
    hana.post(f"{LIST}/open/1", data=OPEN)
    with app.app_context(), unit_of_work():
        here, place = list_organisations()[0], list_stations()[0]
        omar = people.person("Omar Said")
        people.placed(people.employed(omar, here, "W-50"), place, "wash")
        open_account(SYSTEM, omar)
        omar_id = omar.id
        people.placed(people.employed(people.person("Élodie Ñandú"), here, "W-51"), place, "wash")
    for name, number in (("Omar Saeed", "w50"), ("Tomas Silva", ""), ("élodie ñandú", "")):
        email = f"{name.split()[0].replace('é', 'e')}@rivers.org"
        prove(app, register(app, sink, name=name, email=email, staff_number=number))
    page = hana.get(LIST).text
    assert 'name="chosen"' not in page and page.count("Perhaps recorded already") == 3
    omar_page, tomas_page, _elodie_page = sorted(set(re.findall(rf"{LIST}/\d+", page)))
    assert f"{omar_page}/join/{omar_id}" in hana.get(omar_page).text
    tomas = re.findall(rf"{tomas_page}/join/(\d+)", hana.get(tomas_page).text)[0]
    role_holder = hana.post(f"{tomas_page}/join/{tomas}")
    assert role_holder.status_code == 422 and "An administrator changes their e-mail." in role_holder.text
    assert hana.post(f"{omar_page}/join/{omar_id}").status_code == 303
    assert hana.post(f"{omar_page}/join/{omar_id}").status_code == 404
    to, invitation = arrived(app, sink)[-1]
    assert to == "omar@rivers.org" and "/join/" in invitation
    assert hana.post(f"{tomas_page}/refuse", data={"reason": ""}).status_code == 422
    assert hana.post(f"{tomas_page}/refuse", data={"reason": "You have an account."}).status_code == 303
    to, refusal = arrived(app, sink)[-1]
    assert to == "tomas@rivers.org" and "The reason: You have an account." in refusal
    assert count(app, RegistrationRequest) == 1


@ONLY_SQLITE
def test_several_are_approved_together_or_none_of_them(
    app: Flask, hana: FlaskClient, sink: Controller, moment: clock.FixedClock
) -> None:
    hana.post(f"{LIST}/open/1", data=OPEN)
    for name in ("Nadia Noor", "Omar Said"):
        prove(app, register(app, sink, name=name, email=f"{name.split()[0]}@rivers.org"))
    before = count(app, Person)
    first, second = sorted(re.findall(r'name="chosen" value="(\d+)"', hana.get(LIST).text))
    chosen = APPROVED | {"chosen": [first, second], f"number-{first}": "W-81"}
    refused = hana.post(LIST, data=chosen)
    assert refused.status_code == 422 and "Omar Said: Write the staff number." in refused.text
    assert len(re.findall(r'name="chosen" value="\d+"[^>]* checked', refused.text)) == 2
    assert 'value="W-81"' in refused.text and count(app, Person) == before
    done = hana.post(LIST, data=chosen | {f"number-{second}": "W-82"}, follow_redirects=True)
    assert "2 people have been added." in done.text and count(app, Person) == before + 2


@ONLY_SQLITE
def test_requests_go_when_nobody_proves_or_decides_them(
    app: Flask, hana: FlaskClient, sink: Controller, moment: clock.FixedClock
) -> None:
    hana.post(f"{LIST}/open/1", data=OPEN)
    unproved = register(app, sink)
    prove(app, register(app, sink, name="Omar Said", email="omar@rivers.org"))
    for after, left, link in ((rules.PROVE_WITHIN, 1, 404), (rules.DECIDE_WITHIN, 0, 404)):
        moment.move_to(NOW + after - timedelta(seconds=1))
        with app.app_context():
            remove_expired_requests()
        assert count(app, RegistrationRequest) == left + 1
        moment.move_to(NOW + after)
        assert app.test_client().get(link_in(unproved)).status_code == link
        with app.app_context():
            remove_expired_requests()
        assert count(app, RegistrationRequest) == left
    assert app.test_client().get("/register/not-ours").status_code == 404
