"""Sign-in slips: slips of many people as PDF files, by station, in parts, with codes that work."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text

from lms.accounts import operations
from lms.accounts.models import Account, SignInSlips
from lms.accounts.slips import jobs
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from tests.factories import people as make
from tests.factories.people import make_small_organisation, sign_in

NEW = {"password": "four good words", "again": "four good words"}
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
NAMES = [f"Person {letter}" for letter in "ABCDEFGHIJ"]


@pytest.fixture
def hr(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Hana, signed in, with ten new people at two stations, and one who has an e-mail; three people a file."""
    monkeypatch.setattr(jobs, "PEOPLE_PER_FILE", 4)
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here = make.people.queries.list_organisations()[0]
        stations = [make.station("a-hills"), make.station("b-valley")]
        for number, name in enumerate([*NAMES, "Mail Reader"]):
            email = "reader@demo.example" if name == "Mail Reader" else None
            who = make.person(name, email)
            make.placed(make.employed(who, here, f"S-{number}"), stations[number % 2])
            operations.open_account(SYSTEM, who, email=email)
    client = app.test_client()
    sign_in(client, "hana@demo.example")
    return client


def request_slips(app: Flask, hr: FlaskClient, **form: str) -> str:
    answer = hr.post("/people/codes/slips", data=form)
    assert answer.status_code == 303
    with app.app_context():
        outbox.sweep()
    return str(answer.headers["Location"])


def texts(hr: FlaskClient, address: str) -> list[str]:
    page = hr.get(address).get_data(as_text=True)
    files = [hr.get(link) for link in re.findall(rf'href="({address}/\d+\.pdf)"', page)]
    assert {each.headers["Cache-Control"] for each in files} <= {"private, no-store"}
    return ["\n".join(page.extract_text() for page in PdfReader(io.BytesIO(each.data)).pages) for each in files]


def test_everybody_gets_a_slip_by_station_in_parts(app: Flask, hr: FlaskClient) -> None:
    assert "Make slips for 10 people without e-mail" in hr.get("/people/codes").get_data(as_text=True)
    address = request_slips(app, hr)
    parts = texts(hr, address)
    assert [len(CODE.findall(each)) for each in parts] == [4, 4, 2]
    whole = "\n".join(parts)
    assert [re.findall(r"Person [A-J]", each) for each in parts] == [
        ["Person A", "Person C", "Person E", "Person G"], ["Person I", "Person B", "Person D", "Person F"],
        ["Person H", "Person J"],
    ]  # fmt: skip
    assert "Mail Reader" not in whole
    for words in ("Rivers Relief", "S-0", "localhost/join", "A Hills", "B Valley", "Choose your own password"):
        assert words in whole, words
    code = CODE.findall(parts[0])[1]
    with app.app_context():
        assert code.replace("-", "") not in str(session.execute(text("SELECT * FROM one_time_code")).all())
        assert (
            session.execute(text("SELECT count(*) FROM audit_entry WHERE action = 'accounts.print_code'")).scalar()
            == 10
        )
    joined = app.test_client()
    assert "Welcome, Person C." in joined.get(f"/join/{code}").get_data(as_text=True)
    assert joined.post(f"/join/{code}", data=NEW).status_code == 303
    assert "Make slips for 9 people without e-mail" in hr.get("/people/codes").get_data(as_text=True)


def test_filters_and_those_with_an_email_who_are_told(app: Flask, hr: FlaskClient) -> None:
    address = request_slips(app, hr, station="a-hills", all="yes")
    whole = "\n".join(texts(hr, address))
    assert sorted(set(re.findall(r"Person [A-J]|Mail Reader", whole))) == [
        "Mail Reader", "Person A", "Person C", "Person E", "Person G", "Person I",
    ]  # fmt: skip
    with app.app_context():
        (told,) = session.scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail")).all()
        assert told.payload["to"] == "reader@demo.example"


def test_who_joined_left_or_has_a_role_meanwhile_gets_no_slip(app: Flask, hr: FlaskClient) -> None:
    answer = hr.post("/people/codes/slips")
    with app.app_context(), unit_of_work():
        accounts = {
            name: session.scalars(select(Account).join(Person).where(Person.name == name)).one() for name in NAMES[:3]
        }
        operations.grant_role(SYSTEM, accounts["Person A"], Role.ADMIN)
        operations.close_account(SYSTEM, accounts["Person B"], reason="Left")
        accounts["Person C"].password = make.hashed()
    with app.app_context():
        outbox.sweep()
    whole = "\n".join(texts(hr, answer.headers["Location"]))
    assert sorted(re.findall(r"Person [A-J]", whole)) == NAMES[3:]


def test_only_who_asked_may_have_the_files_and_for_a_day(app: Flask, hr: FlaskClient) -> None:
    address = request_slips(app, hr)
    with app.app_context(), unit_of_work():
        here = make.people.queries.list_organisations()[0]
        who = make.person("Other Hr", "other@demo.example")
        make.placed(make.employed(who, here, "O-1"), make.people.queries.list_stations()[0])
        make.account(who, Role.HR, at=here)
    other = app.test_client()
    sign_in(other, "other@demo.example")
    assert {other.get(each).status_code for each in (address, f"{address}/1.pdf")} == {404}
    assert other.post(f"{address}/delete").status_code == 404
    assert hr.get(f"{address}/9.pdf").status_code == 404
    with app.app_context():
        folder = jobs.path_of("x").parent
        assert {path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]} == {0}
        assert len(list(folder.iterdir())) == 3
        with clock.using(clock.FixedClock(clock.now() + timedelta(hours=25))):
            jobs.remove_old_files()
        assert list(folder.iterdir()) == []
    assert "no longer available" in hr.get(address).get_data(as_text=True)
    assert hr.get(f"{address}/1.pdf").status_code == 404


def test_files_are_deleted_at_once_on_request(app: Flask, hr: FlaskClient) -> None:
    address = request_slips(app, hr)
    assert hr.post(f"{address}/delete").status_code == 303
    with app.app_context():
        assert list(jobs.path_of("x").parent.iterdir()) == []


def test_a_job_that_was_interrupted_goes_on_and_prints_no_code_twice(
    app: Flask, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = hr.post("/people/codes/slips")
    usual, calls = jobs.print_slips, []

    def dies_in_the_second_part(*given: object) -> bytes:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return usual(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "print_slips", dies_in_the_second_part)
    with app.app_context():
        number = session.scalars(select(SignInSlips.id)).one()
        with pytest.raises(KeyboardInterrupt):
            jobs.make_slips({"slips": number})
        jobs.make_slips({"slips": number})
        jobs.make_slips({"slips": number})
        assert session.execute(text("SELECT count(*) FROM one_time_code")).scalar() == 10
    assert [len(CODE.findall(each)) for each in texts(hr, answer.headers["Location"])] == [4, 4, 2]
    assert "Your sign-in slips" in hr.get("/people/codes").get_data(as_text=True)
