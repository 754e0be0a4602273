"""When, by whom and why placements were recorded, changed and withdrawn, on the page of placements."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Account
from lms.kernel.db import session, unit_of_work
from lms.people import operations, queries
from lms.people.models import Employment, Placement
from lms.people.recording.queries import RecordedPlacement, list_recorded_placements
from tests.factories import people as make
from tests.factories.pages import words_of
from tests.factories.people import make_small_organisation, sign_in
from tests.people.importing import lists
from tests.people.importing.lists import row
from tests.people.two_organisations import Places, make_two_organisations


@pytest.fixture
def job(app_context: Flask) -> Employment:
    make.sectors()
    employment = make.employed(make.person(), make.organisation())
    make.placed(employment, make.station())
    return employment


def active(job: Employment) -> Placement:
    return queries.list_placements_of([job.id])[0]


def told(job: Employment) -> list[tuple[str, str, str, bool]]:
    """Returns the last day, the reason and the reason of the end of each, and whether it was replaced; oldest first."""
    found = reversed(list_recorded_placements([job.id]))
    return [(_day(each), each.why.reason, each.why.end_reason, each.why.replaced) for each in found]


def _day(each: RecordedPlacement) -> str:
    return each.placement.through_on.isoformat()[5:] if each.placement.through_on else ""


def test_a_last_day_that_is_set_and_changed(job: Employment) -> None:
    operations.end_placement(make.SYSTEM, active(job), job, date(2026, 6, 30), reason="Contract ends")
    operations.end_placement(make.SYSTEM, active(job), job, date(2026, 7, 31), reason="Extended")
    assert told(job) == [
        ("", "", "Contract ends", True),
        ("06-30", "Contract ends", "Extended", True),
        ("07-31", "Extended", "", False),
    ]
    last = list_recorded_placements([job.id])[0]
    assert last.earlier is not None and last.earlier.earlier is last.first
    assert last.first.placement.through_on is None


def test_moves_corrections_and_withdrawals(job: Employment) -> None:
    details = operations.AssignmentDetails(active(job).station_id, "health", "nurse")
    operations.move_placement(make.SYSTEM, active(job), job, details, date(2026, 5, 1), reason="New project")
    operations.withdraw_placement(make.SYSTEM, active(job), job, reason="Wrong person")
    operations.move_placement(make.SYSTEM, active(job), job, details, date(2026, 1, 1), reason="Was a nurse")
    assert told(job) == [
        ("", "", "New project", True),
        ("04-30", "New project", "Was a nurse", False),
        ("", "New project", "Wrong person", False),
        ("04-30", "Was a nurse", "", False),
    ]


def test_each_employment_has_its_own_reasons(job: Employment) -> None:
    other = make.employed(make.person("Omar"), session.get_one(make.Organisation, job.organisation_id), "W-2")
    make.placed(other, session.get_one(make.DutyStation, 1))
    operations.end_placement(make.SYSTEM, active(job), job, date(2026, 6, 30), reason="Contract ends")
    assert told(other) == [("", "", "", False)]
    assert list_recorded_placements([]) == []


def test_an_import_and_its_undoing(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        number = lists.sent(lists.csv_of([row("W-1", "Amina Yusuf", sector="health", from_on="2026-07-01")]))
        lists.apply(number)
        lists.undo(number)
        job = session.query(Employment).filter_by(staff_number="W-1").one()
        found = [(each.why.import_id, each.why.end_import_id) for each in list_recorded_placements([job.id])]
        reasons = told(job)
    # Recorded by hand and moved by the import; ended and new by the import and undone; restored by the undoing.
    assert found == [(number, None), (number, number), (number, number), (None, number)]
    assert [reason for _day, reason, _end, _replaced in reasons] == ["", "November list", "November list", "Wrong list"]
    assert [end for _day, _reason, end, _replaced in reasons] == ["November list", "Wrong list", "Wrong list", ""]


# --- the page ----------------------------------------------------------------------------------------------


@pytest.fixture
def at(app: Flask) -> Places:
    return make_two_organisations(app)


def test_hr_reads_who_set_a_last_day_and_why(app: Flask, client: FlaskClient, at: Places) -> None:
    sign_in(client, "hana@demo.example")
    address = f"/people/{at.amina}/placement"
    assert "by the system." in words_of(client, address)
    assert "changed or withdrawn" not in words_of(client, address)
    data = {"through_on": "2026-06-30", "reason": "Contract ends"}
    assert client.post(f"{address}/{at.amina_placement}/end", data=data).status_code == 303
    page = words_of(client, address)
    assert re.search(r"Last day set on \d+ \w+ \d+ by Hana Haddad\. Reason: Contract ends", page)
    assert "1 placement that was changed or withdrawn" in page
    assert re.search(r"Replaced on \d+ \w+ \d+ by Hana Haddad\. Reason: Contract ends", page)
    with app.app_context():
        (current,) = queries.list_placements_of([at.amina_employment])
    assert client.post(f"{address}/{current.id}/correct", data={"reason": "Wrong person"}).status_code == 303
    assert re.search(r"Withdrawn on \d+ \w+ \d+ by Hana Haddad\. Reason: Wrong person", words_of(client, address))


def test_what_another_organisations_hr_did_is_not_shown_and_nobody_else_is_named(
    app: Flask, client: FlaskClient, at: Places
) -> None:
    with app.app_context(), unit_of_work():
        haile = make.actor_of(session.query(Account).filter_by(email="haile@demo.example").one())
        placement = queries.load_placement_for(haile, at.both, at.both_in_hills)
        operations.end_placement(haile, placement, placement.employment, date(2026, 6, 30), reason="Theirs")
        # Haile was once asked to help Rivers.
        rivers = session.query(Employment).filter_by(staff_number="W-20").one()
        (here,) = queries.list_placements_of([rivers.id])
        operations.end_placement(haile, here, rivers, date(2026, 7, 31), reason="Helped out")
    sign_in(client, "hana@demo.example")
    page = words_of(client, f"/people/{at.both}/placement")
    assert re.search(r"Last day set on \d+ \w+ \d+ by another organisation\. Reason: Helped out", page)
    assert "Theirs" not in page and "Haile" not in page
    client.post("/logout")
    sign_in(client, "haile@demo.example")
    page = words_of(client, f"/people/{at.both}/placement")
    assert re.search(r"by Haile Tesfaye\. Reason: Theirs", page)
    assert "Helped out" not in page
