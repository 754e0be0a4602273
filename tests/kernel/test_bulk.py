"""Many rows at once are stored as they are given, on both databases."""

from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.audit.operations import record
from lms.compliance.projection.models import PostInterval
from lms.compliance.projection.rows import PostRow
from lms.kernel.actor import SYSTEM
from lms.kernel.bulk import CHUNK, add_mappings, add_rows, reserve_ids
from lms.kernel.db import session

FOREVER = date.max
ODD = ("plain", "tab\there", "line\nend\r", "back\\slash", "\\N", "None", "", "فريق", "it's; --", "1", "True")


def row(number: int, role: str, works: bool, lapses_on: date | None) -> PostRow:
    return PostRow(
        number, 1, date(2026, 1, 1), FOREVER, 1, "wash", role, "staff", works, 7, " 1:7 ", FOREVER, lapses_on
    )  # fmt: skip


def stored() -> list[PostRow]:
    columns = [getattr(PostInterval, name) for name in PostRow._fields]
    return [PostRow(*each) for each in session.execute(select(*columns).order_by(PostInterval.person_id))]


def test_odd_values_come_back_as_they_were(app_context: Flask) -> None:
    rows = [
        row(number, role, number % 2 == 0, date(2026, 2, 28) if number % 3 else None) for number, role in enumerate(ODD)
    ]
    add_rows(PostInterval, PostRow._fields, rows)
    assert stored() == rows


def test_more_rows_than_are_written_at_once(app_context: Flask) -> None:
    rows = [row(number, "driver", True, None) for number in range(CHUNK * 2 + 1)]
    add_rows(PostInterval, PostRow._fields, rows)
    assert stored() == rows


def test_no_rows_are_nothing(app_context: Flask) -> None:
    add_rows(PostInterval, PostRow._fields, [])
    assert stored() == []


def audit_rows(numbers: list[int]) -> list[dict[str, object]]:
    return [
        {
            "id": number,
            "recorded_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
            "account_id": None if number % 2 else number,
            "action": "test.write",
            "subject": "nothing",
            "detail": {"number": number},
        }
        for number in numbers
    ]


def test_rows_are_written_with_reserved_numbers_and_others_come_after(app_context: Flask) -> None:
    record(SYSTEM, "test.before", "nothing")
    numbers = reserve_ids(AuditEntry, 3)
    add_mappings(AuditEntry, audit_rows(numbers))
    record(SYSTEM, "test.after", "nothing")
    session.flush()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["test.before", *["test.write"] * 3, "test.after"]
    assert [entry.id for entry in entries[1:4]] == numbers
    assert [entry.detail for entry in entries[1:4]] == [{"number": number} for number in numbers]
    assert {entry.reason for entry in entries} == {""}, "a column that is not named takes its default"
    assert not reserve_ids(AuditEntry, 0)
