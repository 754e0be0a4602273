"""Signing a report off: who may, what is shown where, and that what happened stays."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.compliance.errors import FiguresDiffer
from lms.compliance.report import service
from lms.compliance.report.query import load_report_for
from lms.compliance.report.report_id import ReportId, read_id
from lms.compliance.report.signoff.models import ReportSignoff
from lms.compliance.report.signoff.operations import sign_off
from lms.compliance.report.signoff.queries import list_signatures
from lms.compliance.source_data.filters import Filters
from lms.kernel import outbox
from lms.kernel.actor import Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import NotThere
from lms.people.models import Person
from tests.compliance.report.test_pages import body, id_on, rows
from tests.factories import people
from tests.factories.compliance import NOW, a_course, a_person, earned, hill_aid, required_course
from tests.factories.people import actor_of, make_small_organisation, sign_in

DAY = timedelta(days=1)
REMARK = "Checked against the lists of the stations"


pytestmark = pytest.mark.usefixtures("time")


@pytest.fixture
def known(app: Flask) -> dict[str, int]:
    """Rivers Relief, whose Noor of WASH lacks a course; and Hill Aid with its own HR, Omar."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station, here = session.query(people.DutyStation).one(), session.query(people.Organisation).one()
        hill_aid()
        course = a_course()
        required_course(here.id, course)
        return {"here": here.id, "course": course, "noor": a_person("Noor Ali", here.id, "W-9", station.id).id}


def account_of(word: str) -> Account:
    return session.query(Account).filter_by(email=f"{word}@demo.example").one()


def sign(client: FlaskClient, report_id: str, remark: str = "") -> int:
    return client.post(f"/compliance/reports/{report_id}/sign", data={"remark": remark}).status_code


def signed_report(client: FlaskClient, who: str = "hana") -> str:
    """Lets HR open the report of 31 October and sign it off; returns its id."""
    sign_in(client, f"{who}@demo.example")
    report_id = id_on(body(client, "/compliance?as_of=2026-10-31"))
    assert sign(client, report_id, REMARK) == 303
    return report_id


def test_a_report_is_signed_once_by_each_person(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    report_id = signed_report(client)
    assert sign(client, report_id.lower(), "Again") == 303
    client.post("/logout")
    sign_in(client, "root@demo.example")
    assert sign(client, report_id) == 303
    with app.app_context(), reading():
        found = list_signatures(report_id)
        assert [(each.name, each.role, each.remark, each.signed_at) for each in found] == [
            ("Hana Haddad", "HR of Rivers Relief", REMARK, NOW), ("Root Admin", "Administrator", "", NOW),
        ]  # fmt: skip
        entries = session.query(AuditEntry).filter_by(action="compliance.sign_off").order_by(AuditEntry.id).all()
        assert [(each.organisation_id, each.reason) for each in entries] == [
            (known["here"], REMARK),
            (known["here"], ""),
        ]
        assert entries[0].detail == {"as_of": "2026-10-31", "organisations": [known["here"]]}


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = 1", "DELETE FROM {}"])
@pytest.mark.parametrize("table", [("report_signoff", "role"), ("report_signoff_organisation", "organisation_id")])
def test_a_signature_is_never_changed_or_removed(
    app: Flask, client: FlaskClient, known: dict[str, int], statement: str, table: tuple[str, str]
) -> None:
    signed_report(client)
    with app.app_context(), pytest.raises(DBAPIError, match="what happened is not"), unit_of_work():
        session.execute(text(statement.replace("= 1", "= '1'" if table[1] == "role" else "= 1").format(*table)))


def test_who_signed_is_shown_with_the_report_and_in_its_files(client: FlaskClient, known: dict[str, int]) -> None:
    report_id = signed_report(client)
    verified = body(client, f"/compliance/reports/{report_id}")
    assert "Signed off by <b><bdi>Hana Haddad</bdi></b>, HR of Rivers Relief" in verified
    assert REMARK in verified
    assert "Sign off this report" not in verified
    assert "Since then" not in verified
    then = f"as_of=2026-10-31&known_as_of={read_id(report_id).known_at.isoformat().replace('+', '%2B')}"
    again = body(client, f"/compliance?{then}")
    assert id_on(again) == report_id
    assert "Signed off by <b><bdi>Hana Haddad</bdi></b>" in again
    line = f"Hana Haddad, HR of Rivers Relief, 22 November 2026, 09:00 UTC: {REMARK}"
    written = rows(client, f"/compliance.csv?{then}")
    assert {row["signed_off_by"].replace("\N{NO-BREAK SPACE}", " ") for row in written} == {line}
    book = load_workbook(BytesIO(client.get(f"/compliance.xlsx?{then}").data))
    about = {row[0].value: str(row[1].value) for row in book["Definitions"].iter_rows()}
    assert about["Signed off by"].replace("\N{NO-BREAK SPACE}", " ") == line
    paper = PdfReader(BytesIO(client.get(f"/compliance.pdf?{then}").data)).pages[0].extract_text()
    assert "Signed off by Hana Haddad, HR of Rivers Relief" in " ".join(paper.split())
    # Another moment is another report, which nobody has signed.
    assert "Signed off by" not in body(client, "/compliance?as_of=2026-10-30")
    assert {row["signed_off_by"] for row in rows(client, "/compliance.csv?as_of=2026-10-30")} == {""}
    listed = body(client, "/compliance/signed")
    for words in ("31 October 2026", "Rivers Relief", "Hana Haddad", "HR of Rivers Relief", REMARK, report_id):
        assert words in listed.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("known_as_of", ["2026-11-22", "2026-11-22T23:00:00Z"])
def test_a_report_with_the_data_of_today_is_of_now_and_not_of_the_end_of_the_day(
    app: Flask, client: FlaskClient, known: dict[str, int], time: FixedClock, known_as_of: str
) -> None:
    sign_in(client, "hana@demo.example")
    report_id = id_on(body(client, f"/compliance?as_of=2026-10-31&known_as_of={known_as_of}"))
    assert read_id(report_id).known_at == NOW
    time.move_to(NOW + timedelta(hours=1))
    with app.app_context(), unit_of_work():
        earned(session.get_one(Person, known["noor"]), known["course"], date(2026, 10, 1))
    assert "The figures match." in body(client, f"/compliance/reports/{report_id}")


def test_today_is_no_day_of_the_future_where_it_has_begun(
    app: Flask, client: FlaskClient, known: dict[str, int], time: FixedClock
) -> None:
    sign_in(client, "hana@demo.example")
    with app.app_context(), unit_of_work():
        session.query(people.DutyStation).one().time_zone = "Pacific/Kiritimati"
    time.move_to(NOW + timedelta(hours=2))
    report_id = id_on(body(client, "/compliance?as_of=2026-10-31&known_as_of=2026-11-23"))
    assert read_id(report_id).known_at == NOW + timedelta(hours=2)
    assert "not in the future" in body(client, "/compliance?as_of=2026-11-24&known_as_of=2026-11-24", 422)


def test_later_facts_that_change_a_signed_figure_are_pointed_out(
    app: Flask, client: FlaskClient, known: dict[str, int], time: FixedClock
) -> None:
    report_id = signed_report(client)
    time.move_to(NOW + 9 * DAY)
    with app.app_context(), unit_of_work():
        earned(session.get_one(Person, known["noor"]), known["course"], date(2026, 10, 1))
    verified = body(client, f"/compliance/reports/{report_id}")
    assert "Since then, facts were recorded that change figures of this day" in verified
    assert "The figures match." in verified
    client.post("/logout")
    # An administrator verifies and signs figures, and sees nobody's name but that of who signed.
    sign_in(client, "root@demo.example")
    verified = body(client, f"/compliance/reports/{report_id}")
    assert "Since then, facts were recorded" in verified
    assert "Noor Ali" not in verified
    assert "Sign off this report" in verified


def test_only_hr_of_all_its_organisations_and_administrators_see_and_sign(
    app: Flask, client: FlaskClient, known: dict[str, int]
) -> None:
    report_id = signed_report(client)
    for who, status, listed in (("omar", 404, 200), ("karim", 403, 403), ("amina", 403, 403)):
        client.post("/logout")
        sign_in(client, f"{who}@demo.example")
        assert sign(client, report_id) == status
        body(client, f"/compliance/reports/{report_id}", status)
        assert "Hana" not in body(client, "/compliance/signed", listed)
    client.post("/logout")
    assert client.get("/compliance/signed").headers["Location"].startswith("/login")
    with app.app_context():
        with unit_of_work():
            (there,) = (each for each in session.query(people.Organisation) if each.id != known["here"])
            people.accounts.grant_role(people.SYSTEM, account_of("hana"), Role.HR, there.id)
        with unit_of_work():
            # A report of two organisations is in the list of whoever is HR of both.
            both = ReportId(1, NOW.date(), NOW, (known["here"], there.id), Filters(), b"12345")
            _read, query = load_report_for(actor_of(account_of("hana")), str(both), "en")
            page = service.build_report(query)
            sign_off(actor_of(account_of("hana")), page.id, query, page.report)
            with pytest.raises(NotThere):
                load_report_for(actor_of(account_of("omar")), str(page.id), "en")
            assert list_signatures(str(page.id))[0].role == "HR of 2 organisations"
    sign_in(client, "omar@demo.example")
    assert "No signed reports yet" in body(client, "/compliance/signed")
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert body(client, "/compliance/signed").count("Hana Haddad</bdi>") == 2


def test_figures_that_nobody_computed_cannot_be_signed(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    forged = str(ReportId(1, date(2026, 10, 31), NOW, (known["here"],), Filters(), b"false"))
    assert sign(client, forged) == 422
    assert "Only figures that match can be signed off." in body(client, f"/compliance/reports/{forged}")
    report_id = id_on(body(client, "/compliance"))
    refused = client.post(f"/compliance/reports/{report_id}/sign", data={"remark": "x" * 301})
    assert refused.status_code == 422
    assert "This is too long" in refused.text
    with app.app_context(), reading():
        assert session.query(ReportSignoff).count() == 0
        read, query = load_report_for(actor_of(account_of("hana")), forged, "en")
        with pytest.raises(FiguresDiffer):
            sign_off(actor_of(account_of("hana")), read, query, service.build_report(query).report)


def test_a_report_of_many_people_is_verified_by_a_job_before_it_is_signed(
    app: Flask, client: FlaskClient, known: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "hana@demo.example")
    report_id = id_on(body(client, "/compliance?as_of=2026-10-31"))
    monkeypatch.setattr(service.sources, "MOST_COMPUTED_INLINE", 0)
    assert "This takes a few minutes" in body(client, f"/compliance/reports/{report_id}")
    address = f"/compliance/reports/{report_id}/sign"
    assert client.post(address).headers["Location"] == f"/compliance/reports/{report_id}"
    job = client.post("/compliance/jobs", data={"kind": "check", "form": "page", "id": report_id}).headers["Location"]
    with app.app_context():
        outbox.sweep()
    assert "Sign off this report" in body(client, job)
    assert client.post(address).headers["Location"] == f"{job}#signed"
    assert "Signed off by <b><bdi>Hana Haddad</bdi></b>" in body(client, job)


def test_no_report_has_the_data_of_a_moment_that_no_id_can_say(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    for address in ("/compliance", "/compliance.csv"):
        assert "Choose a day from 2000 on." in body(client, f"{address}?known_as_of=1999-12-30", 422)
        assert client.get(f"{address}?known_as_of=2000-01-01").status_code == 200
