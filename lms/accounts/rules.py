"""Pure rules of sign-in: passwords that are chosen, codes that are printed and typed."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and figures that nobody mixes up on paper."""

CODE_LENGTH = 12
CODE_DAYS = 7
"""How long a printed code can be used, in days."""

LEAST_PASSWORD = 10
MOST_PASSWORD = 128
"""The least and the greatest length of a password, in characters."""

GUESSED_FIRST = (
    "password", "passw0rd", "passwort", "motdepasse", "contrasena", "qwerty", "azerty", "letmein", "welcome",
    "iloveyou", "changeme", "123456", "012345", "abcdef", "admin",
)  # fmt: skip
"""What people guess first. A short list on purpose: length does most of the work."""

OWN_PART = 6
"""How many letters and figures a password has besides any word that others would guess."""


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    REPEATED = "repeated"
    GUESSABLE = "guessable"
    PERSONAL = "personal"


def weakness_of(password: str, product: str = "", personal: Iterable[str] = ()) -> Weakness | None:
    """Returns why a password is refused, or ``None``.

    ``personal`` are words that others know of the person: name, e-mail, staff numbers. A password may contain such
    a word, but not live on it: ``OWN_PART`` letters and figures must be left without it.
    """
    if len(password) < LEAST_PASSWORD:
        return Weakness.SHORT
    if len(password) > MOST_PASSWORD:
        return Weakness.LONG
    if len(set(password)) < 4:
        return Weakness.REPEATED
    if any(_lives_on(password, word) for word in personal):
        return Weakness.PERSONAL
    if any(_lives_on(password, word) for word in (product, *GUESSED_FIRST)):
        return Weakness.GUESSABLE
    return None


def _lives_on(password: str, word: str) -> bool:
    whole, known = _squeezed(password), _squeezed(word)
    return len(known) > 2 and known in whole and len(whole.replace(known, "")) < OWN_PART


def _squeezed(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def make_code(randbelow: Callable[[int], int]) -> str:
    """Returns a one-time code of 12 characters (58 bits), without hyphens."""
    return "".join(ALPHABET[randbelow(len(ALPHABET))] for _ in range(CODE_LENGTH))


def expiry(printed_at: datetime) -> datetime:
    """Returns until when a code printed at a moment can be used."""
    return printed_at + timedelta(days=CODE_DAYS)


def print_code(code: str) -> str:
    """Returns a code as it is printed: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise_code(text: str) -> str:
    """Returns a code as it was made, whatever the case, hyphens and spaces it was typed with."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[:64]


def digest_code(code: str) -> str:
    """Returns what is stored of a code: enough to recognise it, not to print it again."""
    return hashlib.sha256(f"one-time-code:{code}".encode()).hexdigest()
