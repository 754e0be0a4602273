"""Which passwords are too weak. Pure."""

from collections.abc import Iterable
from enum import StrEnum

MIN_PASSWORD_LENGTH = 10


MAX_PASSWORD_LENGTH = 128
"""The shortest and longest password, in characters."""


COMMON_PASSWORDS = (
    "password", "passw0rd", "passwort", "motdepasse", "contrasena", "qwerty", "azerty", "letmein", "welcome",
    "iloveyou", "changeme", "123456", "012345", "abcdef", "admin",
)  # fmt: skip
"""What attackers guess first. A short list on purpose: length protects more."""


LEAST_OWN_CHARACTERS = 6
"""The fewest letters and digits a password has besides any word that others would guess."""


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
    a word, but not mostly consist of it: ``LEAST_OWN_CHARACTERS`` letters and digits must be left without it.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        return Weakness.SHORT
    if len(password) > MAX_PASSWORD_LENGTH:
        return Weakness.LONG
    if len(set(password)) < 4:
        return Weakness.REPEATED
    if any(_consists_mostly_of(password, word) for word in personal):
        return Weakness.PERSONAL
    if any(_consists_mostly_of(password, word) for word in (product, *COMMON_PASSWORDS)):
        return Weakness.GUESSABLE
    return None


def _consists_mostly_of(password: str, word: str) -> bool:
    whole, known = _letters_and_digits(password), _letters_and_digits(word)
    return len(known) > 2 and known in whole and len(whole.replace(known, "")) < LEAST_OWN_CHARACTERS


def _letters_and_digits(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
