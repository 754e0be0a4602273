"""Which passwords are too weak by their form, or for what others know of their holder. Pure."""

from collections.abc import Iterable

from lms.kernel.i18n import N_

MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 10, 128
"""The shortest and longest password, in characters."""


COMMON_PASSWORDS = (
    "password", "passw0rd", "passwort", "motdepasse", "contrasena", "qwerty", "azerty", "letmein", "welcome",
    "iloveyou", "changeme", "123456", "012345", "abcdef", "admin",
)  # fmt: skip
"""What attackers guess first. A short list on purpose: length protects more."""

LEAST_OWN_CHARACTERS = 6
"""The fewest letters and digits a password has besides any word that others would guess."""

SHORT = N_("Use at least 10 characters. Three or four words are good and easy to remember.")
LONG = N_("This is too long: at most 128 characters fit.")
REPEATED = N_("This repeats the same few characters. Three or four words are better.")
GUESSABLE = N_("This is easy to guess. Three or four words of your own are better.")
PERSONAL = N_("People who know your name, e-mail or staff number could guess this. Choose other words.")


def weakness_of(password: str, product: str = "", personal: Iterable[str] = ()) -> str | None:
    """Returns why a password is refused, as a message for the catalogue, or ``None``.

    ``personal`` are words that others know of the person: name, e-mail, staff numbers. A password may contain such
    a word, but not mostly consist of it: ``LEAST_OWN_CHARACTERS`` letters and digits must be left without it.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        return SHORT
    if len(password) > MAX_PASSWORD_LENGTH:
        return LONG
    if len(set(password)) < 4:
        return REPEATED
    if any(_consists_mostly_of(password, word) for word in personal):
        return PERSONAL
    if any(_consists_mostly_of(password, word) for word in (product, *COMMON_PASSWORDS)):
        return GUESSABLE
    return None


def _consists_mostly_of(password: str, word: str) -> bool:
    whole, known = _letters_and_digits(password), _letters_and_digits(word)
    return len(known) > 2 and known in whole and len(whole.replace(known, "")) < LEAST_OWN_CHARACTERS


def _letters_and_digits(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
