"""Days as people and programs write them: read where only one day can be meant, asked or refused where not."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.kernel.written_days import DayStyle, is_open_end, read_day, says_nothing

FIFTH = date(2026, 1, 5)


def read(text: str, order: str = "", *, short_years: bool = False) -> str:
    found = read_day(text, DayStyle(order, short_years=short_years))
    return found.isoformat() if isinstance(found, date) else found


@pytest.mark.parametrize(
    "text",
    [
        "05-Jan-2026", "5 January 2026", "Jan 5, 2026", "January 5th, 2026", "5. Januar 2026", "5 janvier 2026",
        "5 de enero de 2026", "5 يناير 2026", "٥ كانون الثاني ٢٠٢٦", "5-JAN-2026", "Mon, 05 Jan 2026",
        "Monday, 5 January 2026", "2026-Jan-05", "5 січня 2026", "05.Jan.2026",
        "2026/01/05", "2026.01.05", "20260105", "2026-1-5", "2026-01-05", "5.1.2026 ", "٢٠٢٦-٠١-٠٥", "2026‑01‑05",
        "2026-01-05T00:00:00Z", "2026-01-05 00:00:00", "2026-01-05T00:00:00+03:00", "2026-01-05T00:00:00.000Z",
        "2026-01-05T08:30", "05.01.2026 00:00", "5.1.2026 12:00:00 AM", "46027", "46027.0", "46027.5", "'2026-01-05",
    ],
)  # fmt: skip
def test_one_day_in_every_spelling_that_can_mean_no_other(text: str) -> None:
    assert read(text) == "2026-01-05"
    assert read(text, "month") == read(text, "day") == "2026-01-05"


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("05-01-2026", "", "ambiguous_day"),
        ("05/01/2026", "", "ambiguous_day"),
        ("05/01/2026 00:00:00", "", "ambiguous_day"),
        ("05/01/2026", "day", "2026-01-05"),
        ("5/1/2026 12:00:00 AM", "month", "2026-05-01"),
        ("05/05/2026", "", "2026-05-05"),
        ("13/01/2026", "", "2026-01-13"),
        ("01/13/2026", "", "2026-01-13"),
        ("01/13/2026", "day", "bad_day"),
        ("13/01/2026", "month", "bad_day"),
        ("13-01-2026 00:00", "", "2026-01-13"),
    ],
)
def test_where_day_and_month_could_change_places_nothing_is_guessed(text: str, order: str, expected: str) -> None:
    assert read(text, order) == expected


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("05.01.26", "", "2026-01-05"),
        ("05-Jan-26", "", "2026-01-05"),
        ("01/01/26", "", "2026-01-01"),
        ("13/01/26", "", "2026-01-13"),
        ("05.01.98", "", "1998-01-05"),
        ("05/01/26", "", "ambiguous_day"),
        ("05/01/26", "day", "2026-01-05"),
    ],
)
def test_years_of_two_digits_are_asked_about(text: str, order: str, expected: str) -> None:
    assert read(text, order) == "short_year"
    assert read(text, order, short_years=True) == expected


@pytest.mark.parametrize(
    "text",
    [
        "29/02/2025", "29 February 2025", "2025-02-29", "20250229", "31.04.2026", "32/01/2026", "00/01/2026",
        "2026-13-01", "13/13/2026", "Jan-26", "January 2026", "5 January", "5 Smarch 2026", "5 Jan Feb 2026",
        "1026-01-01", "2150-01-01",
        "1404/10/15", "20261305", "18000", "99999", "260105", "1", "0", "tomorrow", "=TODAY()", "", "2026-01-05-06",
        "5 January 2026 2027", "31.12.9999", "05/01/126", "2026-01-05T25:00", "²⁰26-01-05",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_in_every_order(text: str) -> None:
    expected = "2026-01-05" if text.startswith("²") else "bad_day"
    assert {read(text, order, short_years=True) for order in ("", "day", "month")} == {expected}


@pytest.mark.parametrize("text", ["2026-01-05T21:00:00.000Z", "2026-01-05T22:00:00+00:00", "2026-01-05 01:00 UTC"])
def test_a_moment_of_another_zone_may_be_the_day_after(text: str) -> None:
    assert read(text) == "moment_elsewhere"


@pytest.mark.parametrize(
    "text",
    ["31.12.9999", "9999-12-31", "12/31/9999", "99991231", "present", "Present", "to date", "en cours", "actual",
     "unbefristet", "current", "ongoing", "open-ended", "حتى الآن"],
)  # fmt: skip
def test_ends_that_are_open(text: str) -> None:
    assert is_open_end(text)


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "–",
        "—",
        "--",
        "n/a",
        "N/A",
        "n.a.",
        "00.00.0000",
        "0000-00-00",
        "00/00/0000",
        "00000000",
        "null",
        "none",
        " ",
    ],
)
def test_words_for_no_day_at_all(text: str) -> None:
    assert says_nothing(text)
    assert not is_open_end(text)


@pytest.mark.parametrize("text", ["2026-01-05", "31.12.2026", "soon", "0", "10.10.1000", "#N/A"])
def test_what_is_neither_an_open_end_nor_nothing(text: str) -> None:
    assert not says_nothing(text)
    assert not is_open_end(text)


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from(["", "day", "month"]))
def test_a_day_with_the_name_of_its_month_comes_back_and_so_does_the_iso_day(day: date, order: str) -> None:
    for text in (
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day:%d-%b-%Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%d.%m.%Y}",
    ):
        assert read_day(text, DayStyle(order)) == day
    serial = (day - date(1899, 12, 30)).days
    assert read_day(str(serial), DayStyle(order)) == day


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from(["/", "-"]))
def test_what_is_read_without_an_order_has_the_same_day_in_the_order_that_can_be_meant(day: date, sign: str) -> None:
    text = f"{day.day:02}{sign}{day.month:02}{sign}{day.year}"
    found = read_day(text)
    assert found == day or (found == "ambiguous_day" and day.day <= 12)


def test_a_timedelta_is_no_day() -> None:
    assert read(str(timedelta(days=3))) == "bad_day"
