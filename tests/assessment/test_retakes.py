"""When somebody may try again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.assessment.rules import MayTry, Try, length_of, may_try

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def tried(start: float, *, passed: bool = False, minutes: int = 30) -> Try:
    return Try(at(start), at(start) + timedelta(minutes=minutes), passed)


@pytest.mark.parametrize(
    ("attempts", "hours", "left", "from_when"),
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
def test_table(attempts: list[Try], hours: float, left: int, from_when: datetime | None) -> None:
    assert may_try(attempts, 2, "PT24H", at(hours)) == MayTry(left, from_when)


@given(
    st.lists(st.tuples(st.floats(0, 200), st.booleans()), max_size=12), st.integers(1, 4), st.floats(0, 400)
)
def test_laws(given_tries: list[tuple[float, bool]], tries: int, hours: float) -> None:
    attempts = [tried(start, passed=passed) for start, passed in given_tries]
    now = max([at(hours), *(one.submitted_at for one in attempts)])
    may = may_try(attempts, tries, "PT24H", now)
    assert 0 <= may.left <= tries
    assert may.allowed == (may.left > 0)
    if may.from_when is not None:
        assert now < may.from_when <= now + timedelta(hours=24)
        assert may_try(attempts, tries, "PT24H", may.from_when).allowed


@pytest.mark.parametrize(
    ("text", "hours"),
    [("PT24H", 24), ("P1D", 24), ("P1W", 168), ("P1DT12H", 36), ("PT30M", 0.5), ("P1M", 720)],
)
def test_length_of(text: str, hours: float) -> None:
    assert length_of(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "P", "PT", "24H", "P1X", "PT24H ", "-P1D"])
def test_length_of_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 8601 duration"):
        length_of(text)
