"""Pasted lists: what people paste, and what is made of it."""

from datetime import date
from functools import partial

import pytest
from hypothesis import example, given, strategies as st

from lms.certification.awards.rules import earliest_recognised_day
from lms.certification.training.parser import (
    TrainingLine,
    UnreadableList,
    decode,
    quote_number,
    read_attendance,
    read_day_or_none,
    read_trainings as read_trainings_of,
)
from lms.kernel.text import normalise

DAY = date(2026, 3, 31)
read_trainings = partial(read_trainings_of, course="First days")


def test_staff_numbers_one_a_line() -> None:
    read = read_attendance(" W-1 \r\n\r\nW-2\tAmina Yusuf\nW-3; Omar\n\u00a0\nW-4, Sami", DAY, "Binder 3")
    assert read == [
        TrainingLine(number, staff_number, DAY, "Binder 3")
        for number, staff_number in ((1, "W-1"), (3, "W-2"), (4, "W-3"), (6, "W-4"))
    ]


@given(st.lists(st.text(st.sampled_from(' ";,\t7W')).map(normalise).filter(bool), max_size=4))
@example(["W-1;7", "W-1,8", "W-9", '"W', '"7"', '"1",2'])
def test_numbers_are_read_as_they_are_however_odd(numbers: list[str]) -> None:
    read = read_attendance("\n".join(map(quote_number, numbers)), DAY, "Binder 3")
    assert [each.staff_number for each in read] == numbers


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_lines_of_trainings(separator: str) -> None:
    rows = [("Staff number", "Earned on", "Evidence"), ("W-1", "2026-03-31", "File 1"), ("W-2", "31.3.2026", "File 2")]
    read = read_trainings("\n".join(separator.join(row) for row in rows))
    assert read == [TrainingLine(2, "W-1", DAY, "File 1"), TrainingLine(3, "W-2", DAY, "File 2")]


def test_a_table_of_people_and_courses_is_read_below_the_name_of_the_course() -> None:
    table = "Number\tName\tPFA\tFIRST  DAYS\nW-1\tAmina\t2026-01-05\t2026-03-31\nW-2\tOmar\t2026-01-05\t\nW-3\tSami"
    assert read_trainings(table, evidence=" Binder 3 ") == [TrainingLine(2, "W-1", DAY, "Binder 3")]
    assert read_trainings(table.replace("2026-03-31", "03/04/2026")) == [TrainingLine(2, "W-1", None, "")]
    with pytest.raises(UnreadableList, match="no column is called “Referrals”"):
        read_trainings(table, course="Referrals")


def test_evidence_of_the_whole_list_is_meant_where_a_line_has_none() -> None:
    read = read_trainings("W-1,2026-03-31,File 1\nW-2,2026-03-31", evidence="Binder 3")
    assert [each.evidence for each in read] == ["File 1", "Binder 3"]


def test_lines_with_missing_parts_stay_to_be_shown() -> None:
    read = read_trainings('W-1,03/04/2026,File 1\n\nW-2\nW-3,2026-03-31,"File 3, shelf ""B"""')
    assert read == [
        TrainingLine(1, "W-1", None, "File 1"),
        TrainingLine(3, "W-2", None, ""),
        TrainingLine(4, "W-3", DAY, 'File 3, shelf "B"'),
    ]


def test_a_list_without_heading_loses_no_line() -> None:
    assert [each.staff_number for each in read_trainings("W-1,soon,File\nW-2,soon,File")] == ["W-1", "W-2"]
    assert [each.staff_number for each in read_trainings("W-1\nW-2")] == ["W-1", "W-2"]
    assert read_trainings("\n \n") == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-31", DAY), ("2026-3-31", DAY), ("31.03.2026", DAY), ("31.3.2026", DAY), ("31/03/2026", DAY),
        ("31-Mar-2026", DAY), ("31 March 2026", DAY), ("2026/03/31", DAY), ("03/04/2026", None),
        ("2026-02-30", None), ("31.3.26", None), ("soon", None), ("", None), ("٢٠٢٦-٠٣-٣١", DAY),
        ("0000-01-01", None),
    ],
)  # fmt: skip
def test_days(text: str, day: date | None) -> None:
    assert read_day_or_none(text) == day


def test_files_in_their_encodings() -> None:
    text = "W-1,2026-03-31,ملف ٧"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode(text.encode(encoding)) == text
    with pytest.raises(UnreadableList, match="CSV UTF-8"):
        decode("W-1,2026-03-31,Börse".encode("cp1252"))


def test_a_cell_without_end_is_refused() -> None:
    with pytest.raises(UnreadableList):
        read_trainings('W-1,2026-03-31,"' + "x" * 200_000)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(end: str) -> None:
    read = read_trainings(end.join(["number,day,evidence", "W-1,2026-03-31,File 1", "W-2,2026-04-01,File 2"]))
    assert [(line.staff_number, line.evidence) for line in read] == [("W-1", "File 1"), ("W-2", "File 2")]


@example("\r0")
@given(st.text(max_size=300))
def test_nothing_pasted_breaks_the_reading(text: str) -> None:
    for line in (*read_trainings(text), *read_attendance(text, DAY, "")):
        assert line.number >= 1
        assert "\x00" not in line.staff_number + line.evidence


@pytest.mark.parametrize(
    ("today", "months", "oldest"),
    [
        (date(2026, 9, 1), 24, date(2024, 9, 1)), (date(2028, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)), (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(1, 2, 1), 24, date.min),
    ],
)  # fmt: skip
def test_the_oldest_day_recognised(today: date, months: int, oldest: date) -> None:
    assert earliest_recognised_day(today, months) == oldest
