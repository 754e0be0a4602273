"""Many rows at once are stored as they are given, on both databases."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from lms.compliance.projection.models import PostInterval
from lms.compliance.projection.rows import PostRow
from lms.kernel.bulk import CHUNK, add_rows
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
        row(number, role, number % 2 == 0, date(2026, 2, 28) if number % 3 else None)
        for number, role in enumerate(ODD)
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
