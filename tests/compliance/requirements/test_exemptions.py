"""Exemptions: their kinds, the list with its filters, and the same list printed and as a file."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.compliance.api import statuses_of
from lms.compliance.requirements import operations
from lms.compliance.requirements.models import Exemption
from lms.compliance.requirements.operations import EXEMPTION_KINDS
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid
from lms.people.models import DutyStation, Organisation, Person
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, required_course
from tests.factories.people import make_small_organisation, sign_in

pytestmark = pytest.mark.usefixtures("fixed_clock")

DAY = timedelta(days=1)


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """The small organisation with a requirement, and Hill Aid with somebody exempt of its own."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, station = session.query(Organisation).one(), session.query(DutyStation).one()
        there = people.organisation("hill-aid")
        zainab = a_person("Zainab Noor", there.id, "H-2", station.id, "nutrition")
        ours, theirs = required_course(here.id, course := a_course()), required_course(there.id, course)
        session.add(
            Exemption(
                person_id=zainab.id, requirement_id=theirs.id, organisation_id=there.id, from_on=TODAY,
                kind="parental", reason="Theirs", recorded_at=NOW,
            )
        )  # fmt: skip
        amina = session.query(Person).filter_by(name="Amina Yusuf").one()
        return {"here": here.id, "there": there.id, "ours": ours.id, "amina": amina.id, "station": station.id}


def exempted(app: Flask, ids: dict[str, int], kind: str, from_on: date, until_on: date | None, **more: str) -> int:
    with app.app_context(), unit_of_work():
        hr = Actor(account_id=None, scopes={Role.HR: frozenset({ids["here"]})})
        made = operations.exempt(
            hr, person_id=ids["amina"], requirement_id=ids["ours"], organisation_id=ids["here"], from_on=from_on,
            until_on=until_on, kind=kind, reason=more.get("reason", f"Because {kind}"),
            evidence=more.get("evidence", ""),
        )  # fmt: skip
        return made.id


def four(app: Flask, ids: dict[str, int]) -> None:
    """One that holds, one that is over, one to come, and one that was withdrawn."""
    exempted(app, ids, "parental", TODAY - DAY, None, evidence="=File 7")
    exempted(app, ids, "sick", TODAY - 9 * DAY, TODAY - DAY)
    exempted(app, ids, "leave", TODAY + DAY, TODAY + 9 * DAY)
    gone = exempted(app, ids, "equivalence", TODAY, TODAY)
    with app.app_context(), unit_of_work():
        operations.withdraw_exemption(
            Actor(scopes={Role.HR: None}), session.get_one(Exemption, gone), reason="Wrong person"
        )


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.get_data(as_text=True)


def reasons(body: str) -> list[str]:
    return [kind for kind in EXEMPTION_KINDS if f"Because {kind}" in body]


@pytest.mark.parametrize("kind", EXEMPTION_KINDS)
def test_every_kind_is_recorded(app: Flask, client: FlaskClient, ids: dict[str, int], kind: str) -> None:
    sign_in(client, "hana@demo.example")
    form = page(client, "/exemptions/new")
    assert f'value="{kind}"' in form
    assert "No diagnosis" in form
    made = client.post("/exemptions/new", data=new_form(ids, kind=kind))
    assert made.status_code == 303
    with app.app_context():
        exemption = session.query(Exemption).filter_by(reason="Agreed").one()
        assert (exemption.kind, exemption.evidence, exemption.until_on) == (kind, "HR file 12", date(2027, 2, 28))
        entry = session.query(AuditEntry).filter_by(action="compliance.exempt").one()
        assert entry.detail["kind"] == kind


def new_form(ids: dict[str, int], **changes: object) -> dict[str, object]:
    return {
        "organisation": ids["here"], "staff_number": "W-1", "requirement": ids["ours"], "kind": "parental",
        "from_on": "2026-11-22", "until_on": "2027-02-28", "reason": "Agreed", "evidence": "HR file 12",
    } | changes  # fmt: skip


def test_one_leave_is_from_everything_required_and_for_many_people(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    leave = new_form(ids, staff_number="W-1\nw-2, W-1", requirement="", until_on="")
    assert client.post("/exemptions/new", data=leave).status_code == 303
    for address in ("/exemptions", "/exemptions/print", "/exemptions.csv"):
        body = page(client, address)
        assert body.lower().count("everything required") >= 2 and "Tomas Silva" in body
    with app.app_context(), unit_of_work():
        # A requirement that is made during the leave asks nothing either, and one fact ends the leave.
        required_course(ids["here"], a_course("second-course"), TODAY - 20 * DAY)
    with app.app_context():
        assert {row.status.value for row in statuses_of(ids["amina"], TODAY)} == {"exempt"}
        assert session.query(Exemption).filter_by(person_id=ids["amina"]).one().requirement_id is None
    history = page(client, f"/people/{ids['amina']}")
    assert "Exempt for leave" in history and "Everything required" in history
    amina = app.test_client()
    sign_in(amina)
    assert "Everything required" in page(amina, "/my/record")


def test_all_of_many_people_or_none(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    for numbers, said in (("W-1\nW-77\nH-2", "W-77, H-2"), ("W-1\nW-3", "W-3: This is your own record")):
        refused = client.post("/exemptions/new", data=new_form(ids, staff_number=numbers))
        assert (refused.status_code, said in refused.text, numbers in refused.text.replace("\r", "")) == (
            422,
            True,
            True,
        )
    equivalent = client.post("/exemptions/new", data=new_form(ids, requirement="", kind="equivalence"))
    assert equivalent.status_code == 422 and "stands for one requirement" in equivalent.text
    with app.app_context():
        assert session.query(Exemption).filter_by(organisation_id=ids["here"]).count() == 0
        assert session.query(AuditEntry).filter_by(action="compliance.exempt").count() == 0


def test_what_somebody_recorded_of_themselves_is_marked(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        hana = session.query(Person).filter_by(name="Hana Haddad").one()
        account = session.query(Account).filter_by(person_id=hana.id).one()
        session.add(
            Exemption(
                person_id=hana.id, requirement_id=None, organisation_id=ids["here"], from_on=TODAY, kind="sick",
                reason="Own", recorded_at=NOW, recorded_by=account.id,
            )
        )  # fmt: skip
    sign_in(client, "hana@demo.example")
    for address in ("/exemptions", "/exemptions/print"):
        assert "Recorded by the person themselves" in page(client, address)
    (row,) = csv.DictReader(StringIO(page(client, "/exemptions.csv").lstrip("\ufeff")))
    assert row["own_record"] == "yes"


def test_what_is_recorded_already_is_not_added(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    assert client.post("/exemptions/new", data=new_form(ids)).status_code == 303
    again = client.post("/exemptions/new", data=new_form(ids))
    assert (again.status_code, "already recorded" in again.get_data(as_text=True)) == (422, True)
    open_one = new_form(ids, until_on="")
    assert client.post("/exemptions/new", data=open_one).status_code == 303
    assert client.post("/exemptions/new", data=open_one).status_code == 422


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "holiday"}, "This is not one of the options"),
        ({"until_on": "2026-11-21"}, "The last day is before the first"),
        ({"reason": ""}, "Say why"),
        ({"evidence": "x" * 201}, "at most 200 characters"),
    ],
)
def test_invalid_input_is_explained(
    client: FlaskClient, ids: dict[str, int], changes: dict[str, object], said: str
) -> None:
    sign_in(client, "hana@demo.example")
    refused = client.post("/exemptions/new", data=new_form(ids, **changes))
    assert refused.status_code == 422
    assert said in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("", ["parental", "sick", "leave", "equivalence"]),
        ("?state=current", ["parental"]),
        ("?state=over", ["sick"]),
        ("?state=future", ["leave"]),
        ("?state=withdrawn", ["equivalence"]),
        ("?kind=sick", ["sick"]),
        ("?kind=sick&state=current", []),
        ("?kind=nonsense&state=%00&page=-3", ["parental", "sick", "leave", "equivalence"]),
    ],
)
def test_the_list_the_print_and_the_file_show_the_same(
    app: Flask, client: FlaskClient, ids: dict[str, int], query: str, listed: list[str]
) -> None:
    four(app, ids)
    sign_in(client, "hana@demo.example")
    for address in ("/exemptions", "/exemptions/print", "/exemptions.csv"):
        body = page(client, address + query)
        assert reasons(body) == listed, address
        assert "Zainab" not in body
    if not listed:
        assert "No matching exemptions" in page(client, "/exemptions" + query)


def test_the_file_is_safe_and_complete(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    four(app, ids)
    sign_in(client, "hana@demo.example")
    client.post("/exemptions/new", data=new_form(ids, staff_number="W-2"))
    response = client.get("/exemptions.csv")
    assert "exemptions-2026-11-22.csv" in response.headers["Content-Disposition"]
    rows = {row["reason"]: row for row in csv.DictReader(StringIO(response.get_data(as_text=True).lstrip("\ufeff")))}
    assert rows["Because parental"]["evidence"] == "'=File 7"
    assert (rows["Because parental"]["until"], rows["Because parental"]["state"]) == ("", "current")
    assert rows["Agreed"]["recorded_by"] == "Hana Haddad"
    assert rows["Agreed"]["name"] == "Tomas Silva"
    assert "Hana Haddad" in page(client, "/exemptions/print")


def test_long_lists_have_pages_on_the_screen_and_none_in_print(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), unit_of_work():
        session.add_all(
            Exemption(
                person_id=ids["amina"], requirement_id=ids["ours"], organisation_id=ids["here"],
                from_on=TODAY + n * DAY, kind="leave", reason="Leave", recorded_at=NOW,
            )
            for n in range(60)
        )  # fmt: skip
        # A second staff number of the same person doubles no line.
        people.employed(session.get_one(Person, ids["amina"]), session.get_one(Organisation, ids["here"]), "W-1b")
    sign_in(client, "hana@demo.example")
    assert page(client, "/exemptions").count('<th scope="row">') == 50
    assert page(client, "/exemptions?page=2&state=future").count('<th scope="row">') == 9
    assert "state=future" in page(client, "/exemptions?page=2&state=future")
    assert page(client, "/exemptions/print").count('<th scope="row">') == 60


@pytest.mark.parametrize("who", ["amina", "tomas", "karim", "root"])
def test_they_are_for_hr(client: FlaskClient, ids: dict[str, int], who: str) -> None:
    sign_in(client, f"{who}@demo.example")
    assert {client.get(a).status_code for a in ("/exemptions", "/exemptions/print", "/exemptions.csv")} == {403}


def test_the_learner_sees_why_in_words(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    exempted(app, ids, "parental", TODAY - DAY, None)
    sign_in(client)
    assert "Parental leave" in page(client, "/my/record")


def test_the_database_knows_the_kinds_and_keeps_them(app_context: Flask) -> None:
    people.sectors()
    here, station = people.organisation(), people.station()
    who = a_person("Amina Yusuf", here.id, "W-1", station.id, "wash")
    requirement = required_course(here.id, a_course())
    words = {
        "person_id": who.id, "requirement_id": requirement.id, "organisation_id": here.id, "from_on": TODAY,
        "reason": "Agreed", "recorded_at": NOW,
    }  # fmt: skip
    session.add_all(Exemption(**words, kind=kind) for kind in EXEMPTION_KINDS)
    session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Exemption(**words, kind="holiday"))
        session.flush()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Exemption).values(kind="sick"))
    with pytest.raises(Invalid):
        operations.exempt(
            Actor(scopes={Role.HR: None}), person_id=who.id, requirement_id=requirement.id, organisation_id=here.id,
            from_on=TODAY, until_on=None, kind="holiday", reason="Why",
        )  # fmt: skip
