"""When another attempt may start."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.assessment.rules.retakes import RetakeAllowance, retake_allowance

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


@dataclass(frozen=True)
class SubmittedAttempt:
    started_at: datetime
    submitted_at: datetime
    passed: bool


def tried(start: float, *, passed: bool = False, minutes: int = 30) -> SubmittedAttempt:
    return SubmittedAttempt(at(start), at(start) + timedelta(minutes=minutes), passed)


@pytest.mark.parametrize(
    ("attempts", "hours", "left", "next_attempt_at"),
    [
        ([], 0, 2, None),
        ([tried(0)], 1, 1, None),
        ([tried(0), tried(1)], 2, 0, at(25.5)),
        ([tried(0), tried(1)], 25.4, 0, at(25.5)),
        ([tried(0), tried(1)], 25.5, 2, None),
        # After the pause there are two tries again.
        ([tried(0), tried(1), tried(26)], 27, 1, None),
        ([tried(0), tried(1), tried(26), tried(27)], 28, 0, at(51.5)),
        # A pause of one's own accord counts.
        ([tried(0), tried(30)], 31, 1, None),
        ([tried(0)], 200, 2, None),
        # A pass begins a new row.
        ([tried(0), tried(1, passed=True)], 2, 2, None),
        ([tried(0), tried(1, passed=True), tried(2)], 3, 1, None),
        # The order in which they are given says nothing.
        ([tried(1), tried(0)], 2, 0, at(25.5)),
        # Started before the pause, submitted long after: no pause was taken in between.
        ([tried(0), tried(1, minutes=60 * 40)], 42, 0, at(65)),
    ],
)
def test_table(attempts: list[SubmittedAttempt], hours: float, left: int, next_attempt_at: datetime | None) -> None:
    assert retake_allowance(attempts, 2, "PT24H", at(hours)) == RetakeAllowance(left, next_attempt_at)


@given(st.lists(st.tuples(st.floats(0, 200), st.booleans()), max_size=12), st.integers(1, 4), st.floats(0, 400))
def test_laws(given_tries: list[tuple[float, bool]], tries: int, hours: float) -> None:
    attempts = [tried(start, passed=passed) for start, passed in given_tries]
    now = max([at(hours), *(one.submitted_at for one in attempts)])
    allowance = retake_allowance(attempts, tries, "PT24H", now)
    assert 0 <= allowance.attempts_left <= tries
    assert allowance.allowed == (allowance.attempts_left > 0)
    if allowance.next_attempt_at is not None:
        assert now < allowance.next_attempt_at <= now + timedelta(hours=24)
        assert retake_allowance(attempts, tries, "PT24H", allowance.next_attempt_at).allowed
