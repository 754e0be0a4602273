"""What e-mails of all packages share: the reader's language, plain dates and full addresses."""

from datetime import date

from flask import current_app

from lms.kernel.config import current_settings
from lms.web.formatting import NO_BREAK, day as in_words


def plain_day(day: date) -> str:
    """Returns a date with ordinary spaces, because mail programs wrap the text."""
    return in_words(day).replace(NO_BREAK, " ")


def address_of(endpoint: str, **parts: str) -> str:
    """Returns the full address of a page, with or without a request."""
    return current_settings().public_address.rstrip("/") + current_app.url_map.bind("email").build(endpoint, parts)


def language_for(language: str) -> str:
    """Returns a person's language where the installation offers it, else its default language."""
    offered: list[str] = current_app.config["LANGUAGES"]
    return language if language in offered else offered[0]
