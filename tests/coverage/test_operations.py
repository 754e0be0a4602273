"""Publishing: each month once, as known then; who begins and who ends to share; record keys that stay."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.compliance.projection.models import PostInterval, ProjectionState
from lms.compliance.projection.rebuild import rebuild
from lms.coverage import queries
from lms.coverage.jobs import publish
from lms.coverage.models import CoverageCell, CoverageRelease, RecordKey
from lms.coverage.operations import publish_next
from lms.coverage.rules import Cell, Figures, published_count
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import DutyStation, Organisation, Placement
from tests.coverage.conftest import add_people
from tests.factories import people
from tests.factories.compliance import NOW

ALL = Cell()
OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 30)
DECEMBER = datetime(2026, 12, 3, 9, tzinfo=UTC)
RIVERS, HILL = 1, 2


@pytest.fixture
def context(shared: Flask) -> Flask:
    """The shared installation with a context pushed."""
    with shared.app_context():
        yield shared


def released(day: date, scope: str = "all") -> dict[Cell, Figures]:
    with reading():
        release = session.scalar(select(CoverageRelease).filter_by(on_day=day, scope=scope))
        return queries.load_figures([release.id])[release.id] if release else {}


def share(organisation_id: int, shares: bool) -> None:
    with unit_of_work():
        session.get_one(Organisation, organisation_id).shares_coverage = shares


def keys() -> dict[tuple[int, int], int]:
    with reading():
        return {(each.person_id, each.organisation_id): each.key for each in session.scalars(select(RecordKey))}


def test_a_month_is_published_once_as_known_then(context: Flask) -> None:
    assert publish() > 8
    before = released(OCTOBER)
    assert before[ALL].people > 100
    assert publish() == 0
    with unit_of_work():
        gone = select(Placement.id).where(Placement.through_on.is_(None)).order_by(Placement.id).limit(60)
        session.execute(update(Placement).where(Placement.id.in_(gone)).values(retracted_at=NOW))
    rebuild()
    assert publish() == 0
    assert released(OCTOBER) == before
    assert not released(NOVEMBER)
    with clock.using(FixedClock(DECEMBER)):
        assert publish() == 1
    assert released(OCTOBER) == before
    assert released(NOVEMBER)[ALL].people < before[ALL].people


def test_figures_are_those_of_the_people_counted(context: Flask) -> None:
    """Counted person by person in Python, every cell of a month has the figure that was published."""
    publish()
    found, drawn = released(OCTOBER), keys()
    with reading():
        rows = session.scalars(
            select(PostInterval).where(
                PostInterval.from_on <= OCTOBER,
                PostInterval.through_on >= OCTOBER,
                PostInterval.organisation_id == RIVERS,
            )
        ).all()
        counts: Counter[Cell] = Counter()
        sums: Counter[Cell] = Counter()
        for row in rows:
            courses = [None, *(int(word.split(":")[0]) for word in row.courses.split())]
            for course in courses if row.courses.strip() else []:
                for sector in (None, row.sector):
                    for station in (None, row.station_id):
                        counts[Cell(sector, station, course)] += 1
                        sums[Cell(sector, station, course)] += drawn[row.person_id, row.organisation_id]
    expected = {cell: published_count(count, sums[cell]) for cell, count in counts.items()}
    assert {cell: each.people for cell, each in found.items()} == {
        cell: count for cell, count in expected.items() if count
    }


def test_record_keys_are_drawn_once_and_for_people_who_join(context: Flask) -> None:
    publish()
    before = keys()
    assert len(before) > 200
    assert {organisation for _person, organisation in before} == {RIVERS}
    assert set(before.values()) <= set(range(256))
    assert len(set(before.values())) > 100
    with unit_of_work():
        add_people("rivers-relief", 20, 20_000)
    rebuild()
    with clock.using(FixedClock(DECEMBER)):
        publish()
    after = keys()
    assert len(after) >= len(before) + 20
    assert {post: after[post] for post in before} == before


def test_who_begins_to_share_is_counted_from_the_next_month_on(context: Flask) -> None:
    publish()
    before = released(OCTOBER)
    share(HILL, True)
    assert publish() == 0
    assert released(OCTOBER) == before
    with clock.using(FixedClock(DECEMBER)):
        publish()
    assert released(NOVEMBER)[ALL].people > before[ALL].people + 50


def test_nothing_stays_of_who_no_longer_shares(context: Flask) -> None:
    share(HILL, True)
    publish()
    both = released(OCTOBER)
    share(HILL, False)
    publish()
    alone = released(OCTOBER)
    assert alone[ALL].people < both[ALL].people
    with reading():
        assert {tuple(each.organisations) for each in session.query(CoverageRelease)} == {(RIVERS,)}
    share(RIVERS, False)
    publish()
    with reading():
        assert not session.query(CoverageRelease).count()
        assert not session.query(CoverageCell).count()


def test_each_scope_has_its_own_releases(context: Flask) -> None:
    share(HILL, True)
    with unit_of_work():
        hill = session.get_one(Organisation, HILL)
        station = session.query(DutyStation).filter_by(slug="hill-camp").one()
        one = people.person("One Organisation", "one@demo.example")
        people.placed(people.employed(one, hill, "O-1"), station)
        people.accounts.grant_role(people.SYSTEM, people.account(one), Role.COORDINATOR, HILL)
    publish()
    assert released(OCTOBER, str(HILL))[ALL].people < released(OCTOBER)[ALL].people


def test_nothing_is_published_while_statuses_are_being_updated(context: Flask) -> None:
    with unit_of_work():
        session.query(ProjectionState).one().inputs = ""
    with unit_of_work():
        assert publish_next(None) is None
    with reading():
        assert not session.query(CoverageRelease).count()


def test_the_command_publishes_what_is_due(shared: Flask) -> None:
    runner = shared.test_cli_runner()
    assert runner.invoke(args=["coverage", "publish"]).output.endswith("Month ends published: 10.\n")
    assert runner.invoke(args=["coverage", "publish"]).output == "There is nothing new to publish.\n"


def test_only_the_hourly_job_logs_what_it_published(context: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """The demonstration is loaded in a terminal, where a person reads."""
    assert publish() > 0
    assert "coverage published" not in capsys.readouterr().err
