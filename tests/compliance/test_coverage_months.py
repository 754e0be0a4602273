"""What coordinators are told of months: once, as it was known then; who joins, who leaves; a sector at a station."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.compliance.coverage import WHOLE, Coverage, coverage_as_documents, coverage_of_documents
from lms.compliance.coverage_models import CoverageMonth, CoveragePost, CoverageSeries
from lms.compliance.coverage_months import states, tell_coordinators, tell_reach, told_months
from lms.compliance.errors import StillUpdating
from lms.compliance.holding import BOTH, SECTOR, STATION
from lms.compliance.projection.models import LedgerState
from lms.compliance.projection.rebuild import rebuild
from lms.compliance.queries import coverage as queries
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Reach
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import DutyStation, Employment, Organisation, Placement
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, asked
from tests.factories.crowd import crowd
from tests.factories.people import make_small_organisation, sign_in

END = date(2026, 10, 31)
NEXT_END = date(2026, 11, 30)
DECEMBER = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(FixedClock(NOW)):
        yield


def add_crowd(slug: str, many: int, first_number: int) -> None:
    here = session.query(Organisation).filter_by(slug=slug).one()
    stations = session.query(DutyStation).order_by(DutyStation.id).all()
    courses = [a_course("first"), a_course("second")]
    crowd(here, stations, courses, people=many, requirement_ids=[1], seed=many, first_number=first_number)


@pytest.fixture
def crowded(app: Flask) -> Flask:
    """Five hundred people at two stations who share, and a hundred of Hill Aid who do not yet; all prepared."""
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            session.query(Organisation).one().shares_coverage = True
            people.organisation("hill-aid")
            people.station("hill-camp")
            asked(None, a_course("first"))
            add_crowd("rivers-relief", 500, 0)
            add_crowd("hill-aid", 100, 10_000)
        rebuild(app)
    return app


def whole(day: date) -> tuple[int | None, int | None]:
    with reading():
        month = told_months(None).on(day)
    assert month is not None
    told = month.coverage.of(WHOLE)
    return told.people, told.compliant


def somebody(coverage: Coverage) -> dict[object, object]:
    return {key: each for key, each in coverage.figures.items() if not each.nobody}


def withdraw(slug: str, many: int) -> None:
    """Withdraws that many placements that are open still."""
    still = (
        select(Placement)
        .join(Placement.employment)
        .join(Employment.organisation)
        .where(Organisation.slug == slug, Placement.through_on.is_(None))
        .order_by(Placement.id)
        .limit(many)
    )
    gone = session.scalars(still).all()
    assert len(gone) == many
    for placement in gone:
        placement.retracted_at = NOW


def share(slug: str, shares: bool) -> None:
    with unit_of_work():
        session.query(Organisation).filter_by(slug=slug).one().shares_coverage = shares


def test_a_month_is_told_once_as_it_was_known_then(crowded: Flask) -> None:
    with crowded.app_context():
        before = whole(END)
        assert before[0] is not None
        assert before[0] > 300
        assert tell_reach(None) > 8
        assert tell_reach(None) == 0
        assert whole(END) == before
        with unit_of_work():
            withdraw("rivers-relief", 60)
        rebuild(crowded)
        assert tell_reach(None) == 0
        assert whole(END) == before
        with reading():
            assert told_months(None).on(NEXT_END) is None
        with clock.using(FixedClock(DECEMBER)):
            assert tell_reach(None) == 1
            later = whole(NEXT_END)
            assert whole(END) == before
            with reading():
                month = told_months(None).on(NEXT_END)
                assert month is not None
                assert month.known_at == DECEMBER
        assert later[0] is not None
        assert later[0] < before[0]


def test_what_is_told_from_memory_and_what_is_stored_are_the_same(crowded: Flask) -> None:
    with crowded.app_context():
        with reading():
            at_once = told_months(None)
        tell_coordinators()
        with reading():
            stored = told_months(None)
            assert stored.days == at_once.days
            for day in at_once.days:
                one, other = at_once.on(day), stored.on(day)
                assert one is not None
                assert other is not None
                assert somebody(one.coverage) == other.coverage.figures
            for row in (WHOLE, (SECTOR, "wash"), (STATION, 1), (BOTH, ("wash", 1)), (BOTH, ("wash", 77))):
                assert stored.trend(stored.days, row, None) == at_once.trend(stored.days, row, None)


def test_prepared_standings_and_facts_say_the_same(crowded: Flask) -> None:
    with crowded.app_context(), reading():
        numbers = [each.id for each in session.query(Organisation)]
        population = Population(load_facts(Reach(frozenset(numbers))).facts)
        for day in (date(2026, 2, 28), END, TODAY):
            found = states(population, day)
            assert found
            assert queries.states_on(numbers, day) == found


def test_who_begins_to_share_is_counted_from_the_next_month_on(crowded: Flask, client: FlaskClient) -> None:
    with crowded.app_context():
        tell_reach(None)
        before = whole(END)
        share("hill-aid", True)
        assert tell_reach(None) == 0
        assert whole(END) == before
    sign_in(client, "karim@demo.example")
    page = client.get("/compliance").get_data(as_text=True)
    assert "Counted from the end of the next month on: Hill Aid." in page
    assert "Shared by: Rivers Relief." in page
    with crowded.app_context(), clock.using(FixedClock(DECEMBER)):
        tell_reach(None)
        people_now, _compliant = whole(NEXT_END)
        assert people_now is not None
        assert before[0] is not None
        assert people_now > before[0] + 50


def test_nothing_stays_of_who_does_not_share_any_more(crowded: Flask) -> None:
    with crowded.app_context():
        share("hill-aid", True)
        tell_reach(None)
        both = whole(END)
        share("hill-aid", False)
        alone = whole(END)
        assert alone != both
        tell_reach(None)
        assert whole(END) == alone
        with reading():
            assert session.query(CoverageSeries).one().organisations == "1"
            assert {each.organisations for each in session.query(CoverageMonth)} == {"1"}
            assert {each.organisation_id for each in session.query(CoveragePost)} == {1}
        share("rivers-relief", False)
        tell_reach(None)
        with reading():
            assert not session.query(CoverageSeries).count()
            assert not session.query(CoveragePost).count()
            assert not told_months(None).days


def test_each_reach_has_its_own_months(crowded: Flask, client: FlaskClient) -> None:
    with crowded.app_context():
        share("hill-aid", True)
        with unit_of_work():
            hill = session.query(Organisation).filter_by(slug="hill-aid").one()
            station = session.query(DutyStation).filter_by(slug="hill-camp").one()
            one = people.person("One House", "one@demo.example")
            people.placed(people.employed(one, hill, "O-1"), station)
            account = people.account(one)
            people.accounts.grant_role(people.SYSTEM, account, Role.COORDINATOR, hill.id)
        tell_coordinators()
        with reading():
            assert {each.reach for each in session.query(CoverageSeries)} == {"all", str(hill.id)}
    sign_in(client, "one@demo.example")
    page = client.get("/compliance").get_data(as_text=True)
    assert "Shared by: Hill Aid." in page
    assert "Rivers Relief" not in page


def test_a_large_house_that_was_not_told_yet_waits(
    crowded: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.compliance.report.count_backends.MOST_EXACT", 100)
    with crowded.app_context(), reading(), pytest.raises(StillUpdating):
        told_months(None)
    sign_in(client, "karim@demo.example")
    answer = client.get("/compliance")
    assert answer.status_code == 503
    assert "being updated" in answer.get_data(as_text=True)
    with crowded.app_context():
        tell_coordinators()
    assert client.get("/compliance").status_code == 200


def test_nothing_is_told_while_what_is_prepared_is_not_whole(crowded: Flask) -> None:
    with crowded.app_context():
        with unit_of_work():
            session.query(LedgerState).one().basis = ""
        assert tell_reach(None) == 0
        with reading():
            assert not session.query(CoverageSeries).count()


def csv_rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(address).data.decode("utf-8-sig"))))


def test_a_sector_at_a_station_is_told_where_there_are_enough(crowded: Flask, client: FlaskClient) -> None:
    sign_in(client, "karim@demo.example")
    page = client.get("/compliance").get_data(as_text=True)
    assert "Sector and station together" in page
    assert "Compliant at each station, by sector" in page
    both = [row for row in csv_rows(client, "/compliance.csv") if row["by"] == "both"]
    shown = [row for row in both if row["people"]]
    assert len({(row["sector"], row["station"]) for row in shown}) >= 2
    for row in shown:
        assert int(row["people"]) >= 20
        assert int(row["compliant"]) >= 5 or row["compliant"] == "0"
    one = next(row for row in shown if row["sector"] == "Wash" and row["course"] == "(as chosen)")
    chosen = client.get("/compliance?sector=wash").get_data(as_text=True)
    assert "By station, Wash" in chosen
    with crowded.app_context(), reading():
        station = session.query(DutyStation).filter_by(name=one["station"]).one().slug
    picked = csv_rows(client, f"/compliance.csv?sector=wash&station={station}")
    assert [row["people"] for row in picked if row["course"] == "(as chosen)"] == [one["people"]]
    body = client.get(f"/compliance?sector=wash&station={station}").get_data(as_text=True)
    assert "hold every certificate they need" in body


def test_what_is_written_is_read_back(crowded: Flask) -> None:
    with crowded.app_context(), reading():
        month = told_months(None).on(END)
    assert month is not None
    sums, both = coverage_as_documents(month.coverage)
    assert {each[0] for each in both} == {BOTH}
    assert coverage_of_documents(END, sums, both).figures == somebody(month.coverage)


def test_the_command_tells_what_is_new(crowded: Flask) -> None:
    runner = crowded.test_cli_runner()
    assert runner.invoke(args=["compliance", "tell-coordinators"]).output.endswith("months.\n")
    assert (
        runner.invoke(args=["compliance", "tell-coordinators"]).output == "There was nothing new to tell.\n"
    )
