"""Day arithmetic of the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.kernel.days import (
    a_year_before,
    add_days,
    add_months,
    end_of_last_quarter,
    first_of_month,
    month_ends_after,
    month_ends_before,
)

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


def test_days_stay_within_the_calendar() -> None:
    assert add_days(date(9999, 12, 1), 40) == date.max
    assert add_days(date(1, 1, 3), -40) == date.min
    assert add_days(date(2027, 2, 27), 2) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), -24, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_day_that_its_month_lacks_becomes_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_months_past_the_calendar_are_an_error() -> None:
    with pytest.raises(OverflowError):
        add_months(date(9999, 12, 1), 1)
    with pytest.raises(OverflowError):
        first_of_month(date(1, 1, 1), -1)


def test_a_year_before_a_leap_day_is_the_28th() -> None:
    assert a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)


@given(DAYS, st.integers(0, 30))
def test_month_ends_are_followed_by_the_first_of_a_month(day: date, months: int) -> None:
    before, after = month_ends_before(day, months), month_ends_after(day, months)
    assert len(before) == months
    assert before == sorted(before)
    assert after == sorted(after)
    assert all((end + timedelta(days=1)).day == 1 for end in [*before, *after, end_of_last_quarter(day)])
    assert all(end < day for end in before)
    assert all(end > day for end in after)
