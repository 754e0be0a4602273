"""gettext for every layer, with types: rules and checks need it too, and some of them run without an application."""

import flask_babel


def gettext(message: str, /, **variables: object) -> str:
    """Returns a message in the language of the page or job; in English outside of an application context.

    ``variables`` fill its ``%(name)s``.
    """
    return str(flask_babel.gettext(message, **variables))


def ngettext(singular: str, plural: str, num: int, /, **variables: object) -> str:
    """Returns the form of a message for a number, which it may name as ``%(num)s``."""
    return str(flask_babel.ngettext(singular, plural, num, **variables))
