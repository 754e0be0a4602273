"""Rebuilding the projection: batch by batch, resumable, and no figure is shown until it is complete."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.compliance.projection import read as intervals, rebuild as rebuilding, update as updating
from lms.compliance.projection.counts import deltas as count_deltas
from lms.compliance.projection.counts.snapshots import list_unfinished, read_state
from lms.compliance.projection.models import CountDelta, PostInterval, ProjectionJob, StatusInterval
from lms.compliance.projection.rebuild import compact_all, maintain, rebuild
from lms.compliance.projection.verify import verify
from lms.compliance.report import count_backends as sources
from lms.kernel import clock, db as database, transaction_size
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import sweep
from lms.people.models import DutyStation, Organisation
from tests.factories.compliance import NOW, a_course, a_person, earned, required_course
from tests.factories.people import make_small_organisation, sign_in

PEOPLE = 30


class PowerCut(BaseException):
    """What a kill in the middle looks like from inside."""


@pytest.fixture
def filled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Rivers Relief with thirty people, in batches of seven; more than ten count as many."""
    monkeypatch.setattr(updating, "BATCH", 7)
    monkeypatch.setattr(updating, "AT_ONCE", 14)
    monkeypatch.setattr(transaction_size, "TRANSACTION_SECONDS", 1000)
    monkeypatch.setattr(rebuilding, "BATCH", 7)
    monkeypatch.setattr(sources, "MOST_COMPUTED_INLINE", 10)
    make_small_organisation(app)
    with clock.using(FixedClock(NOW)):
        with app.app_context(), unit_of_work():
            organisation, station = here()
            for number in range(PEOPLE):
                a_person(f"Person {number}", organisation.id, f"P-{number}", station.id)
            a_course()
        yield app


@pytest.fixture
def app_context(filled: Flask) -> Iterator[Flask]:
    """The same with an application context."""
    with filled.app_context():
        yield filled


def here() -> tuple[Organisation, DutyStation]:
    return session.query(Organisation).one(), session.query(DutyStation).one()


def require() -> None:
    with unit_of_work():
        required_course(here()[0].id, a_course())


def prepared() -> int:
    with reading():
        return session.query(StatusInterval.person_id).distinct().count()


def is_clean() -> bool:
    with reading():
        return verify().clean


def test_a_requirement_for_many_is_prepared_by_the_worker(app_context: Flask) -> None:
    require()
    with reading():
        (work,) = list_unfinished()
        assert (work.total, work.done, work.cause) == (PEOPLE + 5, 0, "requirement")
    assert prepared() == 0
    assert sweep() == 1
    assert prepared() == PEOPLE + 5
    with reading():
        assert list_unfinished() == []
    assert is_clean()


def test_the_page_of_a_requirement_says_how_far_statuses_are(filled: Flask, client: FlaskClient) -> None:
    with filled.app_context():
        require()
    sign_in(client, "hana@demo.example")
    answer = client.get("/requirements/1")
    assert "0 of 35 done" in answer.text
    assert answer.headers["Refresh"] == "10"
    with filled.app_context():
        sweep()
    answer = client.get("/requirements/1")
    assert "being updated" not in answer.text
    assert "Refresh" not in answer.headers


def test_a_change_for_a_hundred_is_left_to_the_worker(app: Flask) -> None:
    make_small_organisation(app)
    with clock.using(FixedClock(NOW)), app.app_context():
        with unit_of_work():
            organisation, station = here()
            for number in range(updating.AT_ONCE):
                a_person(f"Person {number}", organisation.id, f"P-{number}", station.id)
        require()
        assert prepared() == 0
        assert sweep() == 1
        assert prepared() == updating.AT_ONCE + 5


def test_a_kill_in_the_middle_goes_on_where_it_was(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    with reading():
        number = list_unfinished()[0].id
    real, calls = updating.refresh, []

    def cut(persons: list[int]) -> int:
        calls.append(list(persons))
        changed = real(persons)
        if len(calls) == 3:
            raise PowerCut
        return changed

    monkeypatch.setattr(updating, "refresh", cut)
    with pytest.raises(PowerCut):
        updating.project({"projection": number})
    assert prepared() == 14
    updating.project({"projection": number})
    assert calls[3] == calls[2], "the batch that was cut is done again, the others are not"
    assert prepared() == PEOPLE + 5
    assert is_clean()


def test_until_it_is_up_to_date_no_figure_is_shown(filled: Flask, client: FlaskClient) -> None:
    with filled.app_context():
        require()
    sign_in(client, "hana@demo.example")
    for page in ("/compliance", "/compliance/people", "/compliance/matrix", "/compliance.csv"):
        answer = client.get(page)
        assert answer.status_code == 202, page
        assert "being updated" in answer.get_data(as_text=True)
        assert answer.headers["Retry-After"] == "10"
    assert "0 of 35" in client.get("/compliance").get_data(as_text=True)
    with filled.app_context():
        sweep()
    answer = client.get("/compliance")
    assert answer.status_code == 200
    assert "35" in answer.get_data(as_text=True)


def test_a_write_in_the_middle_is_not_lost(app_context: Flask) -> None:
    """Somebody earns an award while others are still to be prepared: neither undoes the other."""
    require()
    with unit_of_work():
        who = session.get_one(PostInterval, 1).person_id
        person = session.get_one(type(a_person("Late", here()[0].id, "L-1", here()[1].id)), who)
        earned(person, a_course(), NOW.date())
    sweep()
    compact_all()
    assert is_clean()


def test_other_inputs_prepares_everybody_anew(app_context: Flask) -> None:
    require()
    sweep()
    maintain()
    with reading():
        assert list_unfinished() == []
        assert session.query(CountDelta).count() == 0
        before = read_state().inputs
    with unit_of_work():
        here()[1].time_zone = "Asia/Kathmandu"
    maintain()
    with reading():
        assert [work.cause for work in list_unfinished()] == ["inputs"]
    sweep()
    with reading():
        assert read_state().inputs != before
    assert is_clean()


def test_a_rebuild_that_was_killed_is_begun_again(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    sweep()
    real, calls = rebuilding.refresh, []

    def cut(persons: list[int], deltas: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise PowerCut
        return real(persons, deltas)  # type: ignore[arg-type]

    monkeypatch.setattr(rebuilding, "refresh", cut)
    with pytest.raises(PowerCut):
        rebuild()
    assert 0 < prepared() < PEOPLE
    maintain()
    assert prepared() < PEOPLE, "it may still be running: nobody takes it up yet"
    with clock.using(FixedClock(NOW + timedelta(minutes=16))):
        maintain()
    assert prepared() == PEOPLE + 5
    with reading():
        assert session.query(ProjectionJob).filter(ProjectionJob.finished_at.is_(None)).count() == 0
    assert is_clean()


def test_verify_finds_what_was_changed_by_hand(app_context: Flask) -> None:
    require()
    sweep()
    compact_all()
    assert is_clean()
    with unit_of_work():
        row = session.query(StatusInterval).first()
        assert row is not None
        row.status = 7 if row.status != 7 else 0
        wrong = row.person_id
    with reading():
        found = verify()
    assert (found.clean, found.wrong, list(found.differing)) == (False, 1, [wrong])
    rebuild()
    assert is_clean()
    with unit_of_work():
        session.query(count_deltas.DailyCount).update({"people": count_deltas.DailyCount.people + 1})
    with reading():
        assert verify().days > 0
    assert len(intervals.next_persons(None, 0, 100)) == PEOPLE + 5


def test_a_rebuild_waits_for_nobody_who_reads(app_context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL emptying a table at once would wait for a reader, and everybody else behind it."""
    monkeypatch.setattr(rebuilding, "LONGEST_WAIT_MS", 50)
    require()
    rebuild()
    with database.db.engine.connect() as reader:
        assert reader.execute(text("SELECT count(*) FROM status_interval")).scalar_one()
        rebuild()
    assert is_clean()
