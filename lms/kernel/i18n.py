"""gettext for every layer, with types: rules and checks need it too, and some of them run without an application.

What templates write is in ``lms/web/i18n.py``; how refusals are written is in ``lms/kernel/errors.py``.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations
from flask import has_app_context
from flask.ctx import _AppCtxGlobals
from flask.globals import app_ctx
from flask_babel import LazyString, get_locale, get_translations

__all__ = [
    "N_",
    "LazyString",
    "current_catalogue",
    "current_locale",
    "day_writer",
    "format_day",
    "gettext",
    "lazy_gettext",
    "load_words_of_days",
    "ngettext",
]

_UNTRANSLATED = NullTranslations()
CACHED_DAYS = 10_000
"""The number of days whose words are cached for each language and pattern."""


def current_locale() -> Locale | None:
    """Returns the language of the page or job as Flask-Babel's ``get_locale`` does; None outside of an application."""
    return _locale_in(app_ctx.g) if has_app_context() else None


def _locale_in(values: _AppCtxGlobals) -> Locale | None:
    # What was chosen before is read at once: Flask-Babel would look for the application and the request for each text.
    chosen: Locale | None = getattr(values.get("_flask_babel"), "babel_locale", None)
    return chosen if chosen is not None else get_locale()


def current_catalogue() -> NullTranslations:
    """Returns the texts of the language of the page or job, one object for each language.

    Flask-Babel looks them up for every text; here it is asked once for each language of a request. A page asks a
    hundred times, so the context is looked for once each time.
    """
    try:
        values = app_ctx.g
    except RuntimeError:
        return _UNTRANSLATED
    locale = _locale_in(values)
    known: tuple[Locale | None, NullTranslations] | None = values.get("catalogue")
    # The same object until another language is forced: no text is rendered in the language before.
    if known is None or known[0] is not locale:
        known = values.catalogue = (locale, get_translations())
    return known[1]


def gettext(message: str, /, **variables: object) -> str:
    """Returns a message in the language of the page or job; in English outside of an application context.

    ``variables`` fill its ``%(name)s``.
    """
    text = str(current_catalogue().ugettext(message))
    return text % variables if variables else text


def lazy_gettext(message: str, /, **variables: object) -> LazyString:
    """Returns a message that is translated each time it is shown: for texts at module level."""
    return LazyString(gettext, message, **variables)


def ngettext(singular: str, plural: str, num: int, /, **variables: object) -> str:
    """Returns the form of a message for a number, which it may name as ``%(num)s``."""
    return str(current_catalogue().ungettext(singular, plural, num)) % {"num": num, **variables}


def format_day(day: date, pattern: str) -> str:
    """Returns a day in the language of the page or job, in one of Babel's patterns."""
    return day_writer(current_catalogue(), pattern)(day)


@lru_cache(256)
def day_writer(_catalogue: NullTranslations, pattern: str) -> Callable[[date], str]:
    """Returns what writes days in the present language, whose catalogue is given: where many are written at once."""
    # One catalogue belongs to one language; outside of an application there is only English.
    locale = current_locale() or Locale("en")
    return lru_cache(CACHED_DAYS)(lambda day: format_date(day, pattern, locale))


def load_words_of_days(languages: Iterable[str]) -> None:
    """Loads what Babel knows of some languages, 4 MB for the first: processes forked later share it."""
    for language in languages:
        format_date(date(2026, 1, 1), locale=Locale.parse(language))


def N_(message: str, /) -> str:  # noqa: N802 - the name that pybabel looks for
    """Returns a message as it is, and marks it for the catalogue: it is translated where it is shown."""
    return message
