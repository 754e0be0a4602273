"""Passwords and codes, as plain values."""

import random

import pytest
from hypothesis import given, strategies as st

from lms.accounts import rules
from lms.accounts.codes import rules as codes
from lms.accounts.rules import GUESSABLE, LONG, PERSONAL, REPEATED, SHORT

KNOWN = ["Amina Yusuf", "Amina", "Yusuf", "amina@demo.example", "amina", "D-1001"]


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", SHORT),
        ("nine char", SHORT),
        ("ten signs!", None),
        ("x" * 10, REPEATED),
        ("abababababab", REPEATED),
        ("a" * 129, LONG),
        ("every sector", GUESSABLE),
        ("Every-Sector-2026", GUESSABLE),
        ("password123", GUESSABLE),
        ("1234567890", GUESSABLE),
        ("qwertyuiop", GUESSABLE),
        ("every good river runs", None),
        ("amina@demo.example", PERSONAL),
        ("AMINA-YUSUF-1", PERSONAL),
        ("D-1001 D-1001", PERSONAL),
        ("yusuf likes green tea", None),
        ("learn-safely-2026", None),
        ("كلمات طويلة وجميلة", None),
        ("!@#$%^&*()_+", None),
    ],
)
def test_weakness(password: str, weakness: str | None) -> None:
    assert rules.weakness_of(password, "Every Sector", KNOWN) == weakness


@given(st.integers())
def test_a_code_is_read_however_it_is_typed(seed: int) -> None:
    code = codes.generate_code(random.Random(seed).randrange)
    assert len(code) == 12
    assert set(code) <= set(codes.ALPHABET)
    printed = codes.format_code(code)
    for typed in (code, printed, printed.lower(), f" {printed.replace('-', ' ')} "):
        assert codes.hash_code(codes.normalise_code(typed)) == codes.hash_code(code)


def test_signs_that_are_mixed_up_on_paper_are_left_out() -> None:
    assert not set("01OIL") & (set(codes.ALPHABET) - {"L"})
    assert "L" in codes.ALPHABET or "1" not in codes.ALPHABET
