"""gettext for every layer, with types: rules and checks need it too, and some of them run without an application.

What templates write is in ``lms/web/i18n.py``; how refusals are written is in ``lms/kernel/errors.py``.
"""

import flask_babel
from babel import Locale
from flask import g, has_app_context
from flask_babel import LazyString

__all__ = ["N_", "LazyString", "current_locale", "gettext", "lazy_gettext", "ngettext"]


def current_locale() -> Locale | None:
    """Returns the language of the page or job as Flask-Babel's ``get_locale`` does; None outside of an application.

    What that has chosen before is read at once: a page asks a hundred times, and each time it would look for the
    application and the request.
    """
    chosen: Locale | None = getattr(g.get("_flask_babel"), "babel_locale", None) if has_app_context() else None
    return chosen if chosen is not None else flask_babel.get_locale()


def gettext(message: str, /, **variables: object) -> str:
    """Returns a message in the language of the page or job; in English outside of an application context.

    ``variables`` fill its ``%(name)s``.
    """
    return str(flask_babel.gettext(message, **variables))


def lazy_gettext(message: str, /, **variables: object) -> LazyString:
    """Returns a message that is translated each time it is shown: for texts at module level."""
    return LazyString(flask_babel.gettext, message, **variables)


def ngettext(singular: str, plural: str, num: int, /, **variables: object) -> str:
    """Returns the form of a message for a number, which it may name as ``%(num)s``."""
    return str(flask_babel.ngettext(singular, plural, num, **variables))


def N_(message: str, /) -> str:  # noqa: N802 - the name that pybabel looks for
    """Returns a message as it is, and marks it for the catalogue: it is translated where it is shown."""
    return message
