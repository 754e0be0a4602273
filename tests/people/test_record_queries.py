"""Saying that one's record is wrong: who hears it, who answers, and that it stays."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from lms.audit.models import AuditEntry
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import NotAllowed, NotThere
from lms.people.corrections import queries as record_queries
from lms.people.corrections.operations import MOST_OPEN, answer_query, say_wrong
from lms.people.errors import AlreadyAnswered, TooManyOpen
from lms.people.models import Organisation, Person, RecordQuery, RecordQueryAnswer
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


def ask(numbers: dict[str, int], where: str = "here") -> RecordQuery:
    return say_wrong(learner(numbers), organisation_id=numbers[where], kind="placement", said=SAID)


def test_it_goes_to_the_hr_of_one_organisation(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        made = ask(two_organisations)
        ours, theirs = hr(two_organisations["here"]), hr(two_organisations["there"])
        assert record_queries.count_open_queries(ours) == 1
        assert record_queries.count_open_queries(theirs) == 0
        assert [row.query.id for row in record_queries.list_queries_for(ours, answered=False).items] == [
            made.id
        ]
        assert record_queries.list_queries_about(theirs, {two_organisations["amina"]}) == []
        with pytest.raises(NotThere):
            record_queries.load_query_for(theirs, made.id)
        with pytest.raises(NotAllowed):
            answer_query(theirs, made, said=ANSWERED)


def test_only_to_organisations_one_worked_for(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work(), pytest.raises(NotAllowed):
        ask(two_organisations, "there")


def test_answered_once(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        made, ours = ask(two_organisations), hr(two_organisations["here"])
        answer_query(ours, made, said=ANSWERED)
        assert record_queries.count_open_queries(ours) == 0
        with pytest.raises(AlreadyAnswered):
            answer_query(ours, made, said="Another answer.")
        (row,) = record_queries.list_queries_of(two_organisations["amina"])
        assert row.answer is not None
        assert row.answer.said == ANSWERED
        # The trail says that it happened, not what was said.
        entries = session.query(AuditEntry).filter(AuditEntry.subject == "record_query").all()
        assert {entry.action for entry in entries} == {"people.say_wrong", "people.answer_query"}
        assert SAID not in str([(entry.reason, entry.detail) for entry in entries])


def test_not_without_end(app: Flask, two_organisations: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        for _ in range(MOST_OPEN):
            ask(two_organisations)
        with pytest.raises(TooManyOpen):
            ask(two_organisations)


@pytest.mark.parametrize("table", [RecordQuery, RecordQueryAnswer])
def test_the_database_keeps_both(app: Flask, two_organisations: dict[str, int], table: Any) -> None:
    with app.app_context():
        with unit_of_work():
            answer_query(hr(two_organisations["here"]), ask(two_organisations), said=ANSWERED)
        for statement in (update(table).values(said="Something else"), delete(table)):
            with pytest.raises(DBAPIError, match="what happened is not"), unit_of_work():
                session.execute(statement)


def page(client: FlaskClient, address: str, status: int = 200, **data: str) -> str:
    response = client.post(address, data=data) if data else client.get(address)
    assert response.status_code == status, response.text[:2000]
    return response.text


def test_from_the_learner_to_hr_and_back(
    app: Flask, client: FlaskClient, two_organisations: dict[str, int]
) -> None:
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
    assert "Nobody waits for an answer" in page(omar, "/people/queries")
    page(client, "/people/queries", 403)
    page(hana, "/people/queries/99999999999999999999", 404)


def test_who_works_nowhere_is_told_so(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    sign_in(client, "noor@demo.example")
    assert "No organisation is on your record" in page(client, "/my/record/wrong")
    page(client, "/my/record/wrong", 422, organisation="1", kind="other", text=SAID)
