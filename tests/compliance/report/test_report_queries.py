"""What the report asks of the database: no more for twice the people, and never an answer older than the facts."""

import csv
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.kernel import db as database, outbox
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.compliance import NOW, a_course, a_person, required_course
from tests.factories.crowd import crowd
from tests.factories.people import make_small_organisation, sign_in

pytestmark = [pytest.mark.pages, pytest.mark.usefixtures("fixed_clock")]


@pytest.fixture
def crowded(app: Flask) -> Flask:
    """The small installation with a hundred and twenty people who share, and sixty of Hill Aid who do not."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, there = session.query(Organisation).one(), people.organisation("hill-aid")
        here.shares_coverage = True
        stations = [session.query(DutyStation).one(), people.station("hill-camp")]
        first, second = a_course("first"), a_course("second")
        requirements = [required_course(None, first), required_course(here.id, second)]
        numbers = [each.id for each in requirements]
        crowd(here, stations, [first, second], people=120, requirement_ids=numbers)
        crowd(there, stations, [first], people=60, requirement_ids=numbers[:1], seed=2, first_number=1000)
    return app


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(address).data.decode("utf-8-sig"))))


def count_queries(app: Flask, client: FlaskClient, address: str) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def test_twice_the_people_need_no_more_queries(
    client: FlaskClient, crowded: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine finding the choices may take as long as in a large organisation, where they are cached.
    monkeypatch.setattr("lms.compliance.report.filters.SLOW_SECONDS", 60)
    addresses = {
        "hana": ("/compliance", "/compliance.csv", "/compliance/people", "/compliance/people.csv",
                 "/compliance/matrix", "/compliance/matrix?status=late", "/compliance/matrix.csv", "/requirements",
                 "/requirements/1", "/exemptions"),
        "karim": ("/compliance/coverage", "/compliance/coverage.csv"),
    }  # fmt: skip

    def counted() -> dict[str, int]:
        found = {}
        for who, pages in addresses.items():
            sign_in(client, f"{who}@demo.example")
            found |= {who + address: count_queries(crowded, client, address) for address in pages}
            client.post("/logout")
        return found

    # The first time, the requirements are read into the process.
    counted()
    before = counted()
    with crowded.app_context(), unit_of_work():
        here = session.query(Organisation).filter_by(slug="rivers-relief").one()
        crowd(
            here, session.query(DutyStation).all(), [1, 2], people=150, requirement_ids=[1], seed=3, first_number=5000
        )
    assert counted() == before
    # The crowd is written past the operations, so it is judged from facts: a few queries more than what is prepared.
    assert max(before.values()) <= 26


def test_a_figure_is_never_older_than_the_facts(client: FlaskClient, crowded: Flask) -> None:
    """What is cached between requests is discarded as soon as anything is recorded or withdrawn."""
    sign_in(client, "hana@demo.example")

    def total() -> int:
        return int(rows(client, "/compliance.csv")[0]["people"])

    before = total()
    assert total() == before
    with crowded.app_context(), unit_of_work():
        here, station = (
            session.query(Organisation).filter_by(slug="rivers-relief").one(),
            session.query(DutyStation).first(),
        )
        assert station is not None
        a_person("NewHire", here.id, "NEW-1", station.id)
    assert total() == before + 1
    with crowded.app_context(), unit_of_work():
        employment = session.query(people.Employment).filter_by(staff_number="NEW-1").one()
        placement = session.query(people.Placement).filter_by(employment_id=employment.id).one()
        placement.retracted_at = NOW
    assert total() == before


def test_more_courses_need_no_more_queries_for_people_by_course(client: FlaskClient, crowded: Flask) -> None:
    sign_in(client, "hana@demo.example")
    addresses = ("/compliance/matrix", "/compliance/matrix.csv", "/compliance/matrix.xlsx")

    def counted() -> dict[str, int]:
        return {address: count_queries(crowded, client, address) for address in addresses}

    counted()
    before = counted()
    with crowded.app_context(), unit_of_work():
        here = session.query(Organisation).filter_by(slug="rivers-relief").one()
        for number in range(3, 9):
            required_course(here.id, a_course(f"course-{number}"))
    with crowded.app_context():
        while outbox.sweep():
            pass
    counted()
    assert counted() == before
    assert {f"course-{number}_status" for number in range(3, 9)} <= rows(client, addresses[1])[0].keys()
