"""Correction requests: who receives them, who answers, and that both stay."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import NotAllowed, NotThere
from lms.people.corrections import queries
from lms.people.corrections.operations import MOST_OPEN, answer_correction_request, request_correction
from lms.people.errors import AlreadyAnswered, TooManyOpenRequests
from lms.people.models import CorrectionRequest, CorrectionRequestAnswer, Organisation, Person, PersonMerge
from tests.factories import people
from tests.factories.people import make_small_organisation, sign_in

SAID = "I have worked in Health since 1 October, not in WASH."
ANSWERED = "You are right: the placement is corrected."


@pytest.fixture
def two_organisations(app: Flask) -> dict[str, int]:
    """The small organisation, and Hill Aid beside it with its HR Omar; Amina has worked for both."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        there = people.organisation("hill-aid")
        omar = people.person("Omar Said", "omar@demo.example")
        people.placed(people.employed(omar, there, "H-1"), station, "health")
        people.account(omar, Role.HR, at=there)
        amina = session.query(Person).filter_by(name="Amina Yusuf").one()
        here = session.query(Organisation).filter_by(slug="rivers-relief").one()
        return {"here": here.id, "there": there.id, "amina": amina.id}


def learner(numbers: dict[str, int]) -> Actor:
    return Actor(account_id=1, person_id=numbers["amina"], scopes={Role.LEARNER: None})


def hr(*organisations: int) -> Actor:
    return Actor(account_id=2, scopes={Role.HR: frozenset(organisations)})


def ask(numbers: dict[str, int], where: str = "here") -> CorrectionRequest:
    return request_correction(learner(numbers), organisation_id=numbers[where], kind="placement", text=SAID)


def test_a_request_goes_to_hr_of_one_organisation(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        made = ask(two_organisations)
        ours, theirs = hr(two_organisations["here"]), hr(two_organisations["there"])
        assert queries.list_correction_requests(ours, answered=False).total == 1
        assert queries.list_correction_requests(theirs, answered=False).total == 0
        assert [row.request.id for row in queries.list_correction_requests(ours, answered=False).items] == [made.id]
        assert queries.list_correction_requests_about(theirs, {two_organisations["amina"]}) == []
        with pytest.raises(NotThere):
            queries.load_correction_request_for(theirs, made.id)
        with pytest.raises(NotAllowed):
            answer_correction_request(theirs, made, text=ANSWERED)


def test_only_to_organisations_one_worked_for(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work(), pytest.raises(NotAllowed):
        ask(two_organisations, "there")


def test_answered_once(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        made, ours = ask(two_organisations), hr(two_organisations["here"])
        answer_correction_request(ours, made, text=ANSWERED)
        assert queries.list_correction_requests(ours, answered=False).total == 0
        with pytest.raises(AlreadyAnswered):
            answer_correction_request(ours, made, text="Another answer.")
        (row,) = queries.list_own_correction_requests(two_organisations["amina"])
        assert row.answer is not None
        assert row.answer.text == ANSWERED
        # The audit trail records that it happened, not the text.
        entries = session.query(AuditEntry).filter(AuditEntry.subject == "correction_request").all()
        assert {entry.action for entry in entries} == {"people.request_correction", "people.answer_correction_request"}
        assert SAID not in str([(entry.reason, entry.detail) for entry in entries])


def test_open_requests_are_limited(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        for _ in range(MOST_OPEN):
            ask(two_organisations)
        with pytest.raises(TooManyOpenRequests):
            ask(two_organisations)


@pytest.mark.parametrize("table", [CorrectionRequest, CorrectionRequestAnswer])
def test_the_database_keeps_both(app: Flask, two_organisations: dict[str, int], table: Any) -> None:
    with app.app_context():
        with unit_of_work():
            answer_correction_request(hr(two_organisations["here"]), ask(two_organisations), text=ANSWERED)
        for statement in (update(table).values(text="Something else"), delete(table)):
            with pytest.raises(DBAPIError, match="what happened is not"), unit_of_work():
                session.execute(statement)


def page(client: FlaskClient, address: str, status: int = 200, **data: str) -> str:
    response = client.post(address, data=data) if data else client.get(address)
    assert response.status_code == status, response.text[:2000]
    return response.text


def test_from_the_learner_to_hr_and_back(app: Flask, client: FlaskClient, two_organisations: dict[str, int]) -> None:
    here = str(two_organisations["here"])
    sign_in(client)
    assert "/my/record/wrong" in page(client, "/my")
    assert "/my/record/wrong" in page(client, "/my/record")
    form = page(client, "/my/record/wrong")
    assert "real child, family or incident" in form
    refused = page(client, "/my/record/wrong", 422, organisation=here, kind="placement", text="x" * 301)
    assert "at most 300 characters" in refused
    assert "x" * 301 in refused
    page(client, "/my/record/wrong", 422, organisation=here, kind="gossip", text=SAID)
    page(client, "/my/record/wrong", 303, organisation=here, kind="placement", text=SAID)
    mine = page(client, "/my")
    assert SAID in mine and "Waiting" in mine

    hana = app.test_client()
    sign_in(hana, "hana@demo.example")
    assert SAID in page(hana, f"/people/{two_organisations['amina']}")
    listed = page(hana, "/people/queries")
    assert SAID in listed and "Amina Yusuf" in listed
    address = listed.split('href="/people/queries/')[1].split('"')[0]
    page(hana, f"/people/queries/{address}", 422, text="")
    page(hana, f"/people/queries/{address}", 303, text=ANSWERED)
    assert SAID not in page(hana, "/people/queries")
    assert ANSWERED in page(hana, "/people/queries?answered=1")
    assert ANSWERED in page(hana, f"/people/queries/{address}")

    assert ANSWERED in page(client, "/my")
    assert ANSWERED in page(client, "/my/record")

    omar = app.test_client()
    sign_in(omar, "omar@demo.example")
    page(omar, f"/people/queries/{address}", 404)
    assert "No open requests" in page(omar, "/people/queries")
    page(client, "/people/queries", 403)
    page(hana, "/people/queries/99999999999999999999", 404)


def test_without_an_employer_there_is_nobody_to_ask(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    sign_in(client, "noor@demo.example")
    assert "No organisation is on your record" in page(client, "/my/record/wrong")
    page(client, "/my/record/wrong", 422, organisation="1", kind="other", text=SAID)


def test_a_merged_person_sees_and_reaches_the_hr_of_both_records(
    app: Flask, client: FlaskClient, two_organisations: dict[str, int]
) -> None:
    """Amina was recorded a second time at Hill Aid; the two records are merged."""
    with app.app_context(), unit_of_work():
        there = session.get_one(Organisation, two_organisations["there"])
        twin = people.person("Amina Yusuf Ali")
        people.placed(people.employed(twin, there, "H-2"), session.query(people.DutyStation).one(), "health")
        session.flush()
        session.add(
            PersonMerge(
                surviving_id=two_organisations["amina"],
                merged_id=twin.id,
                organisation_id=there.id,
                reason="Recorded twice.",
                recorded_at=clock.now(),
            )
        )
    sign_in(client)
    record = page(client, "/my/record")
    assert "H-2" in record or "Hill Aid" in record, "the placement of the other record"
    assert "Omar Said" in record, "its HR"
    form = page(client, "/my/record/wrong")
    assert f'value="{two_organisations["there"]}"' in form
    page(client, "/my/record/wrong", 303, organisation=str(two_organisations["there"]), kind="other", text=SAID)
    omar = app.test_client()
    sign_in(omar, "omar@demo.example")
    assert SAID in page(omar, "/people/queries")
