"""Coverage for coordinators: shared counts only, month ends only, no names, no small counts, and quick."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.compliance.coverage import WHOLE, make_coverage
from lms.compliance.coverage_months import states
from lms.compliance.holding import SECTOR, STATION, Told
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Reach
from lms.kernel import clock, db as database
from lms.kernel.actor import Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, asked
from tests.factories.crowd import crowd
from tests.factories.people import SECTORS, make_small_organisation, sign_in


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(FixedClock(NOW)):
        yield


@pytest.fixture
def crowded(app: Flask) -> Flask:
    """The small house with a hundred and twenty people who share, and sixty of Hill Aid who do not."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, there = session.query(Organisation).one(), people.organisation("hill-aid")
        here.shares_coverage = True
        stations = [session.query(DutyStation).one(), people.station("hill-camp")]
        first, second = a_course("first"), a_course("second")
        requirements = [asked(None, first), asked(here.id, second)]
        numbers = [each.id for each in requirements]
        crowd(here, stations, [first, second], people=120, requirement_ids=numbers)
        crowd(there, stations, [first], people=60, requirement_ids=numbers[:1], seed=2, first_number=1000)
    return app


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def test_a_coordinator_sees_shared_counts_without_names(client: FlaskClient, crowded: Flask) -> None:
    sign_in(client, "karim@demo.example")
    body = page(client, "/compliance")
    assert "Rivers Relief" in body
    assert "Hill Aid" not in body
    assert "Person " not in body
    assert "/people/" not in body
    figures = body[body.index("<table") : body.index("What is hidden")]
    assert figures in page(client, "/compliance/coverage")
    for address in (
        "/compliance/people",
        "/compliance/people.csv",
        "/people/1",
        "/requirements",
        "/exemptions",
    ):
        page(client, address, 403)


def test_hr_and_the_administrator_have_no_coverage(client: FlaskClient, crowded: Flask) -> None:
    for who in ("hana", "root", "amina"):
        sign_in(client, f"{who}@demo.example")
        page(client, "/compliance/coverage", 403)
        client.post("/logout")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/compliance?as_of=2026-11-22", "Not a valid choice"),
        ("/compliance?as_of=2027-01-31", "Not a valid choice"),
        ("/compliance?course=unknown", "Not a valid choice"),
    ],
)
def test_only_month_ends_and_fixed_filters_are_answered(
    client: FlaskClient, crowded: Flask, address: str, words: str
) -> None:
    sign_in(client, "karim@demo.example")
    assert words in page(client, address, 422)


def test_other_filters_of_the_address_are_not_heard(client: FlaskClient, crowded: Flask) -> None:
    sign_in(client, "karim@demo.example")
    plain = page(client, "/compliance.csv")
    assert (
        page(
            client, "/compliance.csv?role=driver&contract=staff&known_as_of=2026-01-01&organisation=hill-aid"
        )
        == plain
    )


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(address).data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?sector=wash",
        "?station=hill-camp",
        "?sector=wash&station=hill-camp",
        "?course=first",
        "?as_of=2026-05-31",
    ],
)
def test_no_count_from_one_to_four_is_shown(client: FlaskClient, crowded: Flask, query: str) -> None:
    sign_in(client, "karim@demo.example")
    found = rows(client, f"/compliance.csv{query}")
    assert found
    for row in found:
        counts = [int(row[name]) for name in ("people", "compliant") if row[name]]
        if len(counts) == 2:
            counts.append(counts[0] - counts[1])
        assert not any(0 < count < 5 for count in counts), row
        assert (row["hidden"] == "yes") == (row["compliant"] == "")
    body = page(client, f"/compliance{query}")
    shown = re.findall(r'class="num"[^>]*>(?:<b>)?(\d+)(?:</b>)?</td>', body)
    assert not [count for count in shown if 0 < int(count) < 5]


def test_rows_and_columns_of_every_table_do_not_give_hidden_rows_away(crowded: Flask) -> None:
    """In every table at least two rows with people are hidden, or none, wherever the sum is shown."""
    with crowded.app_context():
        loaded = load_facts(Reach(frozenset({1})))
        told = Told(states(Population(loaded.facts), TODAY))
        courses = sorted(loaded.courses)
        coverage = make_coverage(told, TODAY, sectors=SECTORS, stations=[1, 2], courses=courses)
    for axis, rows in ((SECTOR, SECTORS), (STATION, [1, 2])):
        for course in (None, *courses):
            total = coverage.of(WHOLE, course)
            covered = [coverage.of((axis, row), course) for row in rows]
            hidden = [each for each in covered if each.people is None]
            assert len(hidden) != 1 or total.people is None
            split = [each for each in covered if each.compliant is None]
            assert len(split) != 1 or total.compliant is None


def test_a_house_that_shares_nothing_says_so(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "karim@demo.example")
    assert "Nothing is shared with you yet" in page(client, "/compliance")


def test_a_few_people_are_hidden_altogether(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here = session.query(Organisation).one()
        here.shares_coverage = True
        asked(here.id, a_course())
    sign_in(client, "karim@demo.example")
    found = rows(client, "/compliance.csv")
    assert {row["people"] for row in found if row["sector"] in ("Wash", "Health", "Education")} == {""}


def count_queries(app: Flask, client: FlaskClient, address: str) -> int:
    asked_for: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked_for.append(statement)

    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked_for)


def test_twice_the_people_need_no_more_queries(
    client: FlaskClient, crowded: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the words of filters may take as long as in a large house, where they are kept.
    monkeypatch.setattr("lms.compliance.report.query.LONG_SECONDS", 60)
    addresses = {
        "hana": ("/compliance", "/compliance.csv", "/compliance/people", "/compliance/people.csv", "/requirements",
                 "/requirements/1", "/exemptions"),
        "karim": ("/compliance", "/compliance.csv"),
    }  # fmt: skip

    def counted() -> dict[str, int]:
        found = {}
        for who, pages in addresses.items():
            sign_in(client, f"{who}@demo.example")
            found |= {who + address: count_queries(crowded, client, address) for address in pages}
            client.post("/logout")
        return found

    before = counted()
    with crowded.app_context(), unit_of_work():
        here = session.query(Organisation).filter_by(slug="rivers-relief").one()
        crowd(
            here,
            session.query(DutyStation).all(),
            [1, 2],
            people=150,
            requirement_ids=[1],
            seed=3,
            first_number=5000,
        )
    assert counted() == before
    # The crowd is written past the operations, so it is judged from facts: a few queries more than what is prepared.
    assert max(before.values()) <= 26


def test_a_figure_is_never_older_than_the_facts(client: FlaskClient, crowded: Flask) -> None:
    """What is kept between requests is thrown away as soon as anything is recorded or withdrawn."""
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
        a_person("Newcomer", here.id, "NEW-1", station.id)
    assert total() == before + 1
    with crowded.app_context(), unit_of_work():
        employment = session.query(people.Employment).filter_by(staff_number="NEW-1").one()
        placement = session.query(people.Placement).filter_by(employment_id=employment.id).one()
        placement.retracted_at = NOW
    assert total() == before


def test_a_person_with_both_roles_opens_the_report_and_coverage(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, station = session.query(Organisation).one(), session.query(DutyStation).one()
        both = people.person("Both Roles", "both@demo.example")
        people.placed(people.employed(both, here, "B-1"), station)
        account = people.account(both, Role.HR, at=here)
        people.accounts.grant_role(people.SYSTEM, account, Role.COORDINATOR, None)
    sign_in(client, "both@demo.example")
    assert "all stations" in page(client, "/compliance")
    assert "Coverage by sector and place" in page(client, "/compliance/coverage")
