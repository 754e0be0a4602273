"""The pages of HR: what they show, whom they show it to, and what their forms do."""

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.audit.models import AuditEntry
from lms.compliance.requirements.models import Exemption, RequirementVersion
from lms.kernel.db import session, unit_of_work
from lms.people.models import Organisation, Person
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, earned, hill_aid, required_course
from tests.factories.pages import words_of
from tests.factories.people import make_small_organisation, sign_in

pytestmark = pytest.mark.usefixtures("fixed_clock")

DAY = timedelta(days=1)


@pytest.fixture
def two_organisations(app: Flask) -> dict[str, int]:
    """The small organisation, and Hill Aid beside it with its HR Omar and its Zainab, who works nowhere else."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        here = session.query(Organisation).one()
        there = hill_aid()
        zainab = a_person("Zainab Noor", there.id, "H-2", station.id, "nutrition")
        course_id = a_course()
        ours, theirs = required_course(here.id, course_id), required_course(there.id, course_id)
        whole = required_course(None, a_course("for-everybody"))
        amina = session.query(Person).filter_by(name="Amina Yusuf").one()
        award = earned(amina, course_id, date(2026, 6, 1))
        earned(amina, a_course("for-everybody"), date(2026, 6, 1))
        exemption = Exemption(
            person_id=zainab.id, requirement_id=theirs.id, organisation_id=there.id, from_on=TODAY, until_on=None,
            kind="leave", reason="Parental leave", recorded_at=NOW,
        )  # fmt: skip
        session.add(exemption)
        session.flush()
        return {
            "here": here.id, "there": there.id, "zainab": zainab.id, "amina": amina.id, "ours": ours.id,
            "theirs": theirs.id, "whole": whole.id, "exemption": exemption.id, "course": course_id, "award": award.id,
        }  # fmt: skip


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)[:3000]
    return response.get_data(as_text=True)


def table(client: FlaskClient, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(response.data.decode("utf-8-sig"))))


THEIRS = (
    "/people/{zainab}", "/people/{zainab}?as_of=2026-05-01", "/requirements/{theirs}", "/requirements/{theirs}/change",
    "/requirements/{theirs}/end", "/exemptions/{exemption}/withdraw", "/compliance?organisation=hill-aid",
    "/compliance.csv?organisation=hill-aid", "/compliance/people?organisation=hill-aid",
    "/compliance/people.csv?organisation=hill-aid", "/compliance/matrix?organisation=hill-aid",
    "/compliance/matrix.csv?organisation=hill-aid", "/compliance/matrix.xlsx?organisation=hill-aid",
    "/people/99999999999999999999",
    "/requirements/99999999999999999999", "/exemptions/99999999999999999999/withdraw",
)  # fmt: skip


def test_hr_of_one_organisation_never_sees_another(client: FlaskClient, two_organisations: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    for address in THEIRS:
        body = page(client, address.format(**two_organisations), 404)
        assert "Zainab" not in body
    for address in (
        "/compliance", "/compliance.csv", "/compliance/people", "/compliance/people.csv", "/compliance/matrix",
        "/compliance/matrix.csv", "/requirements", "/exemptions", "/exemptions/new", "/requirements/new",
    ):  # fmt: skip
        body = page(client, address)
        assert "Zainab" not in body, address
        assert "Hill Aid" not in body, address
    for address in ("/requirements/{theirs}/change", "/requirements/{theirs}/end", "/exemptions/{exemption}/withdraw"):
        assert client.post(address.format(**two_organisations), data={"reason": "Why"}).status_code == 404


def test_the_other_hr_sees_theirs_at_the_same_addresses(client: FlaskClient, two_organisations: dict[str, int]) -> None:
    sign_in(client, "omar@demo.example")
    for address in THEIRS[:6]:
        page(client, address.format(**two_organisations))
    assert "Zainab Noor" in page(client, "/exemptions")


@pytest.mark.parametrize(
    ("who", "status"), [("amina", 403), ("tomas", 403), ("karim", 403), ("root", 403), ("hana", 200)]
)
def test_names_are_for_hr_only(client: FlaskClient, two_organisations: dict[str, int], who: str, status: int) -> None:
    sign_in(client, f"{who}@demo.example")
    for address in (
        "/compliance/people", "/compliance/people.csv", "/compliance/matrix", "/compliance/matrix.csv",
        "/compliance/matrix.xlsx", "/exemptions", "/people/{amina}",
    ):  # fmt: skip
        assert client.get(address.format(**two_organisations)).status_code == status


def test_the_report_says_its_figures_in_a_sentence_and_in_bars(
    client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    body = " ".join(page(client, "/compliance").split())
    assert "On <b>22 November 2026</b>, <b>20 %</b> of <b>5 people</b>" in body
    assert "are compliant with everything required." in body
    assert body.count('<svg class="bar"') == 4
    assert "Data as of 22 November 2026, 09:00 UTC" in body
    assert "Definitions version 1" in body
    assert 'href="/compliance?as_of=2025-11-22"' in body
    assert 'href="/compliance?as_of=2026-09-30"' in body


def test_an_unreadable_day_is_answered_kindly_and_shown_again(
    client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    body = page(client, "/compliance?as_of=22.11.2026&station=north-river", 422)
    assert "Write the day as year-month-day, for example 2026-11-22." in body
    assert 'value="22.11.2026"' in body
    assert '<option selected value="north-river">' in body
    assert "Choose a day from 2000 to 2100." in page(client, "/compliance?as_of=1999-12-31", 422)
    assert "not in the future" in page(client, "/compliance?known_as_of=2027-01-01", 422)
    assert "or a moment such as" in page(client, "/compliance?known_as_of=yesterday", 422)
    assert "This is not one of the options" in page(client, "/compliance?course=unknown", 422)
    for address in (
        "/compliance.csv", "/compliance/people", "/compliance/people.csv", "/compliance/matrix",
        "/compliance/matrix.csv", "/people/{amina}",
    ):  # fmt: skip
        body = page(client, address.format(**two_organisations) + "?as_of=soon", 422)
        assert "Write the day as year-month-day" in body


def test_the_csv_has_the_same_figures_as_the_page(client: FlaskClient, two_organisations: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    rows = table(client, "/compliance.csv?as_of=2026-11-22")
    total = rows[0]
    assert (total["sector"], total["people"], total["compliant"], total["late"], total["rate_percent"]) == (
        "(all sectors)", "5", "1", "4", "20.0",
    )  # fmt: skip
    assert {row["definitions"] for row in rows} == {"1"}
    assert {row["as_of"] for row in rows} == {"2026-11-22"}
    assert {row["known_as_of"] for row in rows} == {"2026-11-22T09:00:00+00:00"}
    wash = next(row for row in rows if row["sector"] == "Wash" and row["course"] == "safe-identification")
    assert (wash["people"], wash["valid"]) == ("1", "1")
    known = table(client, "/compliance.csv?known_as_of=2026-11-21")
    assert (known[0]["known_as_of"], known[0]["people"]) == ("2026-11-21T23:59:59+00:00", "0")


def test_no_cell_is_a_formula(app: Flask, client: FlaskClient, two_organisations: dict[str, int]) -> None:
    names = ["=HYPERLINK(1)", "+49", "-1", "@here", "\tTab", "Fine"]
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        for place, name in enumerate(names):
            who = a_person("x", two_organisations["here"], f"={place}", station.id)
            who.name = name
    sign_in(client, "hana@demo.example")
    for address in ("/compliance/people.csv", "/compliance/matrix.csv"):
        rows = table(client, address)
        found = {row["name"] for row in rows}
        assert {"'=HYPERLINK(1)", "'+49", "'-1", "'@here", "'\tTab", "Fine"} <= found
        assert not any(cell[:1] in set("=+-@\t\r") for row in rows for cell in row.values())
    assert not any(cell[:1] in set("=+-@\t\r") for row in table(client, "/compliance.csv") for cell in row.values())


def test_people_are_listed_worst_first_with_the_reason(client: FlaskClient, two_organisations: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    body = page(client, "/compliance/people")
    assert body.index("Tomas Silva") < body.index("Amina Yusuf")
    assert "Was due on 15 Jan 2026" in body
    late = page(client, "/compliance/people?status=late")
    assert "Tomas Silva" in late
    assert "Amina Yusuf" not in late
    in_order = page(client, "/compliance/people?status=compliant&sector=wash")
    assert "Amina Yusuf" in in_order
    assert "Tomas Silva" not in in_order
    assert "No staff with this status" in page(client, "/compliance/people?status=revoked")


def test_long_lists_have_pages_of_fifty(app: Flask, client: FlaskClient, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        for number in range(60):
            a_person(f"Person {number}", two_organisations["here"], f"P-{number}", station.id)
    sign_in(client, "hana@demo.example")
    assert page(client, "/compliance/people").count('<th scope="row">') == 50
    second = page(client, "/compliance/people?page=2")
    assert second.count('<th scope="row">') == 15
    assert "Page 2 of 2" in second
    assert "Page 2 of 2" in page(client, "/compliance/people?page=99")
    assert len(table(client, "/compliance/people.csv")) == 130


def requirement_form(here: int, course: int, **changes: object) -> dict[str, object]:
    return {
        "organisation": here, "course": course, "effective_from": "2026-11-22", "due_days": 14, "window_days": 60,
        "grace_days": 0, "works_with_children": "", "max_age": "", "reason": "Agreed with the cluster",
    } | changes  # fmt: skip


def test_hr_makes_changes_and_ends_a_requirement(
    app: Flask, client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    form = requirement_form(two_organisations["here"], two_organisations["course"], sectors=["wash"])
    response = client.post("/requirements/new", data=form)
    assert response.status_code == 303
    address = response.headers["Location"]
    body = page(client, address)
    assert "It applies to 1 person today." in body
    assert "Recorded on 22 Nov 2026 by Hana Haddad." in words_of(client, address)
    assert "Wash" in body
    changed = requirement_form(
        two_organisations["here"], two_organisations["course"], effective_from="2026-11-21", due_days=7
    )
    refused = client.post(f"{address}/change", data=changed)
    assert refused.status_code == 422
    assert "cannot be changed" in refused.get_data(as_text=True)
    assert client.post(f"{address}/change", data=changed | {"effective_from": "2026-12-01"}).status_code == 303
    assert "Why: Agreed with the cluster" in page(client, address)
    early = client.post(f"{address}/end", data={"effective_through": "2026-11-25", "reason": "Merged"})
    assert (early.status_code, "already recorded" in early.get_data(as_text=True)) == (422, True)
    assert (
        client.post(f"{address}/end", data={"effective_through": "2026-12-31", "reason": "Merged"}).status_code == 303
    )
    with app.app_context():
        actions = [
            row.action for row in session.query(AuditEntry).filter_by(subject="requirement").order_by(AuditEntry.id)
        ]
    assert actions[-3:] == [
        "compliance.make_requirement", "compliance.change_requirement", "compliance.end_requirement",
    ]  # fmt: skip


def test_a_start_in_the_past_asks_first_and_keeps_what_was_typed(
    client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    form = requirement_form(
        two_organisations["here"], two_organisations["course"], effective_from="2026-01-01", due_days=9
    )
    refused = client.post("/requirements/new", data=form)
    body = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Tick the box to confirm" in body
    assert 'name="past_accepted"' in body
    assert 'name="past_accepted"' not in page(client, "/requirements/new")
    assert 'value="9"' in body
    assert "Agreed with the cluster" in body
    assert client.post("/requirements/new", data=form | {"past_accepted": "y"}).status_code == 303


def test_a_preview_shows_what_it_would_do_and_records_nothing(
    app: Flask, client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    with app.app_context(), unit_of_work():
        third = a_course("third")
    with app.app_context():
        before = session.query(RequirementVersion).count(), session.query(AuditEntry).count()
    form = requirement_form(two_organisations["here"], third, effective_from="2026-01-01", sectors=["wash", "health"])
    response = client.post("/requirements/preview", data=form)
    body = " ".join(response.get_data(as_text=True).split())
    assert response.status_code == 200
    assert "It would apply to 2 people." in body
    assert "The rate would be 0 %; without this requirement it is 20 %." in body
    assert "Nothing is recorded yet." in body
    assert 'checked id="sectors-6" name="sectors" type="checkbox" value="wash"' in body
    changed = client.post(
        f"/requirements/{two_organisations['ours']}/preview",
        data=requirement_form(two_organisations["here"], two_organisations["course"], sectors=["health"]),
    )
    assert "It would apply to 1 person." in changed.get_data(as_text=True)
    with app.app_context():
        assert (session.query(RequirementVersion).count(), session.query(AuditEntry).count()) == before
    wrong = client.post("/requirements/preview", data=form | {"due_days": "soon", "reason": ""})
    assert wrong.status_code == 422


def test_the_administrator_reads_all_and_makes_those_of_all_organisations(
    client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "root@demo.example")
    body = page(client, "/requirements")
    assert "Rivers Relief" in body
    assert "Hill Aid" in body
    assert "Only the organisation that owns it can change it" in page(
        client, f"/requirements/{two_organisations['ours']}"
    )
    assert client.get(f"/requirements/{two_organisations['ours']}/change").status_code == 403
    assert (
        client.post(
            "/requirements/new", data=requirement_form(two_organisations["here"], two_organisations["course"])
        ).status_code
        == 422
    )
    made = client.post("/requirements/new", data=requirement_form(0, two_organisations["course"], organisation=""))
    assert made.status_code == 303
    assert client.get(f"/requirements/{two_organisations['whole']}/change").status_code == 200


def test_hr_cannot_change_what_all_organisations_require(
    client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    page(client, f"/requirements/{two_organisations['whole']}")
    assert client.get(f"/requirements/{two_organisations['whole']}/change").status_code == 403
    form = {"effective_through": "2026-12-31", "reason": "Why"}
    assert client.post(f"/requirements/{two_organisations['whole']}/end", data=form).status_code == 403


def test_hr_exempts_somebody_and_withdraws_it(client: FlaskClient, two_organisations: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    form = {
        "organisation": two_organisations["here"], "staff_number": "w-2", "requirement": two_organisations["whole"],
        "kind": "equivalence", "from_on": "2026-11-01", "until_on": "", "reason": "Holds the same from elsewhere",
    }  # fmt: skip
    made = client.post("/exemptions/new", data=form)
    assert made.status_code == 303
    assert made.headers["Location"] == "/exemptions"
    tomas = re.findall(r'href="(/people/\d+)"', page(client, "/people?q=W-2"))[0]
    record = page(client, tomas)
    assert "Exempt from 1 Nov 2026, without an end date." in record
    assert "Exempt for equivalence" in record
    unknown = client.post("/exemptions/new", data=form | {"staff_number": "H-2"})
    assert unknown.status_code == 422
    assert "Nobody of this organisation has these staff numbers: H-2." in unknown.get_data(as_text=True)
    body = page(client, "/exemptions")
    address = re.findall(r'href="/exemptions/(\d+/withdraw)"', body)[0]
    assert client.post(f"/exemptions/{address}", data={"reason": ""}).status_code == 422
    assert client.post(f"/exemptions/{address}", data={"reason": "Wrong person"}).status_code == 303
    assert "Withdrawn" in page(client, "/exemptions")
    again = client.post(f"/exemptions/{address}", data={"reason": "Again"})
    assert (again.status_code, "already been withdrawn" in again.get_data(as_text=True)) == (422, True)


def test_a_person_on_any_day(client: FlaskClient, two_organisations: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    today = page(client, f"/people/{two_organisations['amina']}")
    assert "Valid until 30 Jun 2027" in today or "Valid until 31 May 2027" in today
    assert "Earned the certificate" in today
    assert "W-1" in today
    early = page(client, f"/people/{two_organisations['amina']}?as_of=2026-02-01")
    assert "Was due on 15 Jan 2026" in early
    assert "Nothing is required of this person on this day." in page(
        client, f"/people/{two_organisations['amina']}?as_of=2025-02-01"
    )


def test_who_has_left_is_seen_up_to_the_last_day(
    app: Flask, client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        there = session.get_one(Organisation, two_organisations["there"])
        gone = a_person("Gone", two_organisations["here"], "W-9", station.id, through_on=TODAY - 30 * DAY)
        people.placed(people.employed(gone, there, "H-9"), station, from_on=TODAY - 29 * DAY)
        earned(gone, a_course(), TODAY - 40 * DAY)
        earned(gone, a_course("for-everybody"), TODAY - 3 * DAY)
        number = gone.id
    sign_in(client, "hana@demo.example")
    body = page(client, f"/people/{number}")
    assert "Left on" in body
    assert "13\N{NO-BREAK SPACE}Oct\N{NO-BREAK SPACE}2026" in body
    assert "19\N{NO-BREAK SPACE}Nov\N{NO-BREAK SPACE}2026" not in body
    assert "H-9" not in body
    assert "Hill Aid" not in body
    assert "Gone" not in page(client, "/compliance/people")
    assert "Gone" in page(client, "/compliance/people?as_of=2026-10-15")
