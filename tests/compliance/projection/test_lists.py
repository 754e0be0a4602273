"""Acts of a page about many people: the facts are recorded with the request, their statuses updated by a job."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from lms.certification.models import Award, Revocation
from lms.compliance.projection import update as updating
from lms.compliance.projection.counts.snapshots import list_unfinished
from lms.compliance.projection.models import PostInterval, StatusInterval
from lms.compliance.projection.rebuild import compact_all, rebuild
from lms.compliance.projection.verify import verify
from lms.compliance.report import count_backends as sources
from lms.compliance.requirements.models import Exemption
from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import MOST_TRIES, OutboxRow, sweep
from lms.people.api import merge_people
from lms.people.models import DutyStation, Employment, Organisation
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, hr_of, required_course
from tests.factories.people import make_small_organisation, sign_in

PEOPLE = 12
NUMBERS = "\r\n".join(f"P-{number}" for number in range(PEOPLE))


@pytest.fixture
def ids(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Rivers Relief with twelve people, of whom one works for Hill Aid too; more than ten count as many."""
    monkeypatch.setattr(updating, "AT_ONCE", 10)
    monkeypatch.setattr(sources, "MOST_COMPUTED_INLINE", 1)
    make_small_organisation(app)
    with clock.using(FixedClock(NOW)):
        with app.app_context(), unit_of_work():
            here, station = session.query(Organisation).one(), session.query(DutyStation).one()
            there, third = people.organisation("hill-aid"), people.organisation("lake-aid")
            for number in range(PEOPLE):
                who = a_person(f"Person {number}", here.id, f"P-{number}", station.id)
            people.placed(people.employed(who, there, "H-1"), station, "health")
            a_person("Zora", third.id, "L-1", station.id)
            course = a_course()
            for at in (here, there, third):
                required_course(at.id, course)
            found = {"here": here.id, "there": there.id, "third": third.id, "course": course, "station": station.id}
        with app.app_context():
            rebuild()
        sign_in(client, "hana@demo.example")
        yield found


def stored() -> set[tuple[object, ...]]:
    """Returns everything that is prepared, without the numbers of rows."""
    with reading():
        return {
            (table, *(getattr(row, each.name) for each in table.__table__.columns if each.name != "id"))
            for table in (PostInterval, StatusInterval)
            for row in session.query(table)
        }


def jobs(*organisations: int) -> list[tuple[int, int]]:
    with reading():
        return [(work.done, work.total) for work in list_unfinished(organisations)]


def exempt_all(client: FlaskClient, ids: dict[str, int], numbers: str = NUMBERS) -> TestResponse:
    made = client.post(
        "/exemptions/new",
        data={
            "organisation": ids["here"], "staff_number": numbers, "requirement": "", "kind": "parental",
            "from_on": TODAY.isoformat(), "until_on": "", "reason": "Agreed", "evidence": "",
        },
    )  # fmt: skip
    assert made.status_code == 303
    return made


def hold_session(client: FlaskClient, ids: dict[str, int]) -> str:
    form = {
        "organisation": ids["here"], "course": ids["course"], "sector": "", "held_on": TODAY.isoformat(),
        "station": ids["station"], "checked_by": "Lina Aziz", "evidence": "Binder 3", "lines": NUMBERS, "renew": "y",
        "token": "form-1",
    }  # fmt: skip
    page = client.post("/sessions/check", data=form).text
    checked = page.split('id="would-do"')[1].split("</form>")[0]
    sent = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', checked)
    made = client.post("/sessions/new", data={name: unescape(value) for name, value in sent})
    assert made.status_code == 303
    return made.headers["Location"]


def test_a_request_for_many_computes_no_status_and_its_job_does(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context():
        before = stored()
    address = hold_session(client, ids)
    with app.app_context():
        assert session.query(Award).count() == PEOPLE
        assert stored() == before
        assert jobs(ids["here"]) == [(0, PEOPLE)]
        assert jobs(ids["there"]) == [(0, 1)], "of the other employer only who attended"
        assert jobs(ids["third"]) == []
    assert f"0 of {PEOPLE} done" in client.get("/compliance").text
    with app.app_context():
        sweep()
        assert jobs(ids["here"], ids["there"]) == []
        after = stored()
        assert after != before
    assert client.get("/compliance").status_code == 200

    revoked = client.post(f"{address}/withdraw", data={"reason": "Never held"})
    assert revoked.status_code == 303
    with app.app_context():
        assert session.query(Revocation).count() == PEOPLE
        assert stored() == after
        sweep()
        compact_all()
        with reading():
            assert verify().clean
        refreshed = stored()
        assert refreshed != after
        rebuild()
        assert stored() == refreshed


def test_many_exemptions_are_followed_by_a_job(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    with app.app_context():
        before = stored()
    exempt_all(client, ids)
    with app.app_context():
        assert session.query(Exemption).count() == PEOPLE
        assert stored() == before
    listed = client.get("/exemptions")
    assert f"0 of {PEOPLE} done" in listed.text
    assert listed.headers["Refresh"] == "10"
    with app.app_context():
        sweep()
    listed = client.get("/exemptions")
    assert "being updated" not in listed.text
    assert "Refresh" not in listed.headers
    with app.app_context():
        compact_all()
        with reading():
            assert verify().clean
        assert stored() != before


def test_a_few_are_updated_with_the_request(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    exempt_all(client, ids, "P-1\r\nP-2")
    with app.app_context():
        assert jobs(ids["here"]) == []
        with reading():
            assert verify().clean


def test_somebody_merged_is_updated_where_either_record_works(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), unit_of_work():
        here, third = session.get_one(Organisation, ids["here"]), session.get_one(Organisation, ids["third"])
        surviving = session.query(Employment).filter_by(organisation_id=third.id).one().person_id
        merged = session.query(Employment).filter_by(organisation_id=here.id, staff_number="P-3").one().person_id
        merge_people(hr_of(here.id, third.id), surviving_id=surviving, merged_id=merged, reason="Typed in twice")
    exempt_all(client, ids)
    with app.app_context():
        assert jobs(ids["third"]) == [(0, 1)]
        sweep()
        with reading():
            assert verify().clean


def test_a_job_that_fails_is_said_to_be_tried_again(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    pages = ("/exemptions", "/compliance")
    exempt_all(client, ids)
    for page in pages:
        assert "An error occurred" not in client.get(page).text
    rename(app, "status_interval", "away")
    with app.app_context():
        sweep()
    rename(app, "away", "status_interval")
    for page in pages:
        shown = " ".join(client.get(page).text.split())
        assert f"0 of {PEOPLE} done" in shown
        assert "It is tried again by itself at 22 November 2026, 09:02 UTC" in shown, page
    with clock.using(FixedClock(NOW + timedelta(minutes=3))):
        with app.app_context(), unit_of_work():
            session.query(OutboxRow).filter_by(done_at=None).update(
                {"tries": MOST_TRIES, "not_before": NOW + timedelta(hours=6)}
            )
        for page in pages:
            assert "is not tried again by itself" in client.get(page).text
        with app.app_context():
            with unit_of_work():
                session.query(OutboxRow).filter_by(done_at=None).update({"tries": 1, "not_before": NOW})
            sweep()
            with reading():
                assert verify().clean
        for page in pages:
            shown = client.get(page)
            assert (shown.status_code, "An error occurred" in shown.text) == (200, False)


def rename(app: Flask, table: str, name: str) -> None:
    with app.app_context(), unit_of_work():
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
