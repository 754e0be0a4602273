"""Text that people type, as it is stored and compared."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

MAX_MARKUP_BYTES = 200_000
"""The largest text in our Markdown that is read."""


def normalise(text: str | None) -> str:
    """Returns one line of typed text as it is stored: composed letters, single spaces, no control characters.

    Joiners and direction marks stay: names in Persian, Arabic and Urdu are written with them.
    """
    if text and text.isascii() and text.isprintable():
        # Most cells of a long list: the same result, much sooner.
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text or "")
    spaced = "".join(" " if character in "\t\n\r" else character for character in composed)
    return " ".join("".join(each for each in spaced if unicodedata.category(each) != "Cc").split())


def is_email(text: str) -> bool:
    """Returns whether a text can be an e-mail address, without asking the network."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
