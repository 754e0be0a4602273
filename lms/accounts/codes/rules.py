"""Printed sign-in codes: how they are made, printed, typed and stored. Pure."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from lms.kernel.identifiers import clean_identifier

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that nobody mixes up on paper."""

CODE_LENGTH = 12
VALID_FOR = timedelta(days=7)
"""How long a printed code is valid."""


def generate_code(randbelow: Callable[[int], int]) -> str:
    """Returns a one-time code of 12 characters (58 bits), without hyphens."""
    return "".join(ALPHABET[randbelow(len(ALPHABET))] for _ in range(CODE_LENGTH))


def format_code(code: str) -> str:
    """Returns a code as it is printed: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise_code(text: str) -> str:
    """Returns a code as it was made, whatever the case, digits, hyphens and spaces it was typed with."""
    return "".join(letter for letter in clean_identifier(text).upper() if letter.isalnum())[:64]


def hash_code(code: str) -> str:
    """Returns what is stored of a code: enough to recognise it, not to print it again."""
    return hashlib.sha256(f"one-time-code:{code}".encode()).hexdigest()
