"""What is said of an award on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.certification.awards.states import AwardState, state_on

LAST = date(2027, 2, 11)
DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))


@pytest.mark.parametrize(
    ("day", "revoked_on", "replaced", "state"),
    [
        (date(2026, 2, 12), None, False, AwardState.VALID),
        (LAST, None, False, AwardState.VALID),
        (date(2027, 2, 12), None, False, AwardState.ENDED),
        (date(2026, 8, 31), date(2026, 9, 1), False, AwardState.VALID),
        (date(2026, 9, 1), date(2026, 9, 1), False, AwardState.REVOKED),
        (date(2030, 1, 1), date(2026, 9, 1), False, AwardState.REVOKED),
        (date(2026, 9, 1), None, True, AwardState.REPLACED),
        (date(2030, 1, 1), date(2026, 9, 1), True, AwardState.REPLACED),
    ],
)
def test_the_state_on_a_day(day: date, revoked_on: date | None, replaced: bool, state: AwardState) -> None:
    assert state_on(day, valid_until=LAST, revoked_on=revoked_on, replaced=replaced) is state


@given(DAYS, DAYS, st.none() | DAYS, st.integers(1, 1000))
def test_what_ended_never_comes_back(day: date, last: date, revoked_on: date | None, later: int) -> None:
    now = state_on(day, valid_until=last, revoked_on=revoked_on, replaced=False)
    then = state_on(day + timedelta(days=later), valid_until=last, revoked_on=revoked_on, replaced=False)
    assert now is AwardState.VALID or then is not AwardState.VALID
