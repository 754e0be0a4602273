"""Periods, the dates of an award, renewal windows, states and serials."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.certification.awards.rules import (
    AwardDates,
    AwardState,
    Period,
    Window,
    award_dates,
    days_in,
    last_valid_day,
    make_serial,
    normalise_serial,
    parse_period,
    print_serial,
    state_on,
)
from lms.kernel.base32 import ALPHABET

DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))
PERIODS = st.builds(
    Period, years=st.integers(0, 5), months=st.integers(0, 30), weeks=st.integers(0, 8), days=st.integers(1, 400)
)
WINDOWS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P2Y", Period(years=2)),
        ("P18M", Period(months=18)),
        ("P60D", Period(days=60)),
        ("P1Y6M", Period(years=1, months=6)),
        ("P4W", Period(weeks=4)),
        ("P1Y2M10D", Period(years=1, months=2, days=10)),
    ],
)
def test_periods_are_read_and_written(text: str, period: Period) -> None:
    assert parse_period(text) == period
    assert str(period) == text


@pytest.mark.parametrize(
    "text", ["", "P", "2Y", "P2", "p2y", "P-1Y", "P1.5Y", "PT5H", "P1D1Y", "P1Y1W", "P0D", "P٢Y", " P2Y", "P2Y\n"]
)
def test_other_periods_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="P"):
        parse_period(text)


@given(PERIODS)
def test_a_written_period_reads_back(period: Period) -> None:
    unweekly = Period(period.years, period.months, 0, period.days)
    assert parse_period(str(unweekly)) == unweekly


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2024-02-29", "P4Y", "2028-02-29"),
        ("2025-01-31", "P1M", "2025-02-28"),
        ("2024-01-31", "P1M", "2024-02-29"),
        ("2025-08-31", "P18M", "2027-02-28"),
        ("2025-12-31", "P1Y1D", "2027-01-01"),
        ("2025-03-01", "P4W", "2025-03-29"),
    ],
)
def test_adding_a_period_clamps_to_the_end_of_the_month(day: str, period: str, expected: str) -> None:
    assert last_valid_day(date.fromisoformat(day), parse_period(period)) + timedelta(days=1) == date.fromisoformat(
        expected
    )


def test_the_calendar_ends() -> None:
    with pytest.raises(OverflowError):
        last_valid_day(date(9998, 12, 31), parse_period("P2Y"))


@pytest.mark.parametrize(
    ("earned", "period", "until"),
    [
        pytest.param("2023-02-12", "P1Y", "2024-02-11", id="earned 2023-02-12"),
        pytest.param("2023-02-20", "P1Y", "2024-02-19", id="earned 2023-02-20"),
        pytest.param("2019-04-01", "P1Y", "2020-03-31", id="earned 2019-04-01"),
        pytest.param("2019-01-17", "P1Y", "2020-01-16", id="earned 2019-01-17"),
        pytest.param("2024-02-29", "P1Y", "2025-02-27", id="leap day clamps, then the last valid day"),
        pytest.param("2025-01-31", "P1M", "2025-02-27", id="month end clamps, then the last valid day"),
    ],
)
def test_vectors_of_a_first_award(earned: str, period: str, until: str) -> None:
    dates = award_dates(date.fromisoformat(earned), parse_period(period))
    assert dates == AwardDates(date.fromisoformat(earned), date.fromisoformat(until))


def windows_of(*windows: Window | None) -> list[Window]:
    return [window for window in windows if window is not None]


@pytest.mark.parametrize(
    ("earned", "until"),
    [
        pytest.param("2026-11-01", "2027-12-31", id="day -60: counted from the old end"),
        pytest.param("2026-10-31", "2027-10-30", id="day -61: counted from the earned day"),
        pytest.param("2026-12-31", "2027-12-31", id="the last valid day"),
        pytest.param("2027-01-01", "2027-12-31", id="the day after: the old award is over"),
        pytest.param("2027-01-05", "2028-01-04", id="late renewal counts from the earned day"),
    ],
)
def test_vector_of_the_window(earned: str, until: str) -> None:
    old_until = date(2026, 12, 31)
    dates = award_dates(
        date.fromisoformat(earned),
        parse_period("P1Y"),
        old_until=old_until,
        windows=windows_of(Window.of(old_until, 60)),
    )
    assert dates == (date.fromisoformat(earned), date.fromisoformat(until))


def test_vector_of_a_window_shortened_while_open() -> None:
    old_until = date(2026, 12, 31)
    changed_on = old_until - timedelta(days=50)
    long = Window.of(old_until, 60, in_force_through=changed_on - timedelta(days=1))
    short = Window.of(old_until, 30, in_force_from=changed_on)
    dates = award_dates(
        old_until - timedelta(days=45), parse_period("P1Y"), old_until=old_until, windows=windows_of(long, short)
    )
    assert dates.valid_until == date(2027, 12, 31)


def test_a_window_shortened_before_it_opened_never_opens() -> None:
    old_until = date(2026, 12, 31)
    assert Window.of(old_until, 60, in_force_through=old_until - timedelta(days=61)) is None
    assert Window.of(old_until, 60, in_force_through=old_until - timedelta(days=60)) is not None


def test_of_several_windows_the_one_that_gives_most_counts() -> None:
    """A requirement's earlier end never takes away what the course's window gives."""
    course = Window(date(2026, 11, 1), date(2026, 12, 31))
    requirement = Window(date(2026, 5, 1), date(2026, 11, 30))
    dates = award_dates(
        date(2026, 11, 10), parse_period("P1Y"), old_until=date(2026, 12, 31), windows=[requirement, course]
    )
    assert dates.valid_until == date(2027, 12, 31)
    early = award_dates(
        date(2026, 6, 10), parse_period("P1Y"), old_until=date(2026, 12, 31), windows=[requirement, course]
    )
    assert early.valid_until == date(2027, 11, 30)


def test_outside_every_window_a_new_award_still_never_ends_before_the_old_one() -> None:
    dates = award_dates(date(2026, 3, 1), parse_period("P6M"), old_until=date(2027, 12, 31))
    assert dates == (date(2026, 3, 1), date(2027, 12, 31))


@given(earned=DAYS, period=PERIODS, held=st.integers(-500, 1500), window=WINDOWS)
def test_renewing_never_shortens_validity(earned: date, period: Period, held: int, window: int) -> None:
    old_until = earned + timedelta(days=held)
    windows = windows_of(Window.of(old_until, window))
    dates = award_dates(earned, period, old_until=old_until, windows=windows)
    assert dates.valid_from == earned
    assert dates.valid_until >= old_until
    assert dates.valid_until >= last_valid_day(earned, period)
    if old_until - timedelta(days=window) <= earned <= old_until:
        assert dates.valid_until == last_valid_day(old_until + timedelta(days=1), period)


@given(day=DAYS, later=st.integers(0, 500), period=PERIODS)
def test_a_later_start_never_ends_earlier(day: date, later: int, period: Period) -> None:
    assert last_valid_day(day, period) <= last_valid_day(day + timedelta(days=later), period)


def test_a_window_in_days_needs_a_period_of_days() -> None:
    assert days_in(parse_period("P60D")) == 60
    assert days_in(parse_period("P4W")) == 28
    with pytest.raises(ValueError, match="P2M"):
        days_in(parse_period("P2M"))


LAST_DAY = date(2027, 2, 11)


@pytest.mark.parametrize(
    ("day", "revoked_on", "replaced", "state"),
    [
        (date(2026, 2, 12), None, False, AwardState.VALID),
        (LAST_DAY, None, False, AwardState.VALID),
        (date(2027, 2, 12), None, False, AwardState.ENDED),
        (date(2026, 8, 31), date(2026, 9, 1), False, AwardState.VALID),
        (date(2026, 9, 1), date(2026, 9, 1), False, AwardState.REVOKED),
        (date(2030, 1, 1), date(2026, 9, 1), False, AwardState.REVOKED),
        (date(2026, 9, 1), None, True, AwardState.REPLACED),
        (date(2030, 1, 1), date(2026, 9, 1), True, AwardState.REPLACED),
    ],
)
def test_the_state_on_a_day(day: date, revoked_on: date | None, replaced: bool, state: AwardState) -> None:
    assert state_on(day, valid_until=LAST_DAY, revoked_on=revoked_on, replaced=replaced) is state


@given(DAYS, DAYS, st.none() | DAYS, st.integers(1, 1000))
def test_what_ended_never_comes_back(day: date, last: date, revoked_on: date | None, later: int) -> None:
    now = state_on(day, valid_until=last, revoked_on=revoked_on, replaced=False)
    then = state_on(day + timedelta(days=later), valid_until=last, revoked_on=revoked_on, replaced=False)
    assert now is AwardState.VALID or then is not AwardState.VALID


SERIALS = st.integers(0, 2**32).map(lambda seed: make_serial(random.Random(seed).randrange))


@given(SERIALS)
def test_a_printed_serial_reads_back(serial: str) -> None:
    printed = print_serial(serial)
    assert len(serial) == 13
    assert set(serial) <= set(ALPHABET)
    assert [len(part) for part in printed.split("-")] == [4, 4, 5]
    forgiven = printed.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert normalise_serial(printed) == normalise_serial(forgiven) == normalise_serial(serial) == serial
    assert normalise_serial(printed.replace("1", "I").replace("0", "O")) == serial


@given(SERIALS, st.integers(0, 12), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_found(serial: str, place: int, other: str) -> None:
    wrong = serial[:place] + other + serial[place + 1 :]
    assert normalise_serial(wrong) == (serial if wrong == serial else None)


@given(SERIALS, st.integers(0, 11))
def test_any_two_adjacent_characters_exchanged_are_found(serial: str, place: int) -> None:
    wrong = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    assert normalise_serial(wrong) == (serial if wrong == serial else None)


@pytest.mark.parametrize("text", ["", "-", "ABCD-EFGH-JKMN", "UUUU-UUUU-UUUUU", "0000-0000-0000*", "É" * 13])
def test_what_cannot_be_a_serial_is_none(text: str) -> None:
    assert normalise_serial(text) is None


def test_the_check_is_the_number_modulo_37() -> None:
    assert normalise_serial("0000-0000-00000") == "0" * 13
    assert normalise_serial("0000-0000-0010W") is None
    assert normalise_serial("0000-0000-000GG") == "00000000000GG"
