"""Typed text as it is stored."""

import pytest
from hypothesis import given, strategies as st

from lms.kernel.text import normalise


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (None, ""),
        ("  Amina   Yusuf ", "Amina Yusuf"),
        ("Amina\tYusuf\r\n", "Amina Yusuf"),
        ("A\x00mi\x07na", "Amina"),
        ("O'Brien-Núñez", "O'Brien-Núñez"),
        ("Nu\u0301n\u0303ez", "Núñez"),
        ("عَبْدُ الرَّحْمٰن", "عَبْدُ الرَّحْمٰن"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_normalise(typed: str | None, stored: str) -> None:
    assert normalise(typed) == stored


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    stored = normalise(text)
    assert normalise(stored) == stored
    assert "\x00" not in stored
