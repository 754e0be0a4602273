"""On the pages of compliance HR reads of each fact when, by whom and why it was recorded, changed and withdrawn."""

import csv
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Account
from lms.certification.awards import operations as awards
from lms.compliance.requirements import operations
from lms.compliance.requirements.models import Exemption
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.people.api import end_placement, list_placements_of, merge_people, undo_merge
from lms.people.models import DutyStation, Employment, Organisation, Person
from tests.factories import people
from tests.factories.compliance import TODAY, a_course, a_person, earned, hill_aid, required_course
from tests.factories.pages import words_of
from tests.factories.people import make_small_organisation, sign_in

pytestmark = pytest.mark.usefixtures("fixed_clock")

ON = "on 22 Nov 2026 by"


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """Rivers Relief with Hana, and Hill Aid with Omar of HR and Rita, an administrator; a requirement of each kind."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, station = session.query(Organisation).one(), session.query(DutyStation).one()
        there = hill_aid()
        rita = people.person("Rita Root", "rita@demo.example")
        people.placed(people.employed(rita, there, "H-9"), station)
        people.account(rita, Role.ADMIN)
        a_person("A. Yusuf", here.id, "W-8", station.id)
        required_course(here.id, course := a_course())
        operations.make_requirement(
            actor("rita"), organisation_id=None, course_id=course, effective_from=TODAY,
            terms=operations.Terms(due_days=7), reason="Agreed by all", past_accepted=True,
        )  # fmt: skip
        named = {each.name: each.id for each in session.query(Person)}
        return {"here": here.id, "course": course, "amina": named["Amina Yusuf"], "twin": named["A. Yusuf"]}


def actor(word: str) -> Actor:
    return people.actor_of(session.query(Account).filter_by(email=f"{word}@demo.example").one())


def as_hana(client: FlaskClient, address: str) -> str:
    if not client.get_cookie("session"):
        sign_in(client, "hana@demo.example")
    return words_of(client, address).replace("\N{NO-BREAK SPACE}", " ")


def test_an_administrators_requirement_names_nobody(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    address = "/requirements/2"
    assert f"Why: Agreed by all Recorded {ON} an administrator." in as_hana(client, address)
    rita = app.test_client()
    sign_in(rita, "rita@demo.example")
    assert f"Recorded {ON} Rita Root." in words_of(rita, address)


def test_exemptions_and_their_withdrawal(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        made = operations.exempt(
            actor("hana"), person_id=ids["amina"], requirement_id=None, organisation_id=ids["here"], from_on=TODAY,
            until_on=None, kind="parental", reason="Leave agreed",
        )  # fmt: skip
        operations.withdraw_exemption(actor("hana"), made, reason="Wrong person")
        theirs = Exemption(
            person_id=ids["twin"], organisation_id=ids["here"], from_on=TODAY, kind="sick", reason="Helped out",
            recorded_at=made.recorded_at, recorded_by=actor("omar").account_id,
        )  # fmt: skip
        session.add(theirs)
        session.flush()
        number = theirs.id
    for address in ("/exemptions", "/exemptions/print"):
        page = as_hana(client, address)
        assert f"Recorded {ON} Hana Haddad. Withdrawn {ON} Hana Haddad. Reason: Wrong person" in page, address
        assert f"Recorded {ON} another organisation." in page
        assert "Omar" not in page
    assert f"Recorded {ON} another organisation." in as_hana(client, f"/exemptions/{number}/withdraw")
    rows = csv.DictReader(StringIO(client.get("/exemptions.csv").get_data(as_text=True).lstrip("\ufeff")))
    assert {row["recorded_by"] for row in rows} == {"Hana Haddad", "another organisation"}
    history = as_hana(client, f"/people/{ids['amina']}")
    assert f"Recorded {ON} Hana Haddad. Reason: Leave agreed Withdrawn {ON} Hana Haddad." in history
    assert "Reason: Wrong person" in history


def test_placements_certificates_and_requirements_in_the_history(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), unit_of_work():
        job = session.query(Employment).filter_by(staff_number="W-1").one()
        (placement,) = list_placements_of([job.id])
        end_placement(actor("hana"), placement, job, TODAY.replace(day=30), reason="Contract ends")
        amina = session.get_one(Person, ids["amina"])
        award = earned(amina, ids["course"], TODAY, organisation_id=ids["here"], recorded_by=actor("omar").account_id)
        awards.revoke(actor("hana"), award, reason="Never sat")
    page = as_hana(client, f"/people/{ids['amina']}")
    for said in (
        f"Last day set {ON} Hana Haddad. Reason: Contract ends", "by the system.",
        f"Recorded {ON} another organisation.", f"Recorded {ON} Hana Haddad. Reason: Never sat",
        f"Requirement in force from this day: Agreed by all When and by whom Recorded {ON} an administrator.",
    ):  # fmt: skip
        assert said in page, said
    assert "Omar" not in page and "Rita" not in page


def test_merging_and_undoing_it(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        merge = merge_people(actor("hana"), surviving_id=ids["amina"], merged_id=ids["twin"], reason="Typed in twice")
        number = merge.id
    address = f"/people/{ids['amina']}"
    merged = f"Merged {ON} Hana Haddad. Reason: Typed in twice"
    assert merged in as_hana(client, address)
    assert merged in as_hana(client, f"{address}/merges/{number}/undo")
    with app.app_context(), unit_of_work():
        undo_merge(actor("hana"), session.get_one(type(merge), number), reason="They are sisters")
    page = as_hana(client, address)
    assert f"Recorded {ON} Hana Haddad." in page
    assert f"Undone {ON} Hana Haddad. Reason: They are sisters" in page
