"""Attendance sheets: printed, signed, scanned by HR, and recorded as any session is."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.certification.models import AttendanceSheet, Award, ExpectedAttendee, TrainingSession
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.people.api import merge_people
from lms.people.models import DutyStation, Organisation, Person
from tests.certification.training.test_views import confirmation, text_of
from tests.factories import people
from tests.factories.people import sign_in

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(clock.FixedClock(datetime(2026, 9, 1, 12, 0, tzinfo=UTC))):
        yield


@pytest.fixture
def hana(client: FlaskClient, ids: dict[str, int]) -> FlaskClient:
    sign_in(client, "hana@demo.example")
    return client


def make(client: FlaskClient, ids: dict[str, int], **changes: object) -> Any:
    form: dict[str, object] = {
        "organisation": ids["here"], "course": ids["course"], "sector": "", "held_on": "2026-08-20",
        "station": ids["station"], "lines": "w-1\tAmina\r\nW-2", "token": "sheet-1",
    }  # fmt: skip
    return client.post("/sessions/sheets/new", data=form | changes)


def signed(**changes: object) -> dict[str, object]:
    form = {"held_on": "2026-08-21", "checked_by": "Lina Aziz", "evidence": "Binder 3", "renew": "y", "token": "one"}
    return form | changes


def count(app: Flask, model: type[Any]) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_who_is_ticked_has_a_certificate_and_nobody_else(app: Flask, hana: FlaskClient, ids: dict[str, int]) -> None:
    made = make(hana, ids, lines="W-1", whole_station="y")
    assert made.status_code == 303, text_of(made)
    address = made.headers["Location"]
    # Sent twice, the form makes one sheet.
    assert make(hana, ids).headers["Location"] == address and count(app, AttendanceSheet) == 1
    page = hana.get(address)
    # Everybody of the organisation who works at the place, and nobody of another one.
    words = text_of(page)
    assert "Amina Yusuf (W-1)" in words and "Tomas Silva (W-2)" in words and "Omar Said" not in words
    assert 'value="2026-08-20"' in page.text and 'value="W-1"' in page.text and page.text.count("checked>") == 0
    assert 'name="renew" type="checkbox"' in page.text
    looked = hana.post(address, data=signed(attended="W-2", lines="H-1"))
    assert looked.status_code == 200
    assert "1 certificate would be issued. 1 line would be left out. Nothing is recorded yet." in text_of(looked)
    assert count(app, TrainingSession) == 0
    sent = confirmation(looked)
    recorded = hana.post("/sessions/new", data=sent)
    assert recorded.status_code == 303
    again = hana.post("/sessions/new", data=sent)
    assert again.headers["Location"] == recorded.headers["Location"]
    # Nor does another form of the same sheet record anybody twice; who was forgotten is added.
    forgotten = text_of(hana.post(address, data=signed(attended="W-2", lines="w-1", token="two")))
    assert "1 certificate would be issued. 1 line would be left out." in forgotten
    with app.app_context():
        held = session.scalars(select(TrainingSession)).one()
        assert (held.held_on, held.checked_by, held.station_id) == (date(2026, 8, 21), "Lina Aziz", ids["station"])
        names = select(Person.name).join(Award, Award.person_id == Person.id)
        assert session.scalars(names).all() == ["Tomas Silva"]
        detail = select(AuditEntry.detail).where(AuditEntry.action == "certification.print_attendance")
        assert session.scalars(detail).one()["people"] == session.query(ExpectedAttendee).count()


@on_sqlite
def test_who_is_ticked_is_meant_whatever_signs_their_number_has_and_merged_records_are_one(
    app: Flask, hana: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), unit_of_work():
        here, station = session.get_one(Organisation, ids["here"]), session.get_one(DutyStation, ids["station"])
        noor, twin = people.person("Noor Nasser"), people.person("Noor M. Nasser")
        # Not to be taken for W-1, which is Amina.
        people.placed(people.employed(noor, here, "W-1;7"), station)
        people.placed(people.employed(twin, here, "W-8"), station)
        hr = Actor(scopes={Role.HR: frozenset({here.id})})
        merge_people(hr, surviving_id=twin.id, merged_id=noor.id, reason="Typed in twice")
    address = make(hana, ids, lines='"W-1;7"\r\nW-8').headers["Location"]
    assert count(app, ExpectedAttendee) == 1
    address = make(hana, ids, lines='"W-1;7"', token="sheet-2").headers["Location"]
    looked = hana.post(address, data=signed(attended="W-1;7"))
    assert hana.post("/sessions/new", data=confirmation(looked)).status_code == 303
    with app.app_context():
        names = select(Person.name).join(Award, Award.person_id == Person.id)
        assert session.scalars(names).all() == ["Noor Nasser"]


@on_sqlite
def test_the_paper_has_room_to_sign_and_a_code_that_names_nobody(hana: FlaskClient, ids: dict[str, int]) -> None:
    address = make(hana, ids, course=ids["brief"], sector="health").headers["Location"]
    pdf = hana.get(f"{address}.pdf").data
    assert pdf == hana.get(f"{address}.pdf").data
    (page,) = pypdfium2.PdfDocument(pdf)
    (found,) = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    code = found.text.removeprefix("http://localhost/sessions/sheets/")
    assert found.text == f"http://localhost{address}" and len(code) == 10
    text = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    for said in (
        "Attendance sheet: Sector brief", "Sector: Health", "Date: 20 August 2026", "Place: North River, Aravia",
        "Trainer, name and signature", "Write nothing about a real child, family or incident",
        "Name Staff number Signature 1 Amina Yusuf W-1 2 Tomas Silva W-2 3 4 5 6 7 8", f"{code[:5]}-{code[5:]}",
    ):  # fmt: skip
        assert said in text, (said, text)
    # The sector is that of the sheet.
    assert "1 certificate would be issued." in text_of(hana.post(address, data=signed(attended="W-1", sector="wash")))
    # As printed, it opens the page too.
    assert hana.get(f"/sessions/sheets/{code[:5].lower()}-{code[5:]}").status_code == 200


@on_sqlite
def test_a_sheet_is_for_hr_of_its_organisation(app: Flask, hana: FlaskClient, ids: dict[str, int]) -> None:
    address = make(hana, ids).headers["Location"]
    assert hana.get("/sessions/sheets/0000000000").status_code == 404
    assert hana.get("/sessions/sheets/new").status_code == 200
    # The other organisation's HR and a learner who scans the code.
    for who, status, sent in (("omar", 404, 404), ("amina", 403, 403)):
        client = app.test_client()
        sign_in(client, f"{who}@demo.example")
        for path in (address, f"{address}.pdf"):
            assert client.get(path).status_code == status, (who, path)
        assert client.post(address, data=signed(attended="W-1")).status_code == sent
        assert make(client, ids, token="other").status_code != 303
    # Whatever a form claims, HR makes sheets of their own organisation.
    make(hana, ids, organisation=ids["there"], token="third")
    with app.app_context():
        assert session.scalars(select(AttendanceSheet.organisation_id).distinct()).all() == [ids["here"]]


@on_sqlite
def test_what_is_wrong_is_said_and_stays_typed(app: Flask, hana: FlaskClient, ids: dict[str, int]) -> None:
    for changes, said in (
        ({"lines": "W-1\r\nW-88\r\nH-1"}, "Nobody of this organisation has these staff numbers: W-88, H-1."),
        ({"lines": ""}, "Write at least one staff number."),
        ({"course": ids["brief"]}, "This course is awarded by sector: choose one."),
        ({"lines": "", "whole_station": "y", "held_on": "2019-01-01"}, "Nobody of the organisation works there"),
    ):
        refused = make(hana, ids, **changes)
        assert refused.status_code == 422 and said in text_of(refused), text_of(refused)
        assert str(changes.get("held_on", "2026-08-20")) in refused.text
    assert "W-88" in make(hana, ids, lines="W-88").text and count(app, AttendanceSheet) == 0
    address = make(hana, ids).headers["Location"]
    for form, said in (
        (signed(), "Tick who signed, or write at least one staff number."),
        (signed(attended="W-2", lines="W-3", evidence=""), "Write where the attendance list is kept."),
        (signed(attended="W-2", lines="W-3", held_on="2026-09-02"), "This day is in the future."),
    ):
        refused = hana.post(address, data=form)
        assert refused.status_code == 422 and said in text_of(refused), text_of(refused)
        assert "Lina Aziz" in refused.text and ("W-3" in refused.text) == ("lines" in form)
        assert ('checked id="attended-1"' in refused.text) == ("attended" in form)
    # Somebody who was not listed cannot be ticked.
    assert hana.post(address, data=signed(attended="W-3")).status_code == 422
    assert count(app, TrainingSession) == 0
