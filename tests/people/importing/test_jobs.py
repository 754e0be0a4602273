"""Importing against a real database: dry run, batches, a killed worker, undoing, purging."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from openpyxl import Workbook
from sqlalchemy import event

from lms.audit.models import AuditEntry
from lms.kernel import db as database, outbox
from lms.kernel.actor import SYSTEM
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import Invalid
from lms.people import operations as people, queries as people_queries
from lms.people.errors import ImportChanged
from lms.people.events import people_added, placements_changed
from lms.people.importing import apply, operations, queries, undo
from lms.people.importing.models import PeopleImportFilePart, PeopleImportRow
from lms.people.importing.parse import FIELDS
from lms.people.models import Person
from tests.factories import people as make
from tests.kernel.hostile_tables import text_cell, workbook
from tests.people.importing import lists
from tests.people.importing.lists import row

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def small(app: Flask) -> Iterator[Flask]:
    make.make_small_organisation(app)
    with app.app_context():
        yield app


def heard(signal_: Any) -> list[set[int]]:
    """Collects what a signal says for as long as the returned list lives in the test."""
    found: list[set[int]] = []

    def listen(_sender: Any, *, persons: set[int], **_more: Any) -> None:
        found.append(persons)

    signal_.connect(listen, weak=False)
    found_listeners.append((signal_, listen))
    return found


found_listeners: list[tuple[Any, Any]] = []


@pytest.fixture(autouse=True)
def _deaf_again() -> Iterator[None]:
    yield
    while found_listeners:
        signal_, listen = found_listeners.pop()
        signal_.disconnect(listen)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(small: Flask) -> None:
    before = (lists.everything(), lists.count("person"), lists.count("account"))
    rows = [
        row("W-1", "Amina Yusuf"),
        row("W-2", "Tomas Silva", sector="health", from_on="2026-06-01"),
        row("W-3", "Hana Haddad", sector="protection", through_on="2026-12-31"),
        row("N-1", "Nadia New", email="nadia@demo.example"),
        row("N-2", "Nora Nowhere", station="Nowhere", from_on="03/04/2026"),
        row("N-3", "=cmd|' /C calc'!A0"),
        row("N-4", "Same Mail", email="Amina@demo.example"),
        row("N-5", "Same Mail", email="nadia@demo.example"),
        row("n-1", "Nadia New", email="nadia@demo.example"),
    ]
    number = lists.sent(lists.csv_of(rows))
    assert lists.outcomes(number) == [
        (2, "unchanged", []),
        (3, "moved", ["before_ends"]),
        (4, "ended", ["ends"]),
        (5, "rejected", ["overlaps_row"]),
        (6, "rejected", ["unknown_station", "ambiguous_day"]),
        (7, "rejected", ["cell_formula"]),
        (8, "rejected", ["email_here"]),
        (9, "added", []),
        (10, "rejected", ["overlaps_row"]),
    ]
    assert (lists.everything(), lists.count("person"), lists.count("account")) == before
    assert lists.state(number) == "checked"


def test_an_exact_repetition_is_refused_once(small: Flask) -> None:
    number = lists.sent(lists.csv_of([row("N-1"), row("N-1"), row("W-9", "Other"), row("W-9", "Another")]))
    assert lists.outcomes(number) == [
        (2, "added", []),
        (3, "rejected", ["same_as_row"]),
        (4, "rejected", ["other_name_in_row"]),
        (5, "rejected", ["other_name_in_row"]),
    ]


def test_applied_people_have_placements_accounts_and_a_line_in_the_audit(small: Flask) -> None:
    added, changed = heard(people_added), heard(placements_changed)
    rows = [
        row("N-1", "Nadia New", email="Nadia@demo.example", works_with_children="yes", also_sectors="health"),
        row("W-2", "Tomas Silva", sector="health", from_on="2026-06-01"),
    ]
    number = lists.sent(lists.csv_of(rows))
    lists.apply(number)
    assert lists.state(number) == "applied"
    assert lists.spans("N-1") == [("wash", "2026-01-01", "")]
    assert lists.spans("W-2") == [("education", "2026-01-01", "2026-05-31"), ("health", "2026-06-01", "")]
    with reading():
        nadia = people_queries.find_employment_by_number(1, "n-1")
        tomas = people_queries.find_employment_by_number(1, "W-2")
        assert nadia is not None
        assert tomas is not None
        assert nadia.person.email == "nadia@demo.example"
        (placement,) = people_queries.list_placements_of([nadia.id])
        assert (placement.works_with_children, placement.also_sectors) == (True, ["health"])
        assert added == [{nadia.person_id}], "once a batch"
        assert changed == [{nadia.person_id, tomas.person_id}], "once a batch"
        entries = session.query(AuditEntry).filter_by(action="people.import_person").all()
        assert {entry.subject_id for entry in entries} == {nadia.id, tomas.id}
        assert {entry.reason for entry in entries} == {"November list"}
        assert session.query(PeopleImportFilePart).count() == 0, "the file is gone with the last batch"
    assert lists.count("account") == 6


def test_the_same_list_again_changes_nothing(small: Flask) -> None:
    data = lists.csv_of(
        [
            *lists.the_cast(),
            row("N-1"),
            row("N-1", sector="health", from_on="2027-01-01"),
            row("N-2", through_on="2026-03-31"),
        ]
    )
    # The first row of N-1 is open, so the two share days.
    first = lists.sent(data)
    assert lists.counts(first)["rejected"] == 2
    lists.apply(first)
    before, facts = lists.everything(), lists.count("placement")
    second = lists.sent(data)
    assert {outcome for _n, outcome, _w in lists.outcomes(second)} == {"unchanged", "rejected"}
    assert lists.load(second).batches == 0
    with pytest.raises(ImportChanged), unit_of_work():
        operations.request_apply(lists.hana(), lists.load(second), reason="Again")
    assert (lists.everything(), lists.count("placement")) == (before, facts)


def test_absent_people_leave_only_when_asked_and_only_of_this_organisation(small: Flask) -> None:
    with unit_of_work():
        hills = make.organisation("hill-health")
        north = people_queries.list_stations()[0]
        make.placed(make.employed(make.person("Basma"), hills, "H-1"), north)
    some = lists.csv_of(lists.the_cast()[:3])
    quiet = lists.sent(some)
    assert lists.counts(quiet) == {"unchanged": 3}
    sent = lists.sent(some, leavers_on="2026-11-30")
    assert lists.outcomes(sent)[3:] == [(None, "ended", ["absent"]), (None, "ended", ["absent"])]
    assert lists.counts(sent)["absent"] == 2
    lists.apply(sent)
    assert lists.spans("W-4") == [("health", "2026-01-01", "2026-11-30")]
    assert lists.spans("W-1") == [("wash", "2026-01-01", "")]
    assert lists.spans("H-1", 2) == [("wash", "2026-01-01", "")]
    lists.undo(sent)
    assert lists.spans("W-4") == [("health", "2026-01-01", "")]


def test_a_row_that_is_refused_keeps_its_person_from_being_absent(small: Flask) -> None:
    cast = [*lists.the_cast()[:4], row("W-5", "Root Admin", sector="nonsense")]
    number = lists.sent(lists.csv_of(cast), leavers_on="2026-11-30")
    assert lists.counts(number) == {"unchanged": 4, "rejected": 1}


def test_undoing_restores_the_placements_and_keeps_the_people(small: Flask) -> None:
    before = lists.everything()
    rows = [
        row("N-1"),
        row("W-1", "Amina Yusuf", through_on="2026-10-31"),
        row("W-2", "Tomas Silva", sector="health", from_on="2026-06-01"),
        row("W-3", "Hana Haddad", sector="wash"),
    ]
    number = lists.sent(lists.csv_of(rows), leavers_on="2026-11-30", same_first_day="correction")
    lists.apply(number)
    assert lists.everything() != before
    changed = heard(placements_changed)
    lists.undo(number)
    assert lists.everything() == before
    assert len(changed) == 1, "once a batch"
    assert lists.state(number) == "undone"
    assert lists.spans("N-1") == []
    assert lists.count("person") == 6
    with reading():
        rows_left = session.query(PeopleImportRow).filter_by(import_id=number).all()
        assert all(each.cells == {} and each.key == "" and each.notes == [] for each in rows_left)


def test_undoing_leaves_alone_what_was_changed_by_hand(small: Flask) -> None:
    rows = [row("N-1"), row("W-2", "Tomas Silva", sector="health")]
    number = lists.sent(lists.csv_of(rows), same_first_day="correction")
    lists.apply(number)
    with unit_of_work():
        tomas = people_queries.find_employment_by_number(1, "W-2")
        assert tomas is not None
        (placement,) = people_queries.list_placements_of([tomas.id])
        people.end_placement(SYSTEM, placement, tomas, placement.from_on + timedelta(days=30))
    lists.undo(number)
    assert lists.counts(number)["skipped"] == 1
    assert lists.spans("W-2") == [("health", "2026-01-01", "2026-01-31")]
    assert lists.spans("N-1") == []
    with reading():
        (skipped,) = queries.list_rows(number, "skipped").items
        assert queries.list_employments_of_rows([skipped])[skipped.id].staff_number == "W-2"


def test_what_was_changed_after_the_check_is_left_alone(small: Flask) -> None:
    rows = [
        row("W-1", "Amina Yusuf", sector="health", from_on="2026-06-01"),
        row("W-2", "Tomas Silva", sector="health", from_on="2026-06-01"),
        row("N-1", "Nadia New", email="nadia@demo.example"),
        row("N-2", "Nora New"),
    ]
    number = lists.sent(lists.csv_of(rows))
    with unit_of_work():
        tomas = people_queries.find_employment_by_number(1, "W-2")
        amina = people_queries.find_employment_by_number(1, "W-1")
        assert tomas is not None
        assert amina is not None
        (placement,) = people_queries.list_placements_of([tomas.id])
        people.withdraw_placement(SYSTEM, placement, tomas)
        work = people.AssignmentDetails(placement.station_id, "health", "promoter")
        (placement,) = people_queries.list_placements_of([amina.id])
        people.move_placement(SYSTEM, placement, amina, work, placement.from_on.replace(month=6))
        other = make.person("Somebody Else", "nadia@demo.example")
        make.employed(other, people_queries.list_organisations()[0], "N-9")
    lists.apply(number)
    assert lists.outcomes(number) == [
        (2, "unchanged", []),
        (3, "rejected", ["changed_meanwhile"]),
        (4, "rejected", ["email_here"]),
        (5, "added", []),
    ]
    assert lists.spans("W-2") == []


def refuse_quiet(_sender: Any, *, persons: set[int], **_more: Any) -> None:
    """Refuses one person, as a package above may."""
    if session.query(Person).where(Person.id.in_(persons), Person.email == "quiet@demo.example").count():
        raise Invalid


def test_somebody_who_is_refused_above_refuses_their_row_only(small: Flask) -> None:
    people_added.connect(refuse_quiet)
    found_listeners.append((people_added, refuse_quiet))
    rows = [row("N-1"), row("N-2", email="quiet@demo.example"), row("N-3", email="new@demo.example")]
    number = lists.sent(lists.csv_of(rows))
    assert lists.counts(number)["added"] == 3
    lists.apply(number)
    assert [outcome for _n, outcome, _w in lists.outcomes(number)] == ["added", "rejected", "added"]
    assert lists.count("account") == 7
    with reading():
        assert people_queries.find_employment_by_number(1, "N-2") is None


def test_excel_files_with_days_of_every_kind(small: Flask) -> None:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Staff number", "Name", "Duty station", "Main sector", "Role", "First day"])
    cells: list[Any] = ["2026-02-01", "25/02/2026", "25.02.2026", None]
    for index, cell in enumerate(cells):
        sheet.append([700 + index, f"Person {index}", "North River", "wash", "driver", cell])
    sheet.cell(5, 6).value = date(2026, 3, 4)
    book.save(file)
    number = lists.sent(file.getvalue())
    lists.apply(number)
    first_days = [lists.spans(f"70{index}")[0][1] for index in range(4)]
    assert first_days == ["2026-02-01", "2026-02-25", "2026-02-25", "2026-03-04"]


def test_a_list_in_an_old_encoding_keeps_its_names(small: Flask) -> None:
    rows = [row("N-1", "François Lefèvre"), row("N-2", "Zoë Müller"), row("N-3", "Núria Ibáñez")]
    number = lists.sent(lists.csv_of(rows).decode().lstrip("\ufeff").encode("cp1252"))
    lists.apply(number)
    with reading():
        found = people_queries.find_employment_by_number(1, "N-1")
        assert found is not None
        assert found.person.name == "François Lefèvre"


def test_a_file_that_breaks_off_is_reported_and_writes_nothing(small: Flask) -> None:
    data = lists.csv_of([row(f"N-{index}") for index in range(30)]) + b'"N-31,never closed\r\n'
    number = lists.sent(data)
    with reading():
        assert "after row 31" in lists.load(number).problem
    assert lists.outcomes(number) == []


def test_a_workbook_that_is_refused_far_below_is_reported_and_the_worker_goes_on(small: Flask) -> None:
    rows = [[each.get(name, "") for name in FIELDS] for each in (row(f"N-{index}") for index in range(30))]
    lines = [list(FIELDS), *rows, ["x" * 1_100_000]]
    hostile = "".join(f"<row>{''.join(map(text_cell, line))}</row>" for line in lines)
    number = lists.sent(workbook(hostile).getvalue())
    with reading():
        assert "Save the table as CSV" in lists.load(number).problem
    assert lists.outcomes(number) == []
    assert lists.counts(lists.sent(lists.csv_of([row("N-1")]))) == {"added": 1, "people": 1}


def test_a_newer_check_takes_the_place_of_an_older_one(small: Flask) -> None:
    number = lists.sent(lists.csv_of([row("N-1", from_on="03/04/2026")]))
    assert lists.outcomes(number)[0][1] == "rejected"
    hana = lists.hana()
    for order in ("day", "month"):
        with unit_of_work():
            each = lists.load(number)
            operations.choose_columns(hana, each, each.columns, {"day_order": order})
    lists.worked()
    lists.apply(number)
    assert lists.spans("N-1") == [("wash", "2026-03-04", "")]


def many(size: int) -> bytes:
    return lists.csv_of(row(f"M-{index:06}", f"Given{index} Family") for index in range(size))


def test_batches_go_one_by_one_and_say_that_they_are_under_way(small: Flask) -> None:
    number = lists.sent(many(50))
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    for done in range(2):
        with reading():
            (under_way,) = queries.list_running_imports()
            assert (under_way.organisation_id, under_way.done, under_way.total) == (1, done, 2)
            assert queries.list_running_imports([2]) == []
        assert lists.count("employment") == 5 + 25 * done
        assert outbox.sweep() == 1
    with reading():
        assert queries.list_running_imports() == []
    assert lists.count("employment") == 55
    with unit_of_work():
        operations.request_undo(lists.hana(), lists.load(number), reason="Wrong")
    outbox.sweep()
    with reading():
        (under_way,) = queries.list_running_imports([1])
        assert (under_way.done, under_way.total) == (1, 2)
    lists.worked()
    assert len(lists.everything()) == 5
    with reading():
        assert queries.list_running_imports() == []


def test_several_batches_are_applied_and_undone_together(small: Flask) -> None:
    number = lists.sent(many(120))
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    assert lists.load(number).batches == 5
    apply.apply_batches(number, 1, 3)
    assert (lists.load(number).batches_done, lists.count("employment")) == (3, 80)
    apply.apply_batches(number, 1, 3)
    assert lists.count("employment") == 80, "running it twice has no effect"
    apply.apply_batches(number, 4, 8)
    assert (lists.state(number), lists.count("employment")) == ("applied", 125)
    with unit_of_work():
        operations.request_undo(lists.hana(), lists.load(number), reason="Wrong")
    undo.undo_batches(number, 5, 2)
    assert lists.load(number).batches_undone == 2
    assert len(lists.everything()) == 80
    undo.undo_batches(number, 3, 8)
    assert (lists.state(number), len(lists.everything())) == ("undone", 5)


def test_an_import_stopped_half_way_is_undone_half_way(small: Flask) -> None:
    number = lists.sent(many(1100))
    before = lists.everything()
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    outbox.sweep()
    lists.undo(number)
    assert lists.everything() == before
    assert lists.count("employment") == 30, "the second batch was never applied"
    assert lists.state(number) == "undone"


KILLED = """
import os, signal, sys
from pathlib import Path
from lms.app import create_app
from lms.kernel import outbox
from lms.people.errors import ImportChanged
from lms.people.events import placements_changed
from tests.factories.application import make_settings

batches = []

def die_in_the_second_batch(_sender, *, persons):
    batches.append(len(persons))
    if len(batches) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

app = create_app(make_settings(Path(sys.argv[1]), sys.argv[2]))
placements_changed.connect(die_in_the_second_batch)
with app.app_context():
    while outbox.sweep():
        pass
"""


def test_others_save_between_two_batches(small: Flask) -> None:
    number = lists.sent(many(400))
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    done: list[int] = []

    def save() -> None:
        with small.app_context(), unit_of_work():
            people.record_person(SYSTEM, name="Somebody", email=None)
            done.append(lists.load(number).batches_done)

    other = Thread(target=save)

    def begin(_sender: Any, **_more: Any) -> None:
        # The first batch is being written: on SQLite the other one waits from now on.
        if not other.ident:
            other.start()

    placements_changed.connect(begin)
    lists.worked()
    other.join()
    assert done[0] < 16, "whoever saves does not wait until the whole list is recorded"


@pytest.mark.faults
def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing_and_does_nothing_twice(
    small: Flask, settings: Settings
) -> None:
    number = lists.sent(many(220))
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    database.db.session.remove()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.instance), settings.database_url],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    assert lists.count("employment") == 30, "the first batch is whole, of the second there is nothing"
    assert outbox.sweep() == 0, "whoever was killed still holds the batch for a while"
    lists.worked(later=timedelta(minutes=5))
    assert lists.state(number) == "applied"
    assert (lists.count("employment"), lists.count("account"), lists.count("placement")) == (225, 225, 225)
    assert lists.count("audit_entry WHERE action = 'people.import_person'") == 220


def test_a_batch_asks_the_database_few_questions(small: Flask) -> None:
    number = lists.sent(many(101))
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # SQLite is given new rows one by one; what must not grow with the people is the asking.
        if statement.startswith("SELECT"):
            statements.append(statement)

    engine = database.db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        apply.apply_batches(number, 1, 4)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert lists.count("employment") == 105
    assert len(statements) < 60, f"{len(statements)} questions for a hundred people"


def test_ten_thousand_rows(small: Flask) -> None:
    """All of them are checked at once; of what goes batch by batch, a tenth is recorded."""
    number = lists.sent(many(10_000), leavers_on="2026-11-30")
    assert lists.counts(number) == {"added": 10_000, "ended": 5, "absent": 5, "people": 10_005}
    assert lists.load(number).batches == 401
    data = many(1_000)
    number = lists.sent(data, leavers_on="2026-11-30")
    with unit_of_work():
        operations.request_apply(lists.hana(), lists.load(number), reason="November list")
    for _batch in range(2):
        assert outbox.sweep() == 1
    again = lists.sent(data)
    assert lists.counts(again)["unchanged"] >= 75
    lists.worked()
    assert lists.state(number) == "applied"
    assert len(lists.everything()) == 1_005
    last = lists.sent(data)
    assert lists.counts(last) == {"unchanged": 1_000}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_more_rows_than_a_list_may_have_are_refused(small: Flask) -> None:
    head, *body = many(1).splitlines(keepends=True)
    number = lists.sent(head + body[0] * 100_001)
    with reading():
        assert "more than 100000 rows" in lists.load(number).problem


def test_the_texts_of_a_list_are_purged_in_time(small: Flask) -> None:
    applied = lists.sent(lists.csv_of([row("N-1")]))
    waiting = lists.sent(lists.csv_of([row("N-2")]))
    thrown = lists.sent(lists.csv_of([row("N-3")]))
    lists.apply(applied)
    with unit_of_work():
        operations.discard(lists.hana(), lists.load(thrown))

    def words() -> dict[int, bool]:
        with reading():
            return {
                number: any(each.cells for each in session.query(PeopleImportRow).filter_by(import_id=number))
                for number in (applied, waiting, thrown)
            }

    assert words() == {applied: True, waiting: True, thrown: False}
    lists.worked(later=timedelta(days=29))
    assert words() == {applied: True, waiting: True, thrown: False}
    lists.worked(later=timedelta(days=31))
    assert words() == {applied: False, waiting: False, thrown: False}
    assert (lists.state(applied), lists.state(waiting)) == ("applied", "discarded")
    assert lists.count("people_import_file_part") == 0
    lists.undo(applied)
    assert lists.spans("N-1") == [], "an import can be undone after its texts were purged"


FEW = hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.sampled_from(["W-1", "W-2", "W-3", "N-1", "N-2", "N-3"])
NAMES = {"W-1": "Amina Yusuf", "W-2": "Tomas Silva", "W-3": "Hana Haddad"}
DAYS = st.sampled_from(["2025-11-01", "2026-01-01", "2026-03-01", "2026-06-15", "2026-09-30"])
ROWS = st.lists(
    st.builds(
        lambda number, sector, first, last: row(
            number, NAMES.get(number, ""), sector=sector, from_on=first, through_on=last
        ),
        NUMBERS, st.sampled_from(["wash", "health"]), DAYS, st.one_of(st.just(""), DAYS),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@FEW
@given(rows=ROWS, leavers=st.one_of(st.just(""), DAYS), answer=st.sampled_from(["", "moved", "correction"]))
def test_law_importing_twice_changes_nothing_and_undoing_restores(
    small: Flask, rows: list[Any], leavers: str, answer: str
) -> None:
    choices = {"leavers_on": leavers, "same_first_day": answer, "moved_on": "2026-10-15"}
    data = lists.csv_of(rows, FIELDS)
    before = lists.everything()
    first = lists.sent(data, **choices)
    assert lists.everything() == before
    if lists.load(first).batches:
        lists.apply(first)
        after = lists.everything()
        second = lists.sent(data, **choices)
        assert lists.load(second).batches == 0, lists.outcomes(second)
        lists.undo(first)
        assert lists.everything() == before
        assert "skipped" not in lists.counts(first)
        assert after != before
