"""Erasing who somebody was: no trace of the name is left, every fact stays, and nobody is erased who still works."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.accounts.errors import LastAdministrator
from lms.accounts.models import Account
from lms.accounts.queries import find_account_where
from lms.audit.models import AuditEntry
from lms.certification.models import AwardName
from lms.kernel import clock, mail
from lms.kernel.actor import SYSTEM
from lms.kernel.db import Model, session, unit_of_work
from lms.people import api as people
from lms.people.models import CorrectionRequest, CorrectionRequestAnswer, Employment, Person
from tests.certification import world
from tests.factories import people as make
from tests.factories.people import sign_in
from tests.people.two_organisations import Places, make_two_organisations

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TRACES = ("Amina", "Yusuf", "Zubeda", "amina@demo.example", 'W-1"', "call me Zubi")
MEANT = {"reason": "She asked on 20 November", "is_meant": "y"}


@pytest.fixture(autouse=True)
def fixed_clock() -> Iterator[None]:
    with clock.using(clock.FixedClock(TODAY)):
        yield


def everything() -> str:
    """Returns every value of every table, each in quotation marks."""
    return "\n".join(
        f'"{value}"'
        for table in Model.metadata.sorted_tables
        for row in session.execute(text(f"SELECT * FROM {table.name}"))
        for value in row
        if value is not None
    )


def counts() -> dict[str, int]:
    return {
        table.name: session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
        for table in Model.metadata.sorted_tables
    }


@pytest.fixture
def at(app: Flask, client: FlaskClient) -> Places:
    """Amina has a certificate, a corrected name and a correction request; Root is signed in."""
    places = make_two_organisations(app)
    with app.app_context(), unit_of_work():
        amina = session.get_one(Person, places.amina)
        people.correct_person(
            SYSTEM, amina, {"name": "Zubeda Yusuf"}, organisation_id=places.rivers, reason="As in the passport"
        )
        mail.queue("Amina@demo.example", "Your training", "Dear Zubeda")
        mail.queue("basma@demo.example", "Your training", "Dear Basma")
        world.earned(amina, world.course(), "2026-03-02")
        request = CorrectionRequest(
            person_id=places.amina, organisation_id=places.rivers, kind="other", text="Please call me Zubi",
            recorded_at=TODAY,
        )  # fmt: skip
        session.add(request)
        session.flush()
        session.add(CorrectionRequestAnswer(request_id=request.id, text="We call me Zubi", recorded_at=TODAY))
    sign_in(client, "root@demo.example")
    return places


def leave(app: Flask, at: Places, last_on: date = date(2026, 10, 31)) -> None:
    with app.app_context(), unit_of_work():
        (placement,) = make.people.queries.list_placements_of([at.amina_employment])
        make.people.end_placement(SYSTEM, placement, session.get_one(Employment, at.amina_employment), last_on)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nobody_is_erased_who_works_today_or_will(app: Flask, client: FlaskClient, at: Places) -> None:
    refused = client.post(f"/people/{at.amina}/erase", data=MEANT)
    assert refused.status_code == 422
    assert "HR must end the placement first." in refused.text
    leave(app, at, TODAY.date())
    assert client.post(f"/people/{at.amina}/erase", data=MEANT).status_code == 422
    with app.app_context():
        assert session.get_one(Person, at.amina).name == "Zubeda Yusuf"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_needs_a_reason_and_that_it_is_meant(app: Flask, client: FlaskClient, at: Places) -> None:
    leave(app, at)
    page = client.post(f"/people/{at.amina}/erase", data={"reason": ""})
    assert page.status_code == 422
    assert "Confirm that it is meant." in page.text
    assert client.get("/people/99999/erase").status_code == 404


def test_no_trace_of_the_name_is_left_and_every_fact_stays(app: Flask, client: FlaskClient, at: Places) -> None:
    leave(app, at)
    with app.app_context():
        before, rows = everything(), counts()
        assert [trace for trace in TRACES if trace not in before] == []
        serial = session.execute(text("SELECT serial FROM award")).scalar_one()
    assert client.post(f"/people/{at.amina}/erase", data=MEANT).status_code == 303
    with app.app_context():
        after = everything()
        assert [trace for trace in TRACES if trace.lower() in after.lower()] == []
        assert "Dear Basma" in after
        # The name on the certificate is gone; the erasure, and what it did to the account, is in the trail.
        changed = {name: number - rows[name] for name, number in counts().items() if number != rows[name]}
        entries = session.query(AuditEntry).order_by(AuditEntry.id.desc()).limit(2).all()
        assert {entry.action for entry in entries} == {"people.erase", "accounts.close"}
        assert changed.pop("audit_link", 0) in (0, changed["audit_entry"])
        assert changed == {"award_name": -1, "audit_entry": 2}
        account = find_account_where(Account.person_id == at.amina)
        assert account is not None
        assert (account.active, account.email, account.password) == (False, None, None)
    verified = client.get(f"/verify/{serial}")
    assert verified.status_code == 200
    assert "Zubeda" not in verified.text
    assert f"#{at.amina}" in client.get(f"/people/{at.amina}/erase").text
    again = client.post(f"/people/{at.amina}/erase", data=MEANT)
    assert (again.status_code, "is erased already" in again.text) == (422, True)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_records_merged_with_it_are_erased_too(app: Flask, client: FlaskClient, at: Places) -> None:
    leave(app, at)
    with app.app_context(), unit_of_work():
        rivers = next(each for each in make.people.queries.list_organisations() if each.id == at.rivers)
        double = make.person("Amina Jusuf")
        make.employed(double, rivers, "W-99")
        hr = make.actor_of(find_account_where(Account.email == "hana@demo.example"))  # type: ignore[arg-type]
        people.merge_people(hr, surviving_id=at.amina, merged_id=double.id, reason="Same passport")
        double_id = double.id
    assert client.post(f"/people/{double_id}/erase", data=MEANT).status_code == 303
    with app.app_context():
        assert {session.get_one(Person, each).name for each in (at.amina, double_id)} == {
            f"#{at.amina}", f"#{double_id}",
        }  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_only_administrator_is_not_erased(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        root = session.query(Person).filter_by(email="root@demo.example").one()
        job = session.query(Employment).filter_by(person_id=root.id).one()
        (placement,) = make.people.queries.list_placements_of([job.id])
        make.people.end_placement(SYSTEM, placement, job, date(2026, 1, 31))
        root_id = root.id
    with app.app_context(), pytest.raises(LastAdministrator), unit_of_work():
        people.erase_person(SYSTEM, root_id, reason="gone")
    with app.app_context():
        assert session.get_one(Person, root_id).name == "Root Admin"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_command_erases_who_left_long_ago_and_nobody_else(app: Flask, at: Places) -> None:
    run = app.test_cli_runner().invoke
    unset = run(args=["people", "retention"])
    assert (unset.exit_code, "LMS_RETENTION_YEARS is not set" in unset.output) == (1, True)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"retention_years": 1})
    # Over a year ago is a year and a day ago; a year ago to the day is not.
    leave(app, at, date(2026, 1, 31))
    a_year_later, and_a_day = (
        clock.FixedClock(datetime(2027, day.month, day.day, 9, tzinfo=UTC))
        for day in (date(2027, 1, 31), date(2027, 2, 1))
    )
    with clock.using(a_year_later):
        assert run(args=["people", "retention"]).output == "0 people left before 2026-01-31.\n"
    with clock.using(and_a_day):
        listed = run(args=["people", "retention", "--dry-run"])
        assert listed.output == f"#{at.amina}\n1 person left before 2026-02-01.\nNothing was erased.\n"
        with app.app_context():
            assert session.get_one(Person, at.amina).erased_at is None
        assert run(args=["people", "retention"]).output == f"#{at.amina}\n1 person left before 2026-02-01.\n"
        assert run(args=["people", "retention"]).output == "0 people left before 2026-02-01.\n"
    with app.app_context():
        assert session.get_one(Person, at.amina).name == f"#{at.amina}"
        assert session.query(AwardName).count() == 0
        assert session.get_one(Person, at.basma).name == "Basma Idris"


def test_what_an_administrator_reads_of_a_person_is_in_the_trail(app: Flask, client: FlaskClient, at: Places) -> None:
    def reads() -> list[tuple[int | None, dict[str, object]]]:
        with app.app_context():
            entries = session.query(AuditEntry).filter_by(action="people.read").order_by(AuditEntry.id)
            return [(entry.subject_id, entry.detail) for entry in entries]

    assert client.get(f"/people/{at.amina}/correct").status_code == 200
    assert client.get(f"/people/{at.amina}/erase").status_code == 200
    expected = [(at.amina, {"page": "people.correct_person"}), (at.amina, {"page": "people.erase_person"})]
    assert reads() == expected
    hana = app.test_client()
    sign_in(hana, "hana@demo.example")
    assert hana.get(f"/people/{at.amina}/correct").status_code == 200
    assert reads() == expected
