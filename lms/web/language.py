"""The language of a page, and its direction."""

from functools import cache

from babel import Locale
from flask import current_app, has_request_context, request

from lms.kernel.i18n import current_locale

COOKIE = "language"
"""A plain cookie beside the session, so that error pages know the language while the database is away."""
NAMES = {"ar": "العربية", "en": "English", "es": "Español", "fr": "Français"}


def languages() -> list[str]:
    """Returns the codes of the languages offered, the default first."""
    return list(current_app.config["LANGUAGES"])


def language_without_session() -> str:
    """Returns the language by cookie, by the browser's preference, or the default, without the database."""
    offered = languages()
    if len(offered) == 1 or not has_request_context():
        return offered[0]
    chosen = request.cookies.get(COOKIE, "")
    if chosen in offered:
        return chosen
    return request.accept_languages.best_match(offered, offered[0]) or offered[0]


@cache
def direction_of(language: str) -> str:
    """Returns ``rtl`` or ``ltr``."""
    return str(Locale.parse(language).text_direction)


def language_of_page() -> str:
    """Returns the language Flask-Babel has chosen for this request."""
    locale = current_locale()
    return str(locale.language) if locale else languages()[0]


def language_name(language: str) -> str:
    """Returns a language's name for itself, as its own speakers look for it."""
    return NAMES.get(language) or Locale.parse(language).get_display_name() or language
