"""Storage: moments in UTC, one commit point, concurrent writers, facts that cannot be changed."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text, update
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from lms.kernel import clock, db, transactions
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation, Placement
from tests.factories.people import employed, organisation, person, placed, sectors, station
from tests.waiting import wait_until


def test_times_come_back_in_utc(app_context: Flask) -> None:
    given = datetime(2026, 3, 30, 23, 30, tzinfo=timezone(timedelta(hours=3)))
    with clock.using(clock.FixedClock(given)):
        made = organisation()
    session.expire_all()
    assert session.get_one(Organisation, made.id).recorded_at == given
    assert session.get_one(Organisation, made.id).recorded_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(app_context: Flask) -> None:
    session.add(
        DutyStation(slug="s", name="S", country="Aravia", recorded_at=datetime(2026, 3, 30))  # noqa: DTZ001
    )
    with pytest.raises(StatementError, match="without a time zone"):
        session.flush()


def test_a_failed_unit_of_work_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError), unit_of_work():
            organisation("gone")
            raise RuntimeError
        with db.reading():
            assert session.query(Organisation).count() == 0


def test_bulk_work_caches_more_pages_and_releases_them(app: Flask) -> None:
    def cache_size() -> int:
        return int(session.execute(text("PRAGMA cache_size")).scalar_one())

    with app.app_context():
        on_sqlite = session.get_bind().dialect.name == "sqlite"
        with unit_of_work(bulk=True):
            organisation("stored")
            assert not on_sqlite or cache_size() == -64_000
        with unit_of_work():
            assert not on_sqlite or cache_size() == -2_000
            assert session.query(Organisation).one().slug == "stored"


def test_many_writers_that_read_first_all_get_through(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        made = organisation("counter", name="0").id
    faults: list[BaseException] = []

    def add_one() -> None:
        try:
            for _ in range(10):
                with app.app_context(), unit_of_work():
                    row = session.get_one(Organisation, made, with_for_update=True)
                    row.name = str(int(row.name) + 1)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with app.app_context(), db.reading():
        assert session.get_one(Organisation, made).name == "80"


def test_who_waits_to_write_tries_again_and_again(app: Flask) -> None:
    with app.app_context():
        engine, on_sqlite = db.db.engine, session.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        return
    tried: list[str] = []

    def listen(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(tried.append)

    def save() -> None:
        with app.app_context(), unit_of_work():
            organisation("waited")

    waiter = threading.Thread(target=save)
    with app.app_context(), unit_of_work():
        organisation("first")
        event.listen(engine, "connect", listen)
        try:
            waiter.start()
            wait_until(lambda: tried.count("BEGIN IMMEDIATE") > 3, "SQLite's own waiting was begun anew")
        finally:
            event.remove(engine, "connect", listen)
    waiter.join()
    with app.app_context(), db.reading():
        assert session.query(Organisation).count() == 2
        assert session.execute(text("PRAGMA busy_timeout")).scalar_one() == transactions.LONGEST_WAIT_SECONDS * 1000


def test_who_waits_to_write_gives_up_in_the_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        on_sqlite = session.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        return
    monkeypatch.setattr(transactions, "LONGEST_WAIT_SECONDS", 0)
    raised: list[DBAPIError] = []

    def save() -> None:
        try:
            with app.app_context(), unit_of_work():
                organisation("late")
        except OperationalError as error:
            raised.append(error)

    waiter = threading.Thread(target=save)
    with app.app_context(), unit_of_work():
        organisation("first")
        waiter.start()
        waiter.join()
    assert "locked" in str(raised)


def test_facts_are_withdrawn_once_and_never_reworded(app_context: Flask) -> None:
    sectors()
    placement = placed(employed(person(), organisation()), station())
    number = placement.id
    for change in ({"sector": "health"}, {"from_on": placement.from_on.replace(year=2020)}):
        with pytest.raises(DBAPIError, match="placement: what happened is not changed"), session.begin_nested():
            session.execute(update(Placement).where(Placement.id == number).values(**change))
    moment = clock.now()
    session.execute(update(Placement).where(Placement.id == number).values(retracted_at=moment))
    with pytest.raises(DBAPIError, match="not changed"), session.begin_nested():
        session.execute(update(Placement).where(Placement.id == number).values(retracted_at=None))
    with pytest.raises(DBAPIError, match="not removed"), session.begin_nested():
        session.execute(text("DELETE FROM placement"))


def test_get_never_writes(app: Flask) -> None:
    @app.get("/writes-by-mistake")
    def writes() -> str:
        organisation("by-mistake")
        return "done"

    assert app.test_client().get("/writes-by-mistake").status_code == 500
    with app.app_context(), db.reading():
        assert session.query(Organisation).count() == 0


def test_a_refused_form_stores_nothing_and_an_accepted_one_is_stored_before_the_answer(app: Flask) -> None:
    @app.post("/writes/<int:status>")
    def writes(status: int) -> tuple[str, int]:
        organisation(f"status-{status}")
        return "done", status

    client = app.test_client()
    for status in (200, 302, 422, 500):
        client.post(f"/writes/{status}")
    with app.app_context(), db.reading():
        assert {row.slug for row in session.query(Organisation)} == {"status-200", "status-302"}


def test_a_reader_cannot_write(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        organisation("known")
    statements = (
        "UPDATE organisation SET name = 'other'",
        " delete FROM organisation",
        "INSERT\nINTO sector VALUES (1)",
    )
    for statement in statements:
        with app.app_context(), pytest.raises(RuntimeError, match="reader"), db.reading():
            session.execute(text(statement))
    with app.app_context(), db.reading():
        assert session.execute(text("SELECT name FROM organisation")).scalars().all() != ["x"]
        if session.get_bind().dialect.name == "postgresql":
            assert session.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
        session.execute(db.locked(db.select(Organisation).order_by(Organisation.id), skip_locked=True)).one()
    # The same connection again, for somebody who writes.
    with app.app_context(), unit_of_work():
        organisation("second")
