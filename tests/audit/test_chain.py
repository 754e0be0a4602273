"""The chain over the trail: every entry linked once, whatever happens, and nothing altered unnoticed."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings as hypothesis, strategies as st
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.audit import jobs, operations, queries
from lms.audit.models import AuditEntry, AuditLink
from lms.audit.rules import NO_PREVIOUS, ChainHead, FaultKind
from lms.kernel import clock, db as database
from lms.kernel.clock import FixedClock
from lms.kernel.config import ROOT, Settings
from lms.kernel.db import reading, session, unit_of_work
from tests.audit.tampering import NOW, act, drop_triggers, faults_after, later, link
from tests.waiting import process_group, wait_until


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(FixedClock(NOW)):
        yield


def links() -> list[tuple[int, int]]:
    with reading():
        return [
            (row[0], row[1]) for row in session.execute(text("SELECT number, entry_id FROM audit_link ORDER BY number"))
        ]


def put(number: int) -> None:
    """Stores an entry of a number of one's own choice, as a transaction that was open for a while would."""
    with unit_of_work():
        session.execute(
            insert(AuditEntry),
            [
                {
                    "id": number,
                    "recorded_at": NOW,
                    "action": "people.place",
                    "subject": "placement",
                    "reason": "",
                    "detail": {},
                }
            ],
        )


def check(known: ChainHead | None = None) -> operations.ChainCheck:
    with reading():
        return operations.check_chain(known)


def test_every_entry_is_linked_once_and_in_order(app_context: Flask) -> None:
    act(5)
    assert link() == 5
    assert link() == 0
    act(2)
    assert link() == 2
    assert links() == [(number, number) for number in range(1, 8)]
    checked = check()
    assert (checked.entries, checked.head.number, checked.waiting, checked.found) == (7, 7, 0, 0)


def test_an_empty_trail_is_sound(app_context: Flask) -> None:
    assert link() == 0
    checked = check()
    assert (checked.entries, checked.head, checked.found) == (0, ChainHead(0, NO_PREVIOUS), 0)


def test_what_is_not_stored_is_not_linked(app_context: Flask) -> None:
    act(1)
    with pytest.raises(RuntimeError), unit_of_work():
        operations.record(operations.Actor(account_id=1), "people.place", "placement", 1)
        raise RuntimeError
    assert link() == 1


@pytest.mark.parametrize("table", ["audit_entry", "audit_link", "audit_check"])
@pytest.mark.parametrize("what", ["UPDATE {} SET recorded_at = recorded_at", "DELETE FROM {}"])
def test_the_database_refuses_to_change_and_to_remove(app_context: Flask, table: str, what: str) -> None:
    act(1)
    link()
    jobs.check_and_record()
    with pytest.raises(DBAPIError, match="what happened is not"), unit_of_work():
        session.execute(text(what.format(table)))


def test_an_entry_stored_after_a_higher_number_is_linked_after_it(app_context: Flask) -> None:
    put(1)
    put(7)
    link()
    put(4)
    with clock.using(later(minutes=59)):
        link()
    assert links() == [(1, 1), (2, 7), (3, 4)]
    assert check().found == 0


def test_an_entry_that_comes_hours_after_a_higher_number_was_put_in(app_context: Flask) -> None:
    put(1)
    put(7)
    link()
    with clock.using(later(minutes=61)):
        put(4)
        assert [(each.kind, each.entry_number) for each in check().faults] == [(FaultKind.INSERTED, 4)]
        assert jobs.link_entries(everything=True) == 1
        put(9)
        link()
        assert [(each.kind, each.entry_number) for each in check().faults] == [(FaultKind.INSERTED, 4)]
    with clock.using(later(hours=30)):
        put(8)
        link()
        assert [each.entry_number for each in check().faults] == [4, 8]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_transactions_that_end_out_of_order_are_all_linked(app_context: Flask, database_url: str) -> None:
    """Two real transactions: the one that took its number first is stored last."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    statement = text(
        "INSERT INTO audit_entry (recorded_at, action, subject, reason, detail)"
        " VALUES (:at, 'people.place', 'placement', '', '{}') RETURNING id"
    )
    with engine.connect() as slow, engine.connect() as quick:
        first = slow.scalar(statement, {"at": NOW})
        second = quick.scalar(statement, {"at": NOW})
        quick.commit()
        assert link() == 1
        slow.commit()
        assert link() == 1
    engine.dispose()
    assert first is not None
    assert second is not None
    assert first < second
    assert links() == [(1, second), (2, first)]
    assert check().found == 0


def test_many_workers_at_once_make_one_chain(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 7)
    with app.app_context():
        act(100)
    ready, failed = threading.Barrier(4), []

    def work() -> None:
        try:
            with app.app_context():
                ready.wait()
                jobs.link_entries(max_batches=1000)
                jobs.link_entries(max_batches=1000)
        except Exception as error:  # a thread's failure must fail the test
            failed.append(error)

    threads = [threading.Thread(target=work) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with app.app_context():
        assert links() == [(number, number) for number in range(1, 101)]
        assert check().found == 0


def test_the_database_itself_refuses_a_fork(app_context: Flask) -> None:
    act(3)
    link()
    (previous,) = {row[0] for row in session.execute(text("SELECT previous FROM audit_link WHERE number = 2"))}
    act(1)
    with pytest.raises(IntegrityError), unit_of_work():
        session.execute(
            insert(AuditLink),
            [{"number": 9, "entry_id": 4, "recorded_at": NOW, "previous": previous, "digest": "f" * 64}],
        )


def connections(backend: str) -> set[int]:
    """Returns the processes of PostgreSQL that serve this database."""
    if backend == "sqlite":
        return set()
    with reading():
        return set(session.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")))


@pytest.mark.faults
def test_a_killed_worker_leaves_complete_batches_and_the_next_one_continues(
    app_context: Flask, settings: Settings, backend: str
) -> None:
    with unit_of_work():
        session.execute(
            insert(AuditEntry),
            [
                {"recorded_at": NOW, "action": "people.place", "subject": "placement", "reason": "", "detail": {}}
                for _each in range(20_000)
            ],
        )
    ours = connections(backend)
    with process_group(
        [sys.executable, "-m", "flask", "--app", "wsgi", "audit", "link"],
        cwd=ROOT,
        env=os.environ | {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database_url},
        stdout=subprocess.DEVNULL,
    ) as worker:
        wait_until(lambda: links() or worker.poll() is not None, "a batch is linked")
        worker.kill()
    # What the worker had sent to PostgreSQL before it was killed may still be stored.
    wait_until(lambda: connections(backend) <= ours, "the worker's connections are closed")
    done = len(links())
    assert 0 < done <= 20_000
    assert done % queries.BATCH == 0
    assert check().found == 0
    assert jobs.link_entries(max_batches=1000) == 20_000 - done
    assert check().found == 0
    assert len(links()) == 20_000


@pytest.mark.parametrize(
    ("statements", "kinds"),
    [
        pytest.param(["UPDATE audit_entry SET reason = 'Another' WHERE id = 3"], {FaultKind.CHANGED}, id="a reason"),
        pytest.param(["UPDATE audit_entry SET account_id = 9 WHERE id = 3"], {FaultKind.CHANGED}, id="who"),
        pytest.param(["UPDATE audit_entry SET organisation_id = 1 WHERE id = 3"], {FaultKind.CHANGED}, id="where"),
        pytest.param(
            ["UPDATE audit_entry SET detail = '{\"course\": 2}' WHERE id = 3"], {FaultKind.CHANGED}, id="detail"
        ),
        pytest.param(["DELETE FROM audit_entry WHERE id = 3"], {FaultKind.REMOVED}, id="an entry removed"),
        pytest.param(["DELETE FROM audit_link WHERE entry_id = 3"], {FaultKind.LINK_MISSING}, id="a link removed"),
        pytest.param(
            ["DELETE FROM audit_link WHERE entry_id = 3", "DELETE FROM audit_entry WHERE id = 3"],
            {FaultKind.LINK_MISSING},
            id="both removed",
        ),
        pytest.param(
            ["DELETE FROM audit_link WHERE entry_id = 3", "DELETE FROM audit_entry WHERE id = 3",
             "UPDATE audit_link SET number = number - 1 WHERE number = 4",
             "UPDATE audit_link SET number = number - 1 WHERE number = 5",
             "UPDATE audit_link SET number = number - 1 WHERE number = 6"],
            {FaultKind.BROKEN, FaultKind.CHANGED, FaultKind.SHORTENED},
            id="both removed and the others moved up",
        ),
        pytest.param(
            ["DELETE FROM audit_link WHERE number > 4", "DELETE FROM audit_entry WHERE id > 4"],
            {FaultKind.SHORTENED},
            id="the end cut off",
        ),
        pytest.param(
            ["UPDATE audit_link SET digest = '" + "0" * 63 + "1' WHERE number = 3"],
            {FaultKind.CHANGED, FaultKind.BROKEN},
            id="a digest",
        ),
        pytest.param(
            ["UPDATE audit_entry SET id = 100 WHERE id = 3", "UPDATE audit_link SET entry_id = 100 WHERE entry_id = 3"],
            {FaultKind.CHANGED},
            id="another number",
        ),
    ],
)  # fmt: skip
def test_whatever_is_altered_is_found(app_context: Flask, statements: list[str], kinds: set[FaultKind]) -> None:
    act(6, reason="As agreed", account=4)
    link()
    jobs.check_and_record()
    found = faults_after(*statements)
    assert {each.kind for each in found} == kinds
    assert check().found == 0


def test_a_rewritten_chain_is_found_by_the_last_check_and_by_a_stored_digest(app_context: Flask) -> None:
    act(6)
    link()
    head = check().head
    act(1)
    link()
    assert check(head).found == 0
    with unit_of_work():
        drop_triggers()
        session.execute(text("DELETE FROM audit_link"))
        session.execute(text("UPDATE audit_entry SET subject_id = 99 WHERE id = 2"))
    link()
    assert check().found == 0
    assert [(each.kind, each.link_number) for each in check(head).faults] == [(FaultKind.REWRITTEN, 6)]


def test_a_check_is_noted_and_remembered_by_the_next(app_context: Flask) -> None:
    act(3)
    link()
    jobs.check_nightly()
    noted = queries.find_last_check()
    assert noted is not None
    assert (noted.links, noted.faults, noted.first_entry_id) == (3, 0, None)
    with unit_of_work():
        drop_triggers()
        session.execute(text("UPDATE audit_entry SET reason = 'x' WHERE id = 2"))
    jobs.check_nightly()
    noted = queries.find_last_check()
    assert noted is not None
    assert (noted.links, noted.faults, noted.first_entry_id) == (3, 1, 2)


COLUMNS = {
    "recorded_at": st.just((NOW - timedelta(days=1)).isoformat(" ")),
    "account_id": st.integers(100, 200),
    "action": st.sampled_from(["people.move", "", "people.plac\u0435"]),
    "subject": st.sampled_from(["award", "people"]),
    "subject_id": st.integers(100, 200),
    "reason": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20),
    "detail": st.sampled_from(['{"a": 1.5}', '{"a": "1"}', '{"a": null}', '{"b": 1}', "{}"]),
}  # fmt: skip


@given(data=st.data())
@hypothesis(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_single_edit_of_a_row_is_found(app_context: Flask, data: st.DataObject) -> None:
    with reading():
        made = queries.count_entries()
    if not made:
        act(5, a=1)
        link()
    column = data.draw(st.sampled_from(sorted(COLUMNS)))
    value, entry = data.draw(COLUMNS[column]), data.draw(st.integers(1, 5))
    converted = ":value"
    if database.session.get_bind().dialect.name == "postgresql":
        converted = {"recorded_at": "CAST(:value AS timestamptz)", "detail": "CAST(:value AS jsonb)"}.get(
            column, converted
        )
    found = faults_after(f"UPDATE audit_entry SET {column} = {converted} WHERE id = :entry", value=value, entry=entry)
    assert [(each.kind, each.entry_number) for each in found] == [(FaultKind.CHANGED, entry)]
