"""gettext for templates: a text without variables is marked as safe once for each language."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel.support import NullTranslations
from flask import Flask
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from lms.kernel.i18n import current_catalogue

CACHED_TEXTS = 4096
"""The number of texts without variables cached for each language: more than all templates contain."""


class TemplateTranslations:
    """The translations of one language, rendered as Jinja's new-style gettext does."""

    def __init__(self, translations: NullTranslations) -> None:
        self.gettext = translations.ugettext
        self.ngettext = translations.ungettext
        self.plain = lru_cache(CACHED_TEXTS)(lambda text: Markup(self.gettext(text) % {}))  # noqa: S704 - as Jinja does


_translations_of = lru_cache(64)(TemplateTranslations)


def _format(text: str, variables: Mapping[str, Any], safe: bool) -> str:
    if not safe:
        return text % variables
    # Numbers stay numbers, for %(num)d; whatever else comes from outside is escaped.
    escaped = {name: value if isinstance(value, int | float) else escape(value) for name, value in variables.items()}
    return Markup(text % escaped)  # noqa: S704 - the text is ours, what it is filled with is escaped


@pass_eval_context
def gettext(context: EvalContext, text: str, **variables: Any) -> str:
    """Returns a text, which is always a format string, in the language of the page."""
    translations = _translations_of(current_catalogue())
    if not variables and context.autoescape:
        return translations.plain(text)
    return _format(translations.gettext(text), variables, context.autoescape)


@pass_eval_context
def ngettext(context: EvalContext, singular: str, plural: str, num: int, **variables: Any) -> str:
    """Returns the text for a number, which it may name as ``num``."""
    text = _translations_of(current_catalogue()).ngettext(singular, plural, num)
    return _format(text, {"num": num} | variables, context.autoescape)


def set_up_template_i18n(app: Flask) -> None:
    """Replaces Flask-Babel's functions in templates; call it after Flask-Babel's set-up."""
    app.jinja_env.globals.update(gettext=gettext, ngettext=ngettext, _=gettext)
