"""The report adds up: facts, stored and loaded, give the figures that the calculator's rows add up to."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st

from lms.compliance.calculator.calculate import explain, facts_of
from lms.compliance.projection.counts.snapshots import snapshot_day_after, snapshot_day_of
from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.report import Report, make_report, points_between, sorted_lines
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import posts_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus
from lms.kernel import clock, db as database
from lms.kernel.clock import FixedClock
from lms.kernel.days import a_year_before, end_of_last_quarter, month_ends_before
from lms.people import operations as people_operations
from lms.people.models import Organisation
from tests.compliance.status.reference import Json
from tests.compliance.status.strategies import ASKED_DAYS, DAYS, WORLDS
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, earned, required_course, revoked
from tests.factories.population_counts import PopulationCounts
from tests.factories.stored_facts import Stored, storable, store

DAY = timedelta(days=1)
ORDER = [status.value for status in TrainingStatus]
on_databases = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def main_placement(document: Json, person: str, organisation: str, day: date, moment: datetime | None) -> Json | None:
    """The placement somebody counts under, written anew from the definition."""
    found = []
    for each in document["placements"]:
        recorded = datetime.fromisoformat(each["recorded_at"])
        retracted = each["retracted_at"] and datetime.fromisoformat(each["retracted_at"])
        if moment is None and retracted:
            continue
        if moment is not None and (recorded > moment or (retracted and retracted <= moment)):
            continue
        if (each["person"], each["organisation"]) != (person, organisation):
            continue
        if each["from"] <= day.isoformat() and (each["through"] is None or each["through"] >= day.isoformat()):
            found.append(each)
    return max(found, key=lambda e: (e["from"], e["recorded_at"], e["sector"], e["station"]), default=None)


def added_up(document: Json, day: date, moment: datetime | None) -> tuple[Any, Any]:
    """Counts by sector, and by sector and course, from the calculator's rows person by person."""
    answer = explain(facts_of(document), day, moment)
    courses = {each["id"]: each["course"] for each in document["requirements"]}
    overall: defaultdict[str, Counter[str]] = defaultdict(Counter)
    matrix: defaultdict[Any, Counter[str]] = defaultdict(Counter)
    for row in answer["overall"]:
        placement = main_placement(document, row["person"], row["organisation"], day, moment)
        if placement is None:
            continue
        if row["status"] != "not_required":
            overall[placement["sector"]][row["status"]] += 1
        worst: dict[str, str] = {}
        for each in answer["statuses"]:
            if (each["person"], each["organisation"]) == (row["person"], row["organisation"]):
                course = courses[each["requirement"]]
                worst[course] = min(worst.get(course, "not_required"), each["status"], key=ORDER.index)
        for course, status in worst.items():
            if status != "not_required":
                matrix[placement["sector"], course][status] += 1
    return dict(overall), dict(matrix)


def reported(stored: Stored, document: Json, day: date, moment: datetime | None) -> Report:
    loaded = load_facts(Scope(), moment)
    facts = replace(loaded.facts, gap_days=document["settings"]["gap_days"])
    return make_report(
        PopulationCounts(posts_of(facts), Filters()), day, sectors=people.SECTORS, courses=list(loaded.courses)
    )


@on_databases
@given(world=WORLDS, days=st.lists(ASKED_DAYS, min_size=3, max_size=3), known_on=st.one_of(st.none(), DAYS))
def test_the_report_is_what_the_calculator_adds_up_to(
    app_context: Flask, world: Json, days: list[date], known_on: date | None
) -> None:
    document = storable(world)
    moment = None if known_on is None else datetime.combine(known_on, time.max, UTC)
    try:
        stored = store(document)
        for day in days:
            report = reported(stored, document, day, moment)
            overall, matrix = added_up(document, day, moment)
            found = {line.sector: words(line.figures) for line in report.lines if line.figures.people}
            cells = {
                (line.sector, stored.word("courses", course)): words(figures)
                for line in report.lines
                for course, figures in line.cells.items()
            }
            assert found == overall
            assert cells == matrix
            assert words(report.total) == sum(overall.values(), Counter())
            assert report.trend[-1].figures == report.total
    finally:
        database.rollback()


def words(figures: StatusCounts) -> Counter[str]:
    return Counter({status.value: count for status, count in figures.by_status.items()})


@pytest.fixture
def here(app_context: Flask) -> Iterator[Organisation]:
    with clock.using(FixedClock(NOW)):
        people.sectors()
        yield people.organisation()


def report_of(
    *organisations: Organisation, day: date = TODAY, filters: Filters | None = None, known: datetime | None = None
) -> Report:
    loaded = load_facts(Scope(frozenset(each.id for each in organisations)), known)
    return make_report(
        PopulationCounts(posts_of(loaded.facts), filters or Filters()),
        day,
        sectors=people.SECTORS,
        courses=sorted(loaded.courses),
    )


def test_the_overall_rate_does_not_follow_from_the_courses(here: Organisation) -> None:
    """Two people, two courses, each held by one: the overall rate is 0 % or 50 %, by who holds them."""
    station = people.station()
    first, second = a_course("first"), a_course("second")
    for course_id in (first, second):
        required_course(here.id, course_id)
    amina, bilal = (a_person(name, here.id, name, station.id) for name in ("Amina", "Bilal"))
    earned(amina, first, date(2026, 2, 1))
    apart = earned(bilal, second, date(2026, 2, 1))
    split = report_of(here)
    assert [split.course_totals[course].rate for course in (first, second)] == [Fraction(1, 2)] * 2
    assert split.total.rate == 0
    revoked(apart, date(2026, 2, 1))
    earned(amina, second, date(2026, 2, 1))
    together = report_of(here)
    assert [together.course_totals[course].rate for course in (first, second)] == [Fraction(1, 2)] * 2
    assert together.total.rate == Fraction(1, 2)


def test_two_organisations_count_posts(here: Organisation) -> None:
    other, station, course_id = people.organisation("hill-aid"), people.station(), a_course()
    required_course(None, course_id)
    both = a_person("Both", here.id, "W-1", station.id)
    people.placed(people.employed(both, other, "H-1"), station, "health")
    assert report_of(here).total.people == 1
    assert report_of(here, other).total.people == 2
    assert {line.sector: line.figures.people for line in report_of(here, other).lines if line.figures.people} == {
        "wash": 1, "health": 1,
    }  # fmt: skip


def test_past_and_future_days_and_those_who_left(here: Organisation) -> None:
    station, course_id = people.station(), a_course()
    required_course(here.id, course_id)
    stays = a_person("Stays", here.id, "W-1", station.id)
    leaves = a_person("Leaves", here.id, "W-2", station.id, through_on=TODAY)
    comes = a_person("Comes", here.id, "W-3", station.id, from_on=TODAY + 10 * DAY)
    for who in (stays, leaves):
        earned(who, course_id, TODAY - 300 * DAY)
    assert (report_of(here).total.people, report_of(here).total.rate) == (2, 1)
    tomorrow = report_of(here, day=TODAY + DAY)
    assert tomorrow.total.people == 1
    later = report_of(here, day=TODAY + 30 * DAY)
    assert words(later.total) == {"expiring": 1, "overdue": 1}
    lapsed = report_of(here, day=TODAY + 80 * DAY)
    assert (lapsed.total.late, lapsed.ahead[-1].day) == (2, TODAY + 170 * DAY)
    assert report_of(here).ahead[-1].figures.rate == 0
    assert comes.id


def test_what_was_known_then_is_reproduced(here: Organisation) -> None:
    station, course_id = people.station(), a_course()
    required_course(here.id, course_id)
    who = a_person("Amina", here.id, "W-1", station.id)
    with clock.using(FixedClock(NOW + 5 * DAY)):
        earned(who, course_id, TODAY - 2 * DAY)
    assert report_of(here).total.compliant == 1
    assert report_of(here, known=NOW).total.late == 1
    assert report_of(here, known=NOW - DAY).total.people == 0


def test_a_move_counts_in_the_new_sector_from_its_first_day(here: Organisation) -> None:
    north, south = people.station("north"), people.station("south")
    course_id = a_course()
    required_course(here.id, course_id)
    who = people.person("Amina")
    employment = people.employed(who, here)
    placement = people.placed(employment, north, "wash")
    work = people_operations.AssignmentDetails(station_id=south.id, sector="health", role="nurse")
    people_operations.move_placement(people.SYSTEM, placement, employment, work, TODAY)

    def sectors(report: Report) -> list[str]:
        return [line.sector for line in report.lines if line.figures.people]

    assert sectors(report_of(here, day=TODAY - DAY)) == ["wash"]
    assert sectors(report_of(here)) == ["health"]
    assert sectors(report_of(here, filters=Filters(station=north.id))) == []
    assert sectors(report_of(here, day=TODAY - DAY, filters=Filters(station=north.id, role="promoter"))) == ["wash"]


@pytest.mark.parametrize(
    ("filters", "people_counted"),
    [
        ({}, 3),
        ({"sector": "wash"}, 2),
        ({"role": "driver"}, 1),
        ({"contract": "volunteer"}, 1),
        ({"works_with_children": True}, 1),
        ({"works_with_children": False}, 2),
        ({"course": "second"}, 1),
    ],
)
def test_filters(here: Organisation, filters: dict[str, Any], people_counted: int) -> None:
    station, first, second = people.station(), a_course("first"), a_course("second")
    required_course(here.id, first)
    required_course(here.id, second, match={"contracts": ["volunteer"]})
    a_person("A", here.id, "1", station.id, works_with_children=True)
    a_person("B", here.id, "2", station.id, contract="volunteer")
    driver = people.employed(people.person("C"), here, "3")
    people_operations.record_placement(
        people.SYSTEM,
        driver,
        people_operations.AssignmentDetails(station_id=station.id, sector="health", role="driver"),
        date(2026, 1, 1),
    )
    if "course" in filters:
        filters = {"course": second}
    assert report_of(here, filters=Filters(**filters)).total.people == people_counted


def test_nobody_has_no_rate(here: Organisation) -> None:
    a_person("A", here.id, "1", people.station().id)
    report = report_of(here)
    assert (report.total.rate, report.not_required, report.lowest, report.change) == (None, 1, None, None)
    assert [line.sector for line in report.lines] == list(people.SECTORS)


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        (Fraction(1, 2), Fraction(3, 4), 25),
        (Fraction(1, 2), Fraction(1, 3), -17),
        (Fraction(0), Fraction(1, 200), 1),
        (Fraction(1, 200), Fraction(0), -1),
        (None, Fraction(1), None),
        (Fraction(1), None, None),
    ],
)
def test_points(before: Fraction | None, after: Fraction | None, points: int | None) -> None:
    assert points_between(before, after) == points


def test_days_of_the_calendar() -> None:
    assert month_ends_before(date(2026, 3, 31), 3) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
    assert end_of_last_quarter(date(2026, 11, 22)) == date(2026, 9, 30)
    assert end_of_last_quarter(date(2026, 1, 1)) == date(2025, 12, 31)
    assert a_year_before(date(2024, 2, 29)) == date(2023, 2, 28)


def test_sorting_puts_the_lowest_rate_first_and_empty_sectors_last(here: Organisation) -> None:
    station, course_id = people.station(), a_course()
    required_course(here.id, course_id)
    for number, sector in enumerate(("wash", "wash", "health", "education")):
        who = a_person(f"P{number}", here.id, str(number), station.id, sector)
        if sector == "health":
            earned(who, course_id, date(2026, 5, 1))
    lines = report_of(here).lines
    assert [line.sector for line in sorted_lines(lines, "rate")[:3]] == ["education", "wash", "health"]
    assert [line.sector for line in sorted_lines(lines, "-people")[:1]] == ["wash"]
    assert [line.sector for line in sorted_lines(lines, "sector")[:3]] == ["education", "health", "wash"]
    assert [line.sector for line in sorted_lines(lines, "no such word")[:1]] == ["education"]
    assert all(not line.figures.people for line in sorted_lines(lines, "-rate")[3:])


@pytest.mark.parametrize(
    ("day", "snapshot", "after"),
    [
        ("2026-11-01", "2026-11-01", "2026-11-11"), ("2026-11-10", "2026-11-01", "2026-11-11"),
        ("2026-11-11", "2026-11-11", "2026-11-21"), ("2026-11-30", "2026-11-21", "2026-12-01"),
        ("2026-12-31", "2026-12-21", "2027-01-01"), ("2024-02-29", "2024-02-21", "2024-03-01"),
    ],
)  # fmt: skip
def test_checkpoints_are_three_a_month(day: str, snapshot: str, after: str) -> None:
    as_of = date.fromisoformat(day)
    assert snapshot_day_of(as_of) == date.fromisoformat(snapshot)
    assert snapshot_day_after(as_of) == date.fromisoformat(after)
