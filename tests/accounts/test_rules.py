"""Passwords and codes, as plain values."""

import random
import time

import pytest
from hypothesis import given, strategies as st

from lms.accounts.codes import rules as codes
from lms.accounts.passwords import COMMON, LEAKED, PREFIX_BYTES, WHY, is_common, weakness_of
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
        ("0987654321", LEAKED),
        ("1Q2w3e4r5t", LEAKED),
        ("1q2w3e4r5t6y", LEAKED),
        ("password-12345", GUESSABLE),
        ("P4ssw0rd!!", GUESSABLE),
        ("bcdefghijklm", WHY["Sequences"]),
        ("kabul kabul", None),
        ("11-12-2013xx", WHY["Dates"]),
        ("thermodynamics", WHY["A word by itself"]),
        ("every good river runs", None),
        ("amina@demo.example", PERSONAL),
        ("AMINA-YUSUF-1", PERSONAL),
        ("D-1001 D-1001", PERSONAL),
        ("yusuf likes green tea", None),
        ("learn-safely-2026", None),
        ("كلمات طويلة وجميلة", None),
        ("!@#$%^&*()_+", WHY["Straight rows"]),
    ],
)
def test_weakness(password: str, weakness: str | None) -> None:
    assert weakness_of(password, "Every Sector", KNOWN) == weakness


def test_the_file_of_common_passwords_is_sorted_and_takes_few_others_for_one() -> None:
    known = COMMON.read_bytes()
    parts = [known[at : at + PREFIX_BYTES] for at in range(0, len(known), PREFIX_BYTES)]
    assert parts == sorted(set(parts))
    assert 99_000 < len(parts) <= 100_000
    assert sum(is_common(f"three good words {number}") for number in range(2_000)) <= 1


def test_no_password_takes_long_to_look_at() -> None:
    """Some texts keep zxcvbn busy for seconds, which anybody with a link to choose a password could send."""
    before = time.process_time()
    weakness_of("4@8({[<369!1|70$5+" * 7)
    assert time.process_time() - before < 5


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
