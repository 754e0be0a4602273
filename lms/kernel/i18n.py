"""gettext for every layer, with types: rules and checks need it too, and some of them run without an application.

What templates write is in ``lms/web/i18n.py``; how refusals are written is in ``lms/kernel/errors.py``.
"""

import flask_babel
from flask_babel import LazyString

__all__ = ["N_", "LazyString", "gettext", "lazy_gettext", "ngettext"]


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
