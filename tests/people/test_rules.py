"""Days that overlap, as plain values."""

from datetime import date, timedelta

from hypothesis import given, strategies as st

from lms.people import rules

DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))
ENDS = st.none() | DAYS


@given(DAYS, ENDS, DAYS, ENDS)
def test_overlap_is_what_counting_days_finds(
    a_from: date, a_through: date | None, b_from: date, b_through: date | None
) -> None:
    def days(first: date, last: date | None) -> set[date]:
        end = last or date(2024, 3, 2)
        return {first + timedelta(days=each) for each in range((end - first).days + 1)}

    shared = days(a_from, a_through) & days(b_from, b_through)
    both = (a_through is None or a_through >= a_from) and (b_through is None or b_through >= b_from)
    if both:
        assert rules.overlap(a_from, a_through, b_from, b_through) == bool(shared)
        assert rules.overlap(b_from, b_through, a_from, a_through) == bool(shared)
